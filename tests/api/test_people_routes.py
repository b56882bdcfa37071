"""People over HTTP: what staff do at the desk's own interface, and what an attacker tries there."""

from __future__ import annotations

import io
from hashlib import sha256
from pathlib import Path

import orjson
import pytest
from openpyxl import Workbook

from edge.people import flows
from edge.people.access_facts import ScreenKind
from edge.people.who import BOX, Role
from tests.api.front import Front, play
from tests.people.desk import OTHER_PIN, PIN, THIRD_PIN, HandClock, resident

ZHANG = {"building": "3栋", "room": "1204室", "name": "张 晓三", "standing": "owner", "phone": "+86 139-0000-1234"}


async def seniors(front: Front) -> None:
    await front.desk.staff("S01", Role.FRONT_DESK)
    await front.desk.staff("S05", Role.SUPERVISOR, pin=OTHER_PIN)
    await front.desk.staff("S09", Role.MANAGER, pin=THIRD_PIN)


# -- the house's own doors ---------------------------------------------------------------------------------------------


def test_a_screen_is_enrolled_over_http_and_the_code_works_once(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in("S05", OTHER_PIN)
        plan = {"name": "kiosk-1", "kind": "kiosk", "width_mm": 268, "height_mm": 476, "orientation": "portrait"}
        code = (await desk.post("/screens/codes", plan)).json()["code"]
        kiosk, late = front.browser(), front.browser()
        enrolled = await kiosk.post("/screens/enrolment", {"code": code})
        assert enrolled.json()["screen"] == "kiosk-1"
        cookie = enrolled.headers["set-cookie"]
        assert cookie.startswith("lobby_kiosk=")
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert (await late.post("/screens/enrolment", {"code": code})).json()["code"] == "screen_code_wrong"
        assert (await kiosk.post("/sessions/kiosk", {"number": "S01", "pin": PIN})).status_code == 401
        revoked = await desk.post("/screens/kiosk-1/revocation", {"reason": "stolen"})
        assert revoked.status_code == 200
        assert (await kiosk.get("/sessions/kiosk")).json()["code"] == "not_enrolled"
        assert [one["screen"] for one in (await desk.get("/screens")).json()] == ["desk-1", "kiosk-1"]

    play(tmp_path, scene)


def test_signing_in_gives_a_new_cookie_whatever_the_browser_held(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.screen()
        desk.client.cookies.set("lobby_session", "f" * 64, domain="127.0.0.1")  # planted by an attacker
        signed = await desk.post("/sessions/desk", {"number": "S01", "pin": PIN})
        assert signed.json() == {"who": "staff:s01", "name": "陈敏", "roles": ["front_desk"], "screen": "desk-1"}
        cookie = signed.headers["set-cookie"]
        assert "f" * 64 not in cookie
        assert "Max-Age" not in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie

    play(tmp_path, scene)


def test_a_stolen_session_cookie_is_worth_nothing_in_another_browser(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in()
        stolen = desk.client.cookies["lobby_session"]
        for thief in (front.browser(), await front.screen("desk-2")):
            thief.client.cookies.set("lobby_session", stolen, domain="127.0.0.1")
            assert (await thief.get("/sessions/desk")).json()["code"] in {"not_enrolled", "sign_in_first"}
        assert (await desk.get("/sessions/desk")).json()["who"] == "staff:s01"

    play(tmp_path, scene)


def test_after_signing_out_the_old_cookie_is_worth_nothing(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in()
        old = desk.client.cookies["lobby_session"]
        assert "Max-Age=0" in (await desk.post("/sessions/desk/end")).headers["set-cookie"]
        desk.client.cookies.set("lobby_session", old, domain="127.0.0.1")
        assert (await desk.get("/sessions/desk")).json()["code"] == "sign_in_first"

    play(tmp_path, scene)


def test_too_many_wrong_pins_are_told_how_long_to_wait(tmp_path: Path) -> None:
    clock = HandClock()

    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.screen()
        for _ in range(front.desk.credentials.policy.staff_pin.free + 1):
            await desk.post("/sessions/desk", {"number": "S01", "pin": "111222"})
        locked = await desk.post("/sessions/desk", {"number": "S01", "pin": PIN})
        assert (locked.status_code, locked.headers["retry-after"]) == (429, "5")
        clock.wait(5)
        assert (await desk.post("/sessions/desk", {"number": "S01", "pin": PIN})).status_code == 200

    play(tmp_path, scene, clock=clock)


def test_a_courier_is_registered_at_the_desk_and_sets_a_pin_at_the_kiosk(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in()
        kiosk = await front.screen("kiosk-1", ScreenKind.KIOSK)
        written = {"number": "c12", "name": "何伟", "phone": "137 0013 7000", "carrier": "顺丰"}
        courier = (await desk.post("/couriers", written)).json()["id"]
        assert courier == "courier:c12"
        code = (await desk.post("/pins/codes", {"whose": courier})).json()["code"]
        easy = await kiosk.post("/pins/kiosk/setup", {"number": "13700137000", "code": code, "pin": "123456"})
        assert easy.json()["code"] == "pin_too_easy"
        chosen = {"number": "13700137000", "code": code, "pin": PIN}
        assert (await kiosk.post("/pins/kiosk/setup", chosen)).status_code == 200
        assert (await kiosk.post("/pins/kiosk/setup", chosen)).json()["code"] == "sign_in_failed"
        signed = await kiosk.post("/sessions/kiosk", {"number": "13700137000", "pin": PIN})
        assert signed.json()["roles"] == ["courier"]
        assert (await kiosk.post("/couriers", written)).json()["code"] == "wrong_screen"
        assert (await desk.post("/couriers", written | {"phone": "13700137999"})).json()["code"] == "number_taken"
        assert (await desk.post("/couriers", written | {"number": "c13"})).json()["code"] == "phone_taken"

    play(tmp_path, scene)


def test_a_second_person_consents_at_the_askers_screen_and_a_repeat_is_the_same_consent(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in()
        asked = {"number": "S05", "pin": OTHER_PIN, "act": "open_cell:B05"}
        first = await desk.post("/consents", asked, key="consent-1")
        again = await desk.post("/consents", asked, key="consent-1")
        assert first.json() == again.json()
        assert front.desk.kinds().count("consent.given") == 1
        own = await desk.post("/consents", asked | {"number": "S01", "pin": PIN})
        assert own.json()["code"] == "consent_same_person"

    play(tmp_path, scene)


def test_changing_the_own_pin_signs_out(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in()
        changed = await desk.post("/pins/desk/change", {"old_pin": PIN, "new_pin": "730284"})
        assert changed.status_code == 200
        assert (await desk.get("/sessions/desk")).status_code == 401
        assert (await desk.post("/sessions/desk", {"number": "S01", "pin": "730284"})).status_code == 200

    play(tmp_path, scene)


# -- people ------------------------------------------------------------------------------------------------------------


@pytest.mark.rule("H3")
def test_staff_find_people_masked_and_each_full_record_needs_a_reason_and_is_logged(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in()
        person = (await desk.post("/residents", ZHANG)).json()["id"]
        pages = [await desk.get("/search", params={"q": asked}) for asked in ("3-1204", "zxs", "1234", "13900001234")]
        for page in pages:
            assert page.json()
            assert "13900001234" not in page.text
            assert "张晓三" not in page.text
        page = pages[-1]
        assert "张*三" in page.text
        unit = (await desk.get(f"/units/{page.json()[0]['person']['unit']}")).json()
        assert (unit["label"], unit["members"][0]["phone"]) == ("3-1204", "····1234")
        without = await desk.post(f"/residents/{person}/views", {"reason": " "})
        assert without.status_code == 422
        full = await desk.post(f"/residents/{person}/views", {"reason": "parcel without a number"})
        assert (full.json()["name"], full.json()["phone"]) == ("张晓三", "13900001234")
        assert (await desk.get(f"/residents/{person}/views")).json()["code"] == "not_allowed"
        senior = await front.signed_in("S05", OTHER_PIN, "desk-2")
        views = (await senior.get(f"/residents/{person}/views")).json()
        assert [(view["who"], view["reason"], view["screen"]) for view in views] == [
            ("staff:s01", "parcel without a number", "desk-1")
        ]

    play(tmp_path, scene)


def test_a_double_tap_registers_one_person_and_a_reused_key_is_refused(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in()
        first = await desk.post("/residents", ZHANG, key="tap-tap-1")
        again = await desk.post("/residents", ZHANG, key="tap-tap-1")
        assert first.json() == again.json()
        assert front.desk.kinds().count("person.registered") == 1
        other = await desk.post("/residents", ZHANG | {"name": "李四"}, key="tap-tap-1")
        assert other.json()["code"] == "key_reused"
        twin = await desk.post("/residents", ZHANG)
        assert twin.json()["code"] == "already_registered"

    play(tmp_path, scene)


def test_the_same_key_of_another_person_is_another_request(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk, other = await front.signed_in(), await front.signed_in("S05", OTHER_PIN, "desk-2")
        first = await desk.post("/residents", ZHANG, key="same-key-1")
        second = await other.post("/residents", ZHANG | {"name": "李四"}, key="same-key-1")
        assert first.json()["id"] != second.json()["id"]

    play(tmp_path, scene)


@pytest.mark.parametrize("key", ["", "short", "x" * 129, "with blank"])
def test_a_post_without_a_proper_key_is_refused(tmp_path: Path, key: str) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in()
        headers = {"Idempotency-Key": key} if key else {}
        answer = await desk.client.post("/api/v1/residents", json=ZHANG, headers=headers)
        assert answer.status_code == 422
        assert answer.json()["fields"][0]["where"] == "header.Idempotency-Key"

    play(tmp_path, scene)


def test_no_pin_can_be_tried_out_of_what_is_kept_of_a_request(tmp_path: Path) -> None:
    """The fingerprint of a body with a PIN in it is keyed by the box: its plain hash would be found in a second."""
    body = b'{"number":"S05","pin":"907352","act":"open_cell:B05"}'
    digests = [sha256(body).hexdigest(), sha256(b"/api/v1/consents\n" + body).hexdigest()]

    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in()
        asked = {"number": "S05", "pin": OTHER_PIN, "act": "open_cell:B05"}
        await desk.post("/consents", asked)

    play(tmp_path, scene)
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("ledger.db*"))
    assert b"consent.give:staff:s01" in stored
    assert [digest for digest in digests if digest.encode() in stored or bytes.fromhex(digest) in stored] == []


@pytest.mark.rule("P8")
def test_the_locker_consent_is_told_and_withdrawn(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in()
        person = (await desk.post("/residents", ZHANG)).json()["id"]
        for given in (True, True, False):
            told = await desk.post(f"/residents/{person}/locker-consent", {"given": given, "how": "phone"})
            assert told.status_code == 200
            full = await desk.post(f"/residents/{person}/views", {"reason": "check"})
            assert full.json()["locker_consent"] is given
        assert front.desk.kinds().count("person.locker_consent_given") == 1

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"phone": "12345"}, "phone_unreadable"),
        ({"name": "12"}, "name_unreadable"),
        ({"room": "#"}, "place_unreadable"),
        ({"document_number": "110101199003071234"}, "document_number_wrong"),
        ({"since": "2026-02-30"}, "date_unreadable"),
    ],
)
def test_what_is_typed_is_read_like_what_is_imported(tmp_path: Path, change: dict[str, str], code: str) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in()
        answer = await desk.post("/residents", ZHANG | change)
        assert answer.json()["code"] == code
        assert "person.registered" not in front.desk.kinds()

    play(tmp_path, scene)


def test_a_resident_changes_and_moves_out(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in()
        person = (await desk.post("/residents", ZHANG)).json()["id"]
        changed = await desk.post(f"/residents/{person}", ZHANG | {"phone": "13800009999", "language": "en"})
        assert changed.status_code == 200
        assert front.desk.directory.person(person).phone == "13800009999"
        elsewhere = await desk.post(f"/residents/{person}", ZHANG | {"room": "1301"})
        assert elsewhere.json()["code"] == "other_unit"
        left = await desk.post(f"/residents/{person}/departure", {"reason": "sold"})
        assert left.status_code == 200
        assert (await desk.get("/search?q=1204")).json()[0]["person"] is None
        assert (await desk.post(f"/residents/{person}/departure", {"reason": "sold"})).json()[
            "code"
        ] == "no_longer_here"

    play(tmp_path, scene)


def test_only_a_manager_makes_and_ends_staff(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in("S05", OTHER_PIN, "desk-1")
        manager = await front.signed_in("S09", THIRD_PIN, "desk-2")
        written = {"number": "S20", "name": "罗强", "phone": "13600136000", "roles": ["security"]}
        assert (await desk.post("/staff", written)).json()["code"] == "not_allowed"
        who = (await manager.post("/staff", written)).json()["id"]
        assert (await manager.post("/staff", written | {"roles": ["courier"]})).json()["code"] == "role_unknown"
        assert (await manager.post(f"/staff/{who}", written | {"roles": ["supervisor"]})).status_code == 200
        assert {one["id"] for one in (await desk.get("/staff")).json()} >= {who}
        assert (await desk.post(f"/staff/{who}/departure", {"reason": "left"})).json()["code"] == "not_allowed"
        assert (await manager.post(f"/staff/{who}/departure", {"reason": "left"})).status_code == 200
        assert (await manager.post("/staff/staff:s09/departure", {"reason": "me"})).json()["code"] == "not_for_oneself"

    play(tmp_path, scene)


# -- import ------------------------------------------------------------------------------------------------------------

CSV = "楼栋,房号,姓名,身份,手机,同意使用格口柜\n3,1204,张晓三,业主,13900001234,是\n3,1204,李芳,家属,,\n"


def test_a_file_is_previewed_and_then_taken_in_whole(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in("S05", OTHER_PIN)
        data = CSV.encode("gb18030")
        before = front.desk.ledger.head
        preview = (await desk.post("/imports/residents/preview", content=data)).json()
        assert (preview["applied"], preview["rows"], preview["added"], preview["problems"]) == (False, 2, 2, [])
        assert front.desk.ledger.head == before
        other = await desk.post(f"/imports/residents?seen={preview['file_sha256']}", content=data + b"\n")
        assert other.json()["code"] == "import_other_file"
        applied = await desk.post(f"/imports/residents?seen={preview['file_sha256']}", content=data, key="import-01")
        assert (applied.json()["applied"], applied.json()["added"]) == (True, 2)
        again = await desk.post(f"/imports/residents?seen={preview['file_sha256']}", content=data, key="import-01")
        assert again.json() == applied.json()
        assert front.desk.kinds().count("directory.imported") == 1
        assert (await desk.get("/search?q=lf")).json()[0]["person"]["name"] == "李*"

    play(tmp_path, scene)


def test_a_file_with_a_wrong_row_names_it_and_changes_nothing(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in("S05", OTHER_PIN)
        data = CSV.replace("家属", "狗").encode()
        preview = (await desk.post("/imports/residents/preview", content=data)).json()
        assert preview["problems"] == [{"row": 3, "column": "身份", "code": "standing_unknown"}]
        applied = await desk.post("/imports/residents", content=data)
        assert (applied.status_code, applied.json()["code"]) == (422, "import_has_problems")
        assert "person.registered" not in front.desk.kinds()

    play(tmp_path, scene)


def test_whoever_wants_to_watch_a_long_import_gets_its_progress_line_by_line(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in("S05", OTHER_PIN)
        rows = "".join(f"3,{1000 + n},张{chr(0x4E00 + n)},业主,139{n:08d},是\n" for n in range(300))
        data = (CSV.splitlines(keepends=True)[0] + rows).encode()
        answer = await desk.post("/imports/residents", content=data, headers={"Accept": "application/x-ndjson"})
        lines = [orjson.loads(line) for line in answer.content.splitlines()]
        assert lines[0]["stage"] == "reading"
        assert lines[-1]["report"]["added"] == 300
        assert {line["stage"] for line in lines} <= {"reading", "checking", "writing", "done"}

    play(tmp_path, scene)


def test_a_watched_import_ends_with_the_problem_that_stopped_it(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in("S05", OTHER_PIN)
        headers = {"Accept": "application/x-ndjson", "Accept-Language": "zh"}
        answer = await desk.post("/imports/residents", content=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", headers=headers)
        last = orjson.loads(answer.content.splitlines()[-1])
        assert (last["stage"], last["problem"]["code"]) == ("refused", "file_old_excel")
        assert "Excel" in last["problem"]["title"]

    play(tmp_path, scene)


def test_lists_are_brought_in_by_seniors_and_staff_by_a_manager(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in("S01", PIN, "desk-1")
        senior = await front.signed_in("S05", OTHER_PIN, "desk-2")
        manager = await front.signed_in("S09", THIRD_PIN, "desk-3")
        staff = "工号,姓名,岗位,手机\nS30,罗强,保安,13600136000\n".encode()
        assert (await desk.post("/imports/residents", content=CSV.encode())).json()["code"] == "not_allowed"
        assert (await senior.post("/imports/staff", content=staff)).json()["code"] == "not_allowed"
        assert (await manager.post("/imports/staff", content=staff)).json()["added"] == 1

    play(tmp_path, scene)


def test_an_office_workbook_of_a_few_hundred_kilobytes_passes_the_body_cap(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await seniors(front)
        desk = await front.signed_in("S05", OTHER_PIN)
        book, out = Workbook(), io.BytesIO()
        sheet = book.active
        assert sheet is not None
        sheet.append(["楼栋", "房号", "姓名", "身份", "手机", "备注"])
        for n in range(400):
            remark = "".join(sha256(f"{n}.{part}".encode()).hexdigest() for part in range(8))  # does not pack well
            sheet.append([3, 1000 + n, f"张{chr(0x4E00 + n)}", "业主", 13900000000 + n, remark])
        book.save(out)
        data = out.getvalue()
        assert len(data) > 64 * 1024
        assert (await desk.post("/imports/residents/preview", content=data)).json()["added"] == 400

    play(tmp_path, scene)


def test_a_known_resident_is_the_same_person_after_a_restart(tmp_path: Path) -> None:
    async def first(front: Front) -> None:
        await flows.register_resident(front.desk, BOX, resident())

    async def second(front: Front) -> None:
        assert [hit.person.name for hit in front.desk.directory.search("zxs") if hit.person] == ["张晓三"]

    play(tmp_path, first, seed=1)
    play(tmp_path, second, seed=2)
