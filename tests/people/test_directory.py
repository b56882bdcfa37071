"""Who is who: found however people are called, masked where others read along, and known only through the vault."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from edge import remarks
from edge.chance import SeededChance
from edge.ledger import Ledger, Request
from edge.people import flows, tables, worker_flows
from edge.people.directory import Directory, Kind
from edge.people.facts import Language, Standing
from edge.people.finding import Question, unit_parts
from edge.people.masking import mask_name, mask_phone
from edge.people.pinyin import spell
from edge.people.who import BOX, Role, Who
from edge.people.writing import Place, Worker
from tests.people.desk import Desk, HandClock, desk_at, refused, resident

FRONT_DESK = Who("staff:s01", frozenset({Role.FRONT_DESK}), "desk-1")


@pytest.mark.rule("H3")
@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张晓三", "张*三"),
        ("何平", "何*"),
        ("欧阳雪", "欧阳*雪"),
        ("欧阳晓雪", "欧阳*雪"),
        ("欧阳", "欧*"),
        ("李", "*"),
        ("阿依古丽·买买提", "阿*·*"),
        ("李䶮", "李*"),
        ("陈𬱖", "陈*"),
        ("Maria Costa", "M* C*"),
        ("J.K. Rowling", "J* K* R*"),
        ("Daniel O'Neill", "D* O*"),
        ("", ""),
    ],
)
def test_a_masked_name_is_recognised_by_its_owner_and_tells_a_stranger_little(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.rule("H3")
@pytest.mark.parametrize(("phone", "masked"), [("13900001234", "····1234"), ("+85291234567", "····4567"), ("", "")])
def test_a_phone_is_shown_by_its_last_four(phone: str, masked: str) -> None:
    assert mask_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "initials", "full"),
    [
        ("张晓三", "zxs", "zhang xiao san"),
        ("曾国", "zg", "zeng guo"),
        ("单雄", "sx", "shan xiong"),
        ("单于夜", "cyy", "chan yu ye"),
        ("解缙", "xj", "xie jin"),
        ("欧阳雪", "oyx", "ou yang xue"),
        ("吕薇", "lw", "lv wei"),
        ("Maria Costa", "mc", "maria costa"),
        ("José Ñandú", "jn", "jose nandu"),
        ("", "", ""),
    ],
)
def test_a_name_is_spelled_as_it_is_called(name: str, initials: str, full: str) -> None:
    assert spell(name) == (initials, full)


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("3-1204", ("3", "1204")),
        ("3栋1204室", ("3", "1204")),
        ("3 号楼 2 单元 1204", ("3", "2", "1204")),
        ("３－１２０４", ("3", "1204")),
        ("a座1204", ("a", "1204")),
        ("1204", ("1204",)),
    ],
)
def test_a_unit_is_understood_however_it_is_written(written: str, parts: tuple[str, ...]) -> None:
    assert unit_parts(written) == parts


async def building(desk: Desk) -> dict[str, str]:
    register = flows.register_resident
    two = Place("3", "2", "1204")
    return {
        "zhang": await register(desk, BOX, resident("1204", "张晓三", "13900001234")),
        "li": await register(desk, BOX, resident("1204", "李芳", "", standing=Standing.FAMILY)),
        "ouyang": await register(desk, BOX, resident("2201", "欧阳晴雪", "13711112201")),
        "maria": await register(desk, BOX, resident("1806", "Maria Costa", "+351912345678", language=Language.EN)),
        "zhao": await register(desk, BOX, resident("1205", "赵敏", "13900004321", place=two)),
        "courier": await worker_flows.register_worker(desk, BOX, Worker("C03", "何伟", "13700137000", carrier="顺丰")),
    }


def found(desk: Desk, text: str, *kinds: Kind) -> list[str]:
    hits = desk.directory.search(text, kinds=kinds or (Kind.UNIT, Kind.RESIDENT))
    return [hit.person.name if hit.person else hit.unit_label for hit in hits]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("3-1204", ["3-1204", "3-2-1204"]),
        ("3-2-1204", ["3-2-1204"]),
        ("３栋２单元１２０４", ["3-2-1204"]),
        ("1204", ["3-1204", "3-2-1204"]),
        ("22", ["3-2201"]),
        ("张晓三", ["张晓三"]),
        ("晓", ["张晓三"]),
        ("zxs", ["张晓三"]),
        ("ZX", ["张晓三"]),
        ("zh", ["张晓三", "赵敏"]),
        ("zhang", ["张晓三"]),
        ("oyqx", ["欧阳晴雪"]),
        ("maria", ["Maria Costa"]),
        ("mc", ["Maria Costa"]),
        ("1234", ["张晓三"]),
        ("139 0000 1234", ["张晓三"]),
        ("+86 13900001234", ["张晓三"]),
        ("+351 912 345 678", ["Maria Costa"]),
        ("何伟", []),
        ("钱", []),
        ("   ", []),
        ("'", []),
        ("%", []),
    ],
)
def test_people_are_found_by_whatever_somebody_knows_of_them(tmp_path: Path, typed: str, expected: list[str]) -> None:
    with desk_at(tmp_path) as desk:
        asyncio.run(building(desk))
        assert found(desk, typed) == expected


@pytest.mark.rule("H3")
def test_no_part_of_a_phone_but_its_last_four_finds_anybody(tmp_path: Path) -> None:
    phone = "13900001234"
    with desk_at(tmp_path) as desk:
        asyncio.run(building(desk))
        parts = {phone[start:end] for start in range(11) for end in range(start + 1, 12)} - {phone, "1234"}
        assert {part: found(desk, part, Kind.RESIDENT) for part in parts if found(desk, part, Kind.RESIDENT)} == {}


def test_couriers_are_found_where_they_are_asked_for(tmp_path: Path) -> None:
    with desk_at(tmp_path) as desk:
        asyncio.run(building(desk))
        for typed in ("c03", "何", "hw", "7000"):
            assert found(desk, typed, Kind.COURIER) == ["何伟"]


def test_a_whole_room_stands_before_a_phone_that_ends_like_it(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await building(desk)
        await flows.register_resident(desk, BOX, resident("0101", "钱进", "13811111204"))
        assert found(desk, "1204") == ["3-1204", "3-2-1204", "钱进"]

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_a_kiosk_asks_for_exactly_one_unit_or_a_whole_phone_and_browses_nobody(tmp_path: Path) -> None:
    with desk_at(tmp_path) as desk:
        asyncio.run(building(desk))
        directory = desk.directory
        assert getattr(directory.unit_by_label("3-1204"), "label", "") == "3-1204"
        assert getattr(directory.unit_by_label("3栋2201"), "label", "") == "3-2201"
        assert directory.unit_by_label("1204") is None
        assert directory.unit_by_label("") is None
        assert [p.name for p in directory.residents_by_phone("139-0000-1234")] == ["张晓三"]
        assert [p.name for p in directory.residents_by_phone("351 912 345 678")] == ["Maria Costa"]
        assert directory.residents_by_phone("1234") == ()
        assert directory.residents_by_phone("") == ()  # who has no phone is not everybody's neighbour


def test_a_household_is_its_registered_occupants_owners_first(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        ids = await building(desk)
        unit = desk.directory.person(ids["zhang"]).unit
        assert [person.id for person in desk.directory.members(unit)] == [ids["zhang"], ids["li"]]
        await flows.move_out(desk, FRONT_DESK, ids["zhang"], "sold")
        assert [person.id for person in desk.directory.members(unit)] == [ids["li"]]
        assert "household.ended" not in desk.kinds()
        await flows.move_out(desk, FRONT_DESK, ids["li"], "sold")
        assert desk.kinds()[-1] == "household.ended"
        gone = desk.directory.person(ids["zhang"])
        assert (gone.name, gone.here) == ("张晓三", False)  # the registers of the past still say who it was
        assert found(desk, "zxs") == []
        again = await flows.register_resident(desk, FRONT_DESK, resident("1204", "孙七", "13800000007"))
        assert desk.directory.person(again).household != gone.household

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_after_a_restart_everybody_is_found_as_before(tmp_path: Path) -> None:
    with desk_at(tmp_path, seed=1) as desk:
        asyncio.run(building(desk))
        before = {typed: found(desk, typed) for typed in ("3-1204", "zxs", "1234", "mc")}
    with desk_at(tmp_path, seed=2) as desk:
        assert {typed: found(desk, typed) for typed in before} == before


def test_no_name_phone_or_document_stands_in_the_journal(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await building(desk)
        who = resident("1501", "钱进", "13811112222", document_kind="id_card", document_number="11010519491231002X")
        person = await flows.register_resident(desk, FRONT_DESK, who)
        await flows.look_up_full(desk, FRONT_DESK, person, "check")

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))
        journal = desk.journal()
        assert "person.registered" in desk.kinds()
    on_disk = b"".join(path.read_bytes() for path in tmp_path.glob("ledger.db*"))
    for private in ("张晓三", "13900001234", "zxs", "zhang", "Maria", "何伟", "13700137000", "11010519491231002X"):
        assert private not in journal
        assert private.encode() not in on_disk


def test_a_forgotten_person_has_no_name_any_more_and_breaks_nothing(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        ids = await building(desk)
        await desk.ledger.commit(Request(), lambda tx: tx.vault.forget(ids["zhang"]))
        directory = Directory.read(desk.ledger)
        assert directory.person(ids["zhang"]).name == ""
        assert directory.name_of(ids["zhang"]) == ids["zhang"]
        assert directory.search("zxs") == []

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


@pytest.mark.rule("H3")
def test_each_look_at_a_full_record_is_in_the_journal_before_it_is_shown(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        person = await flows.register_resident(desk, FRONT_DESK, resident(since="2024-03-01"))
        record = await flows.look_up_full(desk, FRONT_DESK, person, "parcel without a number")
        assert (record.person.phone, record.since) == ("13900001234", "2024-03-01")
        with desk.ledger.reading() as db:
            (view,) = tables.views_of(db, person)
            reason = remarks.read(desk.ledger.vault, db, view.reason)
        assert (view.who, reason, view.screen) == ("staff:s01", "parcel without a number", "desk-1")

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


@pytest.mark.rule("H3")
def test_without_a_reason_a_role_or_a_person_nobody_sees_a_full_record(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        person = await flows.register_resident(desk, FRONT_DESK, resident())
        courier = Who("courier:c03", frozenset({Role.COURIER}), "kiosk-1")
        for who in (courier, Who("kiosk:kiosk-1", frozenset(), "kiosk-1")):
            with refused("not_allowed", "H3"):
                await flows.look_up_full(desk, who, person, "curious")
        with refused("reason_missing", "H3"):
            await flows.look_up_full(desk, FRONT_DESK, person, "  ")
        with refused("no_such_person"):
            await flows.look_up_full(desk, FRONT_DESK, "nobody", "check")
        assert "person.viewed" not in desk.kinds()

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


@pytest.mark.rule("P8")
def test_the_locker_consent_is_given_once_stays_and_is_revocable(tmp_path: Path) -> None:
    def consents(desk: Desk, person: str) -> bool:
        with desk.ledger.reading() as db:
            return tables.has_locker_consent(db, person)

    async def scene(desk: Desk) -> None:
        person = await flows.register_resident(desk, FRONT_DESK, resident())
        themselves = Who(f"resident:{person}")
        assert not consents(desk, person)  # nobody consents by saying nothing
        for _ in range(2):
            await flows.set_locker_consent(desk, FRONT_DESK, person, given=True)
        assert consents(desk, person)
        await flows.set_locker_consent(desk, themselves, person, given=False, how="kiosk")
        assert not consents(desk, person)
        with refused("not_allowed", "P8"):
            await flows.set_locker_consent(desk, Who("resident:another"), person, given=True)
        assert desk.kinds()[-2:] == ["person.locker_consent_given", "person.locker_consent_withdrawn"]

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


def test_one_unit_is_registered_once_however_it_is_asked_for(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        await building(desk)
        assert desk.kinds().count("unit.registered") == 4
        with refused("already_registered"):
            await flows.register_resident(desk, BOX, resident())

    with desk_at(tmp_path) as desk:
        asyncio.run(scene(desk))


@pytest.mark.invariant(5)
def test_the_tables_of_people_are_what_the_journal_folds_to(tmp_path: Path) -> None:
    async def scene(desk: Desk) -> None:
        ids = await building(desk)
        await desk.staff("S01")
        screen, _ = await desk.screen()
        await desk.sign_in(screen, "S01")
        await flows.move_out(desk, FRONT_DESK, ids["ouyang"], "sold")

    def dump(desk: Desk) -> dict[str, list[tuple[object, ...]]]:
        with desk.ledger.reading() as db:
            names = tables.PROJECTION.tables
            return {name: sorted(map(tuple, db.execute(f"SELECT * FROM {name}")), key=repr) for name in names}

    with desk_at(tmp_path, seed=1) as desk:
        asyncio.run(scene(desk))
        folded = dump(desk)
        assert sum(map(len, folded.values())) > 15
    changed = replace(tables.PROJECTION, version=tables.PROJECTION.version + 1)  # folds again at the next opening
    clock = HandClock()
    chance = SeededChance(2)
    with (
        Ledger.open(tmp_path, box="lobby-1", projections=[changed], clock=clock, chance=chance) as ledger,
        ledger.reading() as db,
    ):
        again = {name: sorted(map(tuple, db.execute(f"SELECT * FROM {name}")), key=repr) for name in changed.tables}
    assert again == folded


def test_question_digits_are_only_those_of_a_phone() -> None:
    assert Question.of("+86 139-0000-1234").digits == "13900001234"
    assert Question.of("张1234").digits == ""
