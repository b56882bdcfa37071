"""The sample building is big enough, hard enough, made up throughout, and the same for the same seed."""

from __future__ import annotations

import csv
from pathlib import Path

from openpyxl import load_workbook

from edge.wall import Size, wall_from
from lobby.sample import (
    COURIER_HEADER,
    PHONE_BLOCK,
    RESIDENT_HEADER,
    STAFF_HEADER,
    TITLE,
    sample_locker,
    sample_residents,
    sample_rooms,
    write_sample,
)

SEEDS = range(20)


def test_every_one_of_240_units_has_somebody_and_they_are_about_600() -> None:
    for seed in SEEDS:
        residents = sample_residents(seed)
        assert {resident.room for resident in residents} == set(sample_rooms())
        assert 540 <= len(residents) <= 660
    assert len(sample_rooms()) == 240


def test_the_same_seed_makes_the_same_building_and_another_seed_another() -> None:
    assert sample_residents(7) == sample_residents(7)
    assert sample_residents(7) != sample_residents(8)


def test_no_phone_is_given_twice_and_none_can_ring_anybody() -> None:
    phones = [resident.phone for resident in sample_residents(7) if resident.phone]
    assert len(set(phones)) == len(phones)
    assert all(phone.startswith(PHONE_BLOCK) and len(phone) == 11 and phone.isdigit() for phone in phones)


def test_nobody_shares_a_name_with_somebody_in_the_same_flat() -> None:
    for seed in SEEDS:
        people = [(resident.room, resident.name) for resident in sample_residents(seed)]
        assert len(set(people)) == len(people)


def test_the_names_are_as_hard_as_in_life() -> None:
    names = {resident.name for resident in sample_residents(7)}
    assert any(name.startswith("欧阳") for name in names)
    assert any(name.isascii() for name in names)
    assert any(not _encodes(name, "gbk") for name in names)
    assert any(len(name) == 2 for name in names)


def test_the_walk_in_the_readme_finds_its_people() -> None:
    known = {(resident.room, resident.name, resident.phone) for resident in sample_residents(99)}
    assert ("1204", "张小三", f"{PHONE_BLOCK}1204") in known
    assert any(r.room == "1102" and not r.consents for r in sample_residents(99))
    assert any(r.room == "1806" and r.language == "en" for r in sample_residents(99))


def test_the_residents_come_as_an_office_keeps_them(tmp_path: Path) -> None:
    residents, _, _ = write_sample(tmp_path, seed=7)
    sheet = load_workbook(residents).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0][0] == TITLE
    assert [str(merged) for merged in sheet.merged_cells.ranges] == ["A1:J1"]
    assert rows[2] == RESIDENT_HEADER
    assert not any(rows[1])
    kept = [row for row in rows[3:] if any(row)]
    assert len(kept) == len(sample_residents(7)) < len(rows) - 3
    assert kept[0][2] == "0101"


def test_staff_come_in_gb18030_with_every_post_and_couriers_in_utf8(tmp_path: Path) -> None:
    _, staff, couriers = write_sample(tmp_path, seed=7)
    rows = list(csv.reader(staff.read_text(encoding="gb18030").splitlines()))
    assert tuple(rows[0]) == STAFF_HEADER
    assert {row[2] for row in rows[1:]} == {"前台", "钥匙管理员", "主管", "经理", "保安"}
    rows = list(csv.reader(couriers.read_text(encoding="utf-8-sig").splitlines()))
    assert tuple(rows[0]) == COURIER_HEADER
    assert {"顺丰", "中通", "京东", "邮政"} <= {row[2] for row in rows[1:]}


def test_the_locker_has_48_cells_of_four_sizes_with_each_size_but_the_biggest_in_reach_of_a_wheelchair() -> None:
    wall = wall_from("locker-1", sample_locker())
    cells = list(wall)
    assert len(cells) == 48
    assert {cell.size for cell in cells} == set(Size)
    assert {cell.size for cell in cells if cell.low} >= {Size.S, Size.M, Size.L}
    assert [column.name for column in wall.columns if column.screen_after >= 0] == ["C"]


def test_what_is_low_is_neither_at_the_top_nor_at_the_foot() -> None:
    wall = wall_from("locker-1", sample_locker())
    assert not any(column.cells[0].low for column in wall.columns)
    assert not wall.columns[0].cells[-1].low


def _encodes(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
