"""Nobody at a desk reads a code: every word that the house can say has a text, and every refusal three lines."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from edge.parcels.tables import Where
from edge.people.who import Role
from edge.refusal import Refusal
from edge.slips import SlipState
from kiosk_ui.desk.door import page_of
from kiosk_ui.desk.files import as_text
from kiosk_ui.desk.look import desk_look
from kiosk_ui.desk.refusals import problem_of
from kiosk_ui.desk.times import Times
from kiosk_ui.texts import Lang, Texts
from lobby.wiring import PROJECTIONS

TEXTS = Texts.load()
EDGE = Path(__file__).resolve().parents[3] / "edge"
SOURCES = "\n".join(
    file.read_text(encoding="utf-8")
    for file in (*EDGE.rglob("parcels/**/*.py"), *EDGE.glob("acts/*.py"), *EDGE.glob("*.py"))
)
SHOWN = ("parcel", "act", "slip", "notice", "eyes", "cell")


@pytest.mark.parametrize(
    "kind", sorted(fact.kind for one in PROJECTIONS for fact in one.facts if fact.kind.split(".")[0] in SHOWN)
)
def test_every_kind_of_journal_line_that_the_desk_shows_has_words(kind: str) -> None:
    assert TEXTS.has(f"desk.entry.{kind}")


@pytest.mark.parametrize(
    "key",
    [f"desk.place.{state}.any" for state in Where]
    + [f"desk.slip.{state}" for state in SlipState]
    + [f"desk.role.{role}" for role in Role],
)
def test_every_state_and_role_has_words(key: str) -> None:
    assert TEXTS.has(key)


REASONS = set(re.findall(r'raise_\([^"]*"[^"]*", "(\w+)"', SOURCES)) | {
    "empty",
    "not_mine",
    "damaged",
    "did_not_open",
    "called",
}


@pytest.mark.parametrize("reason", sorted(REASONS | {"slip_stalled", "slip_unknown"}))
def test_every_reason_to_look_has_words(reason: str) -> None:
    assert TEXTS.has(f"desk.eyes.{reason}")


@pytest.mark.parametrize("lang", Lang)
@pytest.mark.parametrize("code", sorted(set(re.findall(r'Refusal\(\s*"(\w+)"', SOURCES))))
def test_every_refusal_says_what_happened_what_is_safe_and_what_to_do(code: str, lang: Lang) -> None:
    detail = {"parcel": "P000001", "slot": "B05", "field": "number", "fields": "number shelf", "care": "fresh"}
    more = {"size": "m", "needed": "manager, supervisor"}
    said = problem_of(TEXTS, lang, Refusal(code, "P1", **detail, **more))
    lines = (said.happened, said.safe, said.do)
    assert all(lines)
    assert "…" not in "".join(lines)
    assert code not in "".join(lines)


def test_a_missing_field_is_named_in_words() -> None:
    said = problem_of(TEXTS, Lang.ZH, Refusal("field_missing", rule="P1", field="number", fields="number shelf"))
    assert said.happened == "登记还缺：运单号、架位"
    assert said.field == "number"


def test_a_wait_is_said_with_its_seconds() -> None:
    said = problem_of(TEXTS, Lang.EN, Refusal("sign_in_failed", wait_s=15))
    assert "15 s" in said.happened


TIMES = Times(TEXTS, Lang.ZH, ZoneInfo("Asia/Shanghai"), datetime(2026, 11, 22, 6, 26, tzinfo=UTC))


@pytest.mark.parametrize(
    ("at", "age", "when"),
    [
        ("2026-11-22T06:05:00.000Z", "21 分钟", "14:05"),
        ("2026-11-22T00:26:00.000Z", "6 小时", "08:26"),
        ("2026-11-21T14:00:00.000Z", "16 小时", "昨天 22:00"),
        ("2026-11-15T03:26:00.000Z", "第 8 天", "11 月 15 日 11:26"),
        ("2026-11-22T06:27:00.000Z", "0 分钟", "14:27"),  # a clock that was set back
        ("", "", ""),
    ],
)
def test_times_are_said_as_people_say_them(at: str, age: str, when: str) -> None:
    assert (TIMES.age(at), TIMES.when(at)) == (age, when)


@pytest.mark.parametrize("written", ["2026-11-21", "11-21", "21", "2026/11/21"])
def test_a_day_in_a_filter_begins_at_the_buildings_midnight(written: str) -> None:
    assert TIMES.day_start(written) == "2026-11-20T16:00:00.000Z"
    assert TIMES.day_start(written, after=1) == "2026-11-21T16:00:00.000Z"


@pytest.mark.parametrize("written", ["yesterday", "2026-13-01", "31-31", "2026-11-22-05"])
def test_what_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whatever date and time make of it
        TIMES.day_start(written)


@pytest.mark.parametrize(
    ("value", "kept"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("-5", "'-5"), ("张三", "张三"), ("", "")]
)
def test_a_spreadsheet_runs_nothing_out_of_a_name(value: str, kept: str) -> None:
    assert as_text(value) == kept


def test_a_look_outlives_its_cookie_and_an_unknown_wish_changes_nothing() -> None:
    look = desk_look("desk-1", "en.dark.nokeys.rubbish")
    assert (look.lang, look.theme.value, look.single_keys, look.second) == (Lang.EN, "dark", False, None)
    assert desk_look("desk-1", look.cookie()) == look
    assert look.changed("rubbish") == look
    assert look.changed("zh").changed("light").changed("keys").cookie() == ""


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/parcels/P000001/hand_over", "/parcels/P000001"),
        ("/cells/B05/open", "/cells/B05"),
        ("/people/p1/full", "/people/p1"),
        ("/screens/kiosk-1/revoke", "/screens"),
        ("/slips/L-000001/reprint", "/parcels"),
        ("/register/export", "/register/export"),
        ("/", "/"),
    ],
)
def test_what_is_done_with_a_thing_belongs_to_its_page(path: str, page: str) -> None:
    assert page_of(path) == page


@pytest.mark.parametrize("lang", Lang)
def test_a_printer_without_paper_names_the_list_that_its_slips_are_on(lang: Lang) -> None:
    do = TEXTS.plain(lang, "desk.device.printer.paper").split("\n")[2]
    assert TEXTS.plain(lang, "desk.rail.eyes") in do
    assert TEXTS.plain(lang, "desk.eyes.slip_unknown") not in do


def test_english_has_no_wide_quotation_marks() -> None:
    files = (EDGE.parent / "kiosk_ui" / "locale" / "en").glob("*.po")
    assert [file.name for file in files if re.search("[“”]", file.read_text(encoding="utf-8"))] == []
