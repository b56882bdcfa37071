"""An office's list comes in whole or not at all; who is known stays the same person, and nobody is lost by it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from edge.people import flows, tables
from edge.people.columns import Table
from edge.people.directory import Kind
from edge.people.facts import Standing
from edge.people.import_flows import apply_import, preview_import
from edge.people.importing import ImportFile, read_import
from edge.people.who import BOX, Role, Who
from lobby.sample import write_sample
from tests.people.desk import Desk, desk_at, refused, resident

HEADER = "楼栋,单元,房号,姓名,身份,手机,证件类型,证件号码,同意使用格口柜,语言"
ROW = "3,2,1204,张晓三,业主,13900001234,身份证,11010519491231002X,是,zh"
MANAGER = Who("staff:s09", frozenset({Role.MANAGER}), "desk-1")
SUPERVISOR = Who("staff:s05", frozenset({Role.SUPERVISOR}), "desk-1")


def residents(text: str) -> ImportFile:
    return read_import(Table.RESIDENTS, text.encode())


async def take(desk: Desk, text: str, *, remove_missing: bool = False, who: Who = SUPERVISOR) -> tuple[int, ...]:
    report = await apply_import(desk, who, residents(text), remove_missing=remove_missing)
    return report.added, report.changed, report.unchanged, len(report.missing), report.removed


def two(*more: str) -> str:
    return "\n".join((HEADER, ROW, "3,2,1204,李芳,家属,,,,是,", *more)) + "\n"


def test_a_file_is_one_commit_and_everybody_in_it_is_found_at_once(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        assert await take(desk, two()) == (2, 0, 0, 0, 0)
        assert [hit.person.name for hit in desk.directory.search("zxs") if hit.person] == ["张晓三"]
        (person,) = desk.directory.residents_by_phone("13900001234")
        with desk.ledger.reading() as db:
            assert tables.has_locker_consent(db, person.id)
            stamps = db.execute("SELECT count(DISTINCT at) FROM entry WHERE kind <> 'x'").fetchone()[0]
        assert stamps == 1
        assert desk.kinds()[-1] == "directory.imported"

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_second_import_is_an_update_and_says_what_is_missing_without_removing_it(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await take(desk, two())
        assert await take(desk, two()) == (0, 0, 2, 0, 0)
        changed = two("3,2,1301,钱进,租户,13800001301,,,,en").replace(",业主,", ",租户,").replace("李芳", "李芬")
        assert await take(desk, changed) == (2, 1, 0, 1, 0)  # 李芬 is new, 李芳 is missing
        assert [hit.person.name for hit in desk.directory.search("李") if hit.person] == ["李芳", "李芬"]
        (zhang,) = desk.directory.residents_by_phone("13900001234")
        assert zhang.standing is Standing.TENANT
        record = await flows.look_up_full(desk, SUPERVISOR, zhang.id, "check")
        assert record.document_number == "11010519491231002X"  # what the new file does not say stays

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_who_is_missing_moves_out_only_when_told_and_only_in_the_buildings_of_the_file(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await flows.register_resident(desk, BOX, resident("1204", "张晓三", "13900001234"))
        other = resident("0101", "赵敏", "13900004321")
        await take(desk, two("5,,0101,周宁,业主,13900005555,,,,"))
        await flows.register_resident(desk, BOX, other)
        only_five = f"{HEADER}\n5,,0102,吴祎,业主,13900005556,,,,\n"
        assert await take(desk, only_five, remove_missing=True) == (1, 0, 0, 1, 1)
        assert [hit.person.name for hit in desk.directory.search("周") if hit.person] == []
        assert [hit.person.name for hit in desk.directory.search("赵") if hit.person] == ["赵敏"]

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_preview_says_exactly_what_would_happen_and_writes_nothing(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await take(desk, two())
        head, seen = desk.ledger.head, desk.directory.search("钱")
        new = residents(two("3,2,1301,钱进,租户,13800001301,,,,en").replace("李芳", "李芬"))
        preview = await preview_import(desk, SUPERVISOR, new, remove_missing=True)
        assert (desk.ledger.head, desk.directory.search("钱")) == (head, seen)
        applied = await apply_import(desk, SUPERVISOR, new, remove_missing=True)
        assert preview == applied

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_file_with_one_wrong_row_changes_nothing_at_all(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        head = desk.ledger.head
        bad = residents(two("3,2,1301,钱进,邻居,13800001301,,,,"))
        preview = await preview_import(desk, SUPERVISOR, bad)
        assert [(one.row, one.code) for one in preview.problems] == [(4, "standing_unknown")]
        with refused("import_has_problems"):
            await apply_import(desk, SUPERVISOR, bad)
        assert desk.ledger.head == head

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_an_import_that_fails_in_its_last_row_leaves_nothing_behind(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.courier("C03", "13700137000")
        head = desk.ledger.head
        text = "编号,姓名,快递公司,手机\nC1,何伟,顺丰,13700137009\nC2,何三,圆通,137 0013 7000\n"
        with refused("phone_taken") as caught:
            await apply_import(desk, SUPERVISOR, read_import(Table.COURIERS, text.encode()))
        assert caught.value.detail == {"row": 3}
        assert desk.ledger.head == head
        assert desk.directory.courier_by_phone("13700137009") is None
        with desk.ledger.reading() as db:
            assert desk.ledger.vault.open(db, "courier:c1") is None

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_staff_come_in_by_their_numbers_and_nobody_removes_themselves(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await desk.staff("S09", Role.MANAGER)
        old = await desk.staff("S01", Role.FRONT_DESK)
        text = "工号,姓名,岗位,手机\nS02,林嘉树,前台/钥匙管理员,13800130002\n"
        staff = read_import(Table.STAFF, text.encode("gb18030"))
        with refused("not_allowed"):
            await apply_import(desk, SUPERVISOR, staff)
        report = await apply_import(desk, MANAGER, staff, remove_missing=True)
        assert (report.added, report.missing, report.removed) == (1, (old,), 1)
        assert desk.directory.person("staff:s02").roles == {Role.FRONT_DESK, Role.KEY_KEEPER}
        assert desk.directory.person("staff:s09").here

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_long_work_says_how_far_it_is(tmp_path: Path) -> None:
    rows = [f"3,,{1000 + n},张{chr(0x4E00 + n)},业主,139{n:08d},,,," for n in range(120)]
    told: list[tuple[int, int]] = []

    async def scene(desk: Desk) -> None:
        read = read_import(
            Table.RESIDENTS, "\n".join([HEADER, *rows]).encode(), lambda done, total: told.append((done, total))
        )
        assert told == [(50, 120), (100, 120), (120, 120)]
        told.clear()
        await apply_import(desk, BOX, read, progress=lambda done, total: told.append((done, total)))
        assert told == [(50, 120), (100, 120), (120, 120)]

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_the_sample_building_comes_in_as_an_office_would_send_it(tmp_path: Path) -> None:
    files = write_sample(tmp_path / "office", seed=7)

    async def scene(desk: Desk) -> None:
        for table, path in zip((Table.RESIDENTS, Table.STAFF, Table.COURIERS), files, strict=True):
            read = read_import(table, path.read_bytes())
            assert read.problems == ()
            await apply_import(desk, BOX, read)
        with desk.ledger.reading() as db:
            assert len(tables.units(db)) == 240
        unit = desk.directory.unit_by_label("3-1204")
        assert unit is not None
        assert [person.masked for person in desk.directory.members(unit.unit)] == ["张*三", "李*"]
        assert len(desk.directory.everybody(Kind.RESIDENT)) > 500
        assert len(desk.directory.everybody(Kind.STAFF, Kind.COURIER)) == 18

    with desk_at(tmp_path / "box") as desk:
        asyncio.run(scene(desk))
