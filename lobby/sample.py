"""A made-up building for the demo and the tests: 梧桐里 3 栋, thirty floors of eight flats, and who comes and goes.

It is written as the very files that a property office would send, so that the import is used from the first day.
Nobody in it exists: the phones are of a block without subscribers (199 0000 xxxx), and the same seed makes the same
building.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.worksheet.worksheet import Worksheet

BUILDING = "3"
TITLE = "梧桐里 3 栋 住户登记表"
FLOORS, FLATS_A_FLOOR = 30, 8
LET_SHARE, CONSENT_SHARE, ENGLISH_SHARE = 0.22, 0.82, 0.03
PHONE_BLOCK = "1990000"
STAFF_PHONES, COURIER_PHONES = 9000, 9100  # residents stay below, so that no last four meet by accident
OFFICE_DAY = datetime(2026, 11, 2, 9, 0)  # noqa: DTZ001 - a spreadsheet's date has no zone

RESIDENT_HEADER = (
    "楼栋", "单元", "房号", "姓名", "身份", "手机", "证件类型", "证件号码", "同意使用格口柜", "语言",
)  # fmt: skip
STAFF_HEADER = ("工号", "姓名", "岗位", "手机")
COURIER_HEADER = ("编号", "姓名", "快递公司", "手机")

_SURNAMES = (
    *"王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴",
    "欧阳", "上官", "诸葛", "司马", "慕容", "令狐", "皇甫",
)  # fmt: skip
_GIVEN = (
    *"敏磊静伟洋芳娜强军杰涛超霞平刚玲辉鹏琳宁",
    "子涵", "梓轩", "雨桐", "一诺", "浩然", "思远", "欣怡", "建国", "秀英", "志强", "淑珍", "文博", "佳怡",
    "海燕", "国栋", "丽华", "晨曦", "嘉树", "若溪", "知行", "予安", "春梅", "德胜", "桂兰", "俊杰", "诗涵",
    "明轩", "晓燕", "沐阳", "书瑶",
)  # fmt: skip
# Characters that an old printer or a narrow code page does not have: 䶮 and 㛃 are beyond GBK, 𬱖 beyond 16 bits.
_RARE = ("李䶮", "王㛃", "陈𬱖", "赵堃", "刘喆", "周犇", "吴祎", "孙頔")
_FOREIGN = ("Maria Costa", "Anna Schmidt", "Daniel O'Neill", "Kenji Tanaka", "Priya Raman", "阿依古丽·买买提")


@dataclass(frozen=True)
class Resident:
    room: str
    name: str
    standing: str
    phone: str
    consents: bool
    language: str = "zh"

    def row(self) -> tuple[str, ...]:
        consent = "是" if self.consents else "否"
        return (BUILDING, "", self.room, self.name, self.standing, self.phone, "", "", consent, self.language)


# Those whom the README's walk and the pictures meet. Their phone ends like their flat.
KNOWN_HOUSEHOLDS = {
    "1204": (
        Resident("1204", "张小三", "业主", f"{PHONE_BLOCK}1204", consents=True),
        Resident("1204", "李䶮", "家属", f"{PHONE_BLOCK}1205", consents=True),
    ),
    "2201": (Resident("2201", "欧阳晴雪", "业主", f"{PHONE_BLOCK}2201", consents=True),),
    "0602": (Resident("0602", "赵磊", "业主", f"{PHONE_BLOCK}0602", consents=True),),
    "1102": (Resident("1102", "周以宁", "业主", f"{PHONE_BLOCK}1102", consents=False),),
    "0707": (Resident("0707", "何川", "租户", f"{PHONE_BLOCK}0707", consents=True),),
    "1806": (Resident("1806", "Maria Costa", "租户", f"{PHONE_BLOCK}1806", consents=True, language="en"),),
}

STAFF = (
    ("s01", "陈敏", "前台"),
    ("s02", "林嘉树", "前台"),
    ("s03", "苏若溪", "前台"),
    ("s04", "郭建国", "钥匙管理员"),
    ("s05", "沈知行", "主管"),
    ("s06", "梁淑珍", "主管"),
    ("s07", "傅文博", "经理"),
    ("s08", "马德胜", "保安"),
    ("s09", "罗志强", "保安"),
)
COURIERS = (
    ("601", "唐俊杰", "顺丰"),
    ("602", "冯涛", "顺丰"),
    ("603", "曹鹏", "中通"),
    ("604", "邓超", "圆通"),
    ("605", "彭海", "韵达"),
    ("606", "吕强", "申通"),
    ("607", "蒋志远", "京东"),
    ("608", "蔡平", "邮政"),
    ("609", "魏小军", "极兔"),
)


def write_sample(folder: Path, seed: int) -> tuple[Path, Path, Path]:
    """Write residents.xlsx, staff.csv (GB18030) and couriers.csv (UTF-8); returns their paths in that order."""
    folder.mkdir(parents=True, exist_ok=True)
    residents, staff, couriers = folder / "residents.xlsx", folder / "staff.csv", folder / "couriers.csv"
    _write_residents(residents, sample_residents(seed))
    _write_csv(staff, "gb18030", STAFF_HEADER, _with_phones(STAFF, STAFF_PHONES))
    _write_csv(couriers, "utf-8-sig", COURIER_HEADER, _with_phones(COURIERS, COURIER_PHONES))
    return residents, staff, couriers


def sample_residents(seed: int) -> tuple[Resident, ...]:
    """All registered occupants, from the top of the list as the office keeps it: floor by floor."""
    chance = random.Random(seed)
    taken = {resident.phone for household in KNOWN_HOUSEHOLDS.values() for resident in household}
    numbers = [f"{PHONE_BLOCK}{tail:04d}" for tail in range(STAFF_PHONES) if f"{PHONE_BLOCK}{tail:04d}" not in taken]
    chance.shuffle(numbers)
    phones, special = iter(numbers), list(_RARE[1:] + _FOREIGN[1:])
    chance.shuffle(special)
    residents: list[Resident] = []
    for room in sample_rooms():
        residents += KNOWN_HOUSEHOLDS.get(room) or _household(chance, room, phones, special)
    return tuple(residents)


def sample_rooms() -> tuple[str, ...]:
    return tuple(f"{floor:02d}{flat:02d}" for floor in range(1, FLOORS + 1) for flat in range(1, FLATS_A_FLOOR + 1))


def _household(chance: random.Random, room: str, phones: Iterator[str], special: list[str]) -> list[Resident]:
    """An owner with family, or tenants; children and some of the old have no phone of their own."""
    let = chance.random() < LET_SHARE
    size = chance.choices((1, 2, 3, 4, 5), weights=(20, 32, 30, 14, 4))[0]
    return [
        Resident(
            room=room,
            name=name,
            standing="租户" if let else "业主" if place == 0 else "家属",
            phone=next(phones) if place < 2 or chance.random() < 0.3 else "",
            consents=chance.random() < CONSENT_SHARE,
            language="en" if name.isascii() or chance.random() < ENGLISH_SHARE else "zh",
        )
        for place, name in enumerate(_names(chance, size, special, one_family=not let))
    ]


def _names(chance: random.Random, count: int, special: list[str], *, one_family: bool) -> list[str]:
    """Different names; in a family all but the one who married in share a surname."""
    surname, names = chance.choice(_SURNAMES), list[str]()
    while len(names) < count:
        own = chance.choice(_SURNAMES) if not one_family or len(names) == 1 else surname
        name = special.pop() if special and chance.random() < 0.04 else own + chance.choice(_GIVEN)
        if name not in names:
            names.append(name)
    return names


def _write_residents(path: Path, residents: Sequence[Resident]) -> None:
    """As offices keep it: a merged title, a blank line after it and after each ten floors, figures kept as text."""
    book = Workbook()
    book.properties.created = book.properties.modified = OFFICE_DAY
    sheet = book.active
    assert isinstance(sheet, Worksheet)  # noqa: S101 - a new workbook has one sheet; this tells the type checker
    sheet.title = "住户"
    sheet.append([TITLE])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(RESIDENT_HEADER))
    sheet["A1"].font, sheet["A1"].alignment = Font(bold=True, size=16), Alignment(horizontal="center")
    sheet.append([])
    sheet.append(list(RESIDENT_HEADER))
    decade = 0
    for resident in residents:
        if (int(resident.room[:2]) - 1) // 10 > decade:
            decade += 1
            sheet.append([])
        sheet.append([value or None for value in resident.row()])
    for column, width in zip("ABCDEFGHIJ", (6, 6, 8, 18, 8, 14, 10, 22, 16, 6), strict=True):
        sheet.column_dimensions[column].width = width
    book.save(path)


def _with_phones(rows: Sequence[tuple[str, ...]], first: int) -> list[tuple[str, ...]]:
    return [(*row, f"{PHONE_BLOCK}{first + number:04d}") for number, row in enumerate(rows, start=1)]


def _write_csv(path: Path, encoding: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)


# ------------------------------------------------------------------------------------------------ the parcel locker

_UNITS = {"s": 1, "m": 2, "l": 3, "xl": 4}
_UNIT_MM, _PLINTH_MM = 155, 110
_REACH_MM = (400, 1200)
"""Where a handle must be for somebody in a wheelchair, from the side (GB 50763-2012, ISO 21542)."""

_WALL = (
    ("A", "s s s s s s m m m", -1),
    ("B", "s s s s m m s s m", -1),
    ("C", "s s s s s m", 2),
    ("D", "s s s s s s s s m m", -1),
    ("E", "s s s s m s s s l", -1),
    ("F", "m m s l xl", -1),
)
_HEIGHT = 12  # units of each column; in C the touchscreen fills what the cells leave


def sample_locker() -> list[dict[str, object]]:
    """The wall in the lobby, 48 cells in six columns around the touchscreen, as `edge.wall.wall_from` reads it."""
    return [
        {"name": name, "cells": cells, "low": _low_rows(cells.split(), screen_after), "screen_after": screen_after}
        for name, cells, screen_after in _WALL
    ]


def _low_rows(sizes: Sequence[str], screen_after: int) -> list[int]:
    """The rows whose middle lies within reach from a wheelchair."""
    left = _HEIGHT
    screen = _HEIGHT - sum(_UNITS[size] for size in sizes)
    low = []
    for row, size in enumerate(sizes, start=1):
        if screen_after >= 0 and row == screen_after + 1:
            left -= screen
        middle = _PLINTH_MM + _UNIT_MM * (left - _UNITS[size] / 2)
        left -= _UNITS[size]
        if _REACH_MM[0] <= middle <= _REACH_MM[1]:
            low.append(row)
    return low
