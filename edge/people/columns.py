"""Which column means what: the header row of an office's table, found wherever it stands and whatever it is called."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from edge.people.plain import plain
from edge.people.sheets import Cell, Sheet, SheetRow
from edge.refusal import Refusal

HEADER_WITHIN = 20  # rows; above it stand titles, dates, the name of the company


class Table(StrEnum):
    """The three lists of a building."""

    RESIDENTS = "residents"
    STAFF = "staff"
    COURIERS = "couriers"


class Column(StrEnum):
    BUILDING = "building"
    ENTRANCE = "entrance"
    ROOM = "room"
    UNIT = "unit"
    NAME = "name"
    STANDING = "standing"
    PHONE = "phone"
    DOCUMENT_KIND = "document_kind"
    DOCUMENT_NUMBER = "document_number"
    CONSENT = "locker_consent"
    LANGUAGE = "language"
    SINCE = "since"
    UNTIL = "until"
    NUMBER = "number"
    POST = "post"
    CARRIER = "carrier"


_WORDS: dict[Column, str] = {
    Column.BUILDING: "楼栋 楼栋号 栋 栋号 楼号 楼宇 楼座 幢 幢号 座 building",
    Column.ENTRANCE: "单元 单元号 梯 梯号 门洞 entrance stair",
    Column.ROOM: "房号 房间号 房间 室号 室 房屋编号 户号 room room_no",
    Column.UNIT: "房屋 房产 地址 住址 房屋地址 单元房号 楼栋房号 楼栋单元房号 房屋坐落 unit address",
    Column.NAME: "姓名 业主姓名 住户姓名 客户姓名 人员姓名 员工姓名 名字 住户 name",
    Column.STANDING: "身份 与业主关系 与户主关系 业主关系 关系 住户类型 住户身份 人员类型 客户类型 类型 role relation",
    Column.PHONE: "手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 联系手机 移动电话 phone mobile tel",
    Column.DOCUMENT_KIND: "证件类型 证件种类 证件名称 document id_type",
    Column.DOCUMENT_NUMBER: "证件号码 证件号 证件编号 身份证 身份证号 身份证号码 document_number id_number",
    Column.CONSENT: "同意使用格口柜 是否同意使用格口柜 同意入柜 是否同意入柜 格口柜 快递柜 locker_consent",
    Column.LANGUAGE: "语言 语种 language",
    Column.SINCE: "入住日期 入住时间 起租日期 租期起 since",
    Column.UNTIL: "到期日期 租期止 租约到期 搬离日期 until",
    Column.NUMBER: "工号 员工编号 员工号 编号 快递员编号 序列号 number staff_no courier_no",
    Column.POST: "岗位 职务 职位 角色 post roles",
    Column.CARRIER: "快递公司 公司 承运商 所属公司 快递企业 carrier company",
}

_NEEDED: dict[Table, frozenset[Column]] = {
    Table.RESIDENTS: frozenset({Column.NAME, Column.STANDING, Column.PHONE}),
    Table.STAFF: frozenset({Column.NUMBER, Column.NAME, Column.POST, Column.PHONE}),
    Table.COURIERS: frozenset({Column.NUMBER, Column.NAME, Column.CARRIER, Column.PHONE}),
}
_WHERE = frozenset({Column.BUILDING, Column.ROOM})  # or all of it in one column, UNIT
_WELCOME: dict[Table, frozenset[Column]] = {
    Table.RESIDENTS: _WHERE
    | {Column.ENTRANCE, Column.UNIT, Column.DOCUMENT_KIND, Column.DOCUMENT_NUMBER, Column.CONSENT, Column.LANGUAGE}
    | {Column.SINCE, Column.UNTIL},
    Table.STAFF: frozenset(),
    Table.COURIERS: frozenset(),
}


@dataclass(frozen=True)
class Line:
    """One row under the header: what stands in each known column, and what the column is called in the file."""

    number: int
    cells: Mapping[Column, Cell]

    def text(self, column: Column) -> str:
        cell = self.cells.get(column)
        return cell.text if cell is not None else ""


@dataclass(frozen=True)
class Grid:
    """The rows of one table with its columns understood. `titles` are the headers as the office wrote them."""

    titles: Mapping[Column, str]
    lines: tuple[Line, ...]


def find_grid(table: Table, sheets: list[Sheet]) -> Grid:
    """The first sheet with a header of this table. Raises Refusal `header_missing` naming the columns that lack."""
    lacking: frozenset[Column] = frozenset(Column)
    for sheet in sheets:
        for index, row in enumerate(sheet[:HEADER_WITHIN]):
            places = _understand(table, row)
            lacks = _lacking(table, places)
            if not lacks:
                return _grid(sheet[index + 1 :], row, places)
            lacking = min(lacking, lacks, key=len)
    raise Refusal("header_missing", columns=", ".join(sorted(lacking)))


def _understand(table: Table, row: SheetRow) -> dict[Column, int]:
    """Where each column stands. A header may carry a remark: 手机（必填）, *姓名, 身份(业主/家属/租户)."""
    columns = _NEEDED[table] | _WELCOME[table]
    known = {word: column for column in columns for word in _WORDS[column].split(" ")}
    places: dict[Column, int] = {}
    for place, cell in enumerate(row.cells):
        word = re.sub(r"\(.*?\)|[*:：]", "", plain(cell.text).casefold()).strip().replace(" ", "_")
        column = known.get(word)
        if column is not None:
            places.setdefault(column, place)
    return places


def _lacking(table: Table, places: Mapping[Column, int]) -> frozenset[Column]:
    where = _WHERE if table is Table.RESIDENTS and Column.UNIT not in places else frozenset()
    return (_NEEDED[table] | where) - places.keys()


def _grid(rows: Sheet, header: SheetRow, places: Mapping[Column, int]) -> Grid:
    titles = {column: plain(header.cells[place].text) for column, place in places.items()}
    lines = []
    for row in rows:
        cells = {column: row.cells[place] for column, place in places.items() if place < len(row.cells)}
        if any(cell.text for cell in cells.values()) and not _is_header_again(cells, titles):
            lines.append(Line(row.number, cells))
    return Grid(titles, tuple(lines))


def _is_header_again(cells: Mapping[Column, Cell], titles: Mapping[Column, str]) -> bool:
    """Tables that were pasted together, or printed page by page, repeat their header."""
    return all(plain(cell.text) == titles[column] for column, cell in cells.items())
