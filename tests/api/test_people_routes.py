"""People over HTTP: what staff do at the desk's own interface, and what an attacker tries there."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from edge.people import flows
from edge.people.access_facts import ScreenKind
from edge.people.who import BOX
from tests.api.front import Front, play
from tests.people.desk import OTHER_PIN, PIN, THIRD_PIN, HandClock, resident

ZHANG = {"building": "3栋", "room": "1204室", "name": "张 晓三", "standing": "owner", "phone": "+86 139-0000-1234"}


# -- the house's own doors ---------------------------------------------------------------------------------------------


def test_a_screen_is_enrolled_over_http_and_the_code_works_once(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await front.seniors()
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
        await front.seniors()
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
        await front.seniors()
        desk = await front.signed_in()
        stolen = desk.client.cookies["lobby_session"]
        for thief in (front.browser(), await front.screen("desk-2")):
            thief.client.cookies.set("lobby_session", stolen, domain="127.0.0.1")
            assert (await thief.get("/sessions/desk")).json()["code"] in {"not_enrolled", "sign_in_first"}
        assert (await desk.get("/sessions/desk")).json()["who"] == "staff:s01"

    play(tmp_path, scene)


def test_after_signing_out_the_old_cookie_is_worth_nothing(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await front.seniors()
        desk = await front.signed_in()
        old = desk.client.cookies["lobby_session"]
        assert "Max-Age=0" in (await desk.post("/sessions/desk/end")).headers["set-cookie"]
        desk.client.cookies.set("lobby_session", old, domain="127.0.0.1")
        assert (await desk.get("/sessions/desk")).json()["code"] == "sign_in_first"

    play(tmp_path, scene)


def test_too_many_wrong_pins_are_told_how_long_to_wait(tmp_path: Path) -> None:
    clock = HandClock()

    async def scene(front: Front) -> None:
        await front.seniors()
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
        await front.seniors()
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
        await front.seniors()
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
        await front.seniors()
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
        await front.seniors()
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
        await front.seniors()
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
        await front.seniors()
        desk, other = await front.signed_in(), await front.signed_in("S05", OTHER_PIN, "desk-2")
        first = await desk.post("/residents", ZHANG, key="same-key-1")
        second = await other.post("/residents", ZHANG | {"name": "李四"}, key="same-key-1")
        assert first.json()["id"] != second.json()["id"]

    play(tmp_path, scene)


@pytest.mark.parametrize("key", ["", "short", "x" * 129, "with blank"])
def test_a_post_without_a_proper_key_is_refused(tmp_path: Path, key: str) -> None:
    async def scene(front: Front) -> None:
        await front.seniors()
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
        await front.seniors()
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
        await front.seniors()
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
        await front.seniors()
        desk = await front.signed_in()
        answer = await desk.post("/residents", ZHANG | change)
        assert answer.json()["code"] == code
        assert "person.registered" not in front.desk.kinds()

    play(tmp_path, scene)


def test_a_resident_changes_and_moves_out(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await front.seniors()
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
        await front.seniors()
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


def test_a_known_resident_is_the_same_person_after_a_restart(tmp_path: Path) -> None:
    async def first(front: Front) -> None:
        await flows.register_resident(front.desk, BOX, resident())

    async def second(front: Front) -> None:
        assert [hit.person.name for hit in front.desk.directory.search("zxs") if hit.person] == ["张晓三"]

    play(tmp_path, first, seed=1)
    play(tmp_path, second, seed=2)
