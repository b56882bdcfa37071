"""No text is missing where a page asks for it, and none lies about that no page asks for."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from jinja2 import Environment

from edge.parcels.facts import Care
from edge.slips import SlipState
from edge.wall import SIZES
from kiosk_ui.carriers import CARRIERS
from kiosk_ui.kiosk.here import problem_in
from kiosk_ui.kiosk.views import Stage
from kiosk_ui.look import WISHES, Look
from kiosk_ui.pages import Voice
from kiosk_ui.place import where
from kiosk_ui.texts import Lang, TextMissing, Texts, read_catalogue
from tests.screens.examples import WALL

ROOT = Path(__file__).resolve().parents[2]
OURS = ("common.po", "kiosk.po")
SOURCES = [ROOT / "kiosk_ui/place.py", ROOT / "kiosk_ui/pages.py", *ROOT.glob("kiosk_ui/kiosk/*.py")]
TEMPLATES = [*ROOT.glob("kiosk_ui/templates/kiosk/*"), *ROOT.glob("kiosk_ui/templates/macros/*")]
PEOPLE = ("signing_in", "proving", "screens", "credentials", "pins")
ROOMS = (
    "edge/parcels/rules.py",
    "edge/parcels/flows/collect.py",
    "edge/parcels/flows/drop_off.py",
    "edge/parcels/flows/placing.py",
    "edge/visits.py",
    "edge/acts/engine.py",
    *(f"edge/people/{room}.py" for room in PEOPLE),
    "kiosk_ui/kiosk/*.py",
)

# Said by a rule or a flow, and cannot be met at a kiosk: it never sends what would be refused so.
NOT_AT_A_KIOSK = {
    "quantity_wrong", "not_registered_here", "unknown_dispute", "screen_name", "screen_size", "no_such_screen",
    "no_such_act", "signature_missing", "find_parcel_first", "not_enrolled",
}  # fmt: skip


def family(*parts: str | Iterable[str]) -> set[str]:
    """Keys put together from words: `family("size", SIZES)`."""
    keys = [""]
    for part in parts:
        words = [part] if isinstance(part, str) else list(part)
        keys = [f"{key}.{word}" if key else word for key in keys for word in words]
    return set(keys)


STAGES = [stage.value for stage in Stage]
ENDS = ("title", "more")
PUT_TOGETHER = {
    *family("size", SIZES), *family("care", Care), *family("slip", list(SlipState)),
    *family("carrier", CARRIERS), *family("comfort", WISHES - {"en"}),
    *family("act", STAGES[:4]), *family("wall.how", [*STAGES[:5], "look"]),
    *family("door", ("collect", "drop"), STAGES, ("title", "do")),
    *family("pad", ("code", "courier", "number", "phone", "enrol", "pin"), ("title", "go")),
    *family("pad", ("code", "number"), ("scan",)),
    *family("field", ("code", "tail", "who", "pin", "number", "phone", "enrol", "setup", "new_pin")),
    *family("to", ("building", "entrance", "floor", "unit", "person"), ("title",)),
    *family("to", ("building", "entrance"), ("name",)),
    *family(("no_consent", "locker_full"), ENDS), "care.title",
    *family("wrong", ("title", "more", "empty", "not_mine", "damaged", "did_not_open")),
    *family("noted", ("empty", "not_mine", "damaged", "did_not_open"), ENDS),
    *family(("thanks", "thanks_shut", "thanks_next", "dropped", "to_desk", "kept", "unsure"), ENDS),
    *family(("desk.told", "desk.go"), ("title",)),
    *family("task", ("collect", "drop", "keys", "release", "card", "leave")),
    *family("start.hello", ("morning", "noon", "afternoon", "evening", "night")),
    *family("works", ("collect", "drop", "desk_collect", "desk_drop")),
    *family("where", ("left", "right", "left_next", "right_next")),
}  # fmt: skip


def keys_of(part: str) -> set[str]:
    lines = (ROOT / "kiosk_ui/locale/en" / part).read_text(encoding="utf-8").splitlines()
    return {match[1] for line in lines if (match := re.match(r'msgid "(.+)"', line))}


def written() -> set[str]:
    """Every quoted word with a dot in it: keys, and more."""
    quoted = r"""["']([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+)["']"""
    return {key for path in [*SOURCES, *TEMPLATES] for key in re.findall(quoted, path.read_text(encoding="utf-8"))}


def refusals() -> set[str]:
    """The words of all refusals that can be met at a kiosk."""
    paths = [path for room in ROOMS for path in ROOT.glob(room)]
    codes = {code for path in paths for code in re.findall(r'Refusal\(\s*"(\w+)"', path.read_text(encoding="utf-8"))}
    return (codes | {"unknown", "wait", "wrong_screen", "no_such_unit", "no_such_person", "disk_full"}) - NOT_AT_A_KIOSK


def test_every_key_that_a_page_asks_for_has_a_text() -> None:
    known = set().union(*(keys_of(path.name) for path in (ROOT / "kiosk_ui/locale/en").glob("*.po")))
    roots = {key.split(".")[0] for key in known}
    files = {".html", ".css", ".js", ".py", ".svg", ".po", ".json"}
    asked = {key for key in written() if key.split(".")[0] in roots and f".{key.rsplit('.', 1)[1]}" not in files}
    beginnings = {key for key in asked if any(one.startswith(f"{key}.") for one in known)}
    assert sorted((asked | PUT_TOGETHER) - beginnings - known) == []


def test_no_text_lies_about_unused() -> None:
    used = written() | PUT_TOGETHER | {f"refusal.{code}" for code in refusals()}
    ours = set().union(*(keys_of(part) for part in OURS))
    assert sorted(ours - used) == []


def test_every_refusal_that_can_be_met_at_a_kiosk_says_what_to_do() -> None:
    texts = Texts.load()
    assert sorted(code for code in refusals() if not texts.has(f"refusal.{code}")) == []


@pytest.mark.parametrize("asked", ["d.n=1", "d.key=x", "d.lang=zh", "d.self=1", "d.wait_s=x", "d.wait_s=30&d.n=2"])
def test_whatever_an_address_says_of_a_problem_the_page_can_say_it(asked: str) -> None:
    problem = problem_in(dict(parse_qsl(f"problem=wait&{asked}")))
    assert problem is not None
    detail: dict[str, Any] = dict(problem.detail)
    said = Voice(Texts.load(), Look(lang=Lang.EN))(f"refusal.{problem.code}", **detail)
    assert f"wait {30 if '30' in asked else 0} s" in said


def test_a_missing_text_is_an_error_and_never_a_key_on_a_screen() -> None:
    with pytest.raises(TextMissing):
        Texts.load().plain(Lang.ZH, "kiosk.nothing")


def test_a_key_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("a.po", "b.po"):
        (tmp_path / name).write_text('msgid ""\nmsgstr "Language: en\\n"\n\nmsgid "x"\nmsgstr "y"\n', encoding="utf-8")
    with pytest.raises(ValueError, match="stands twice"):
        read_catalogue(tmp_path, Lang.EN)


def test_a_value_in_a_text_is_escaped() -> None:
    said = Texts.load().markup(Lang.EN, "item.line", None, carrier="<b>", ending="4471")
    assert "&lt;b&gt;" in said


@pytest.mark.parametrize(
    ("cell", "chinese", "english"),
    [
        ("B05", "屏幕左边一列，从上数第 5 格", "Next column on the left, 5th from the top"),
        ("A01", "屏幕左边第 2 列，最上面一格", "2nd column to the left, top door"),
        ("C03", "屏幕所在的一列，从上数第 3 格", "The column of this screen, 3rd from the top"),
        ("D10", "屏幕右边一列，最下面一格", "Next column on the right, bottom door"),
        ("F05", "屏幕右边第 3 列，从下数第 2 格", "3rd column to the right, 2nd from the bottom"),
    ],
)
def test_where_a_door_is_counts_from_the_nearer_end(cell: str, chinese: str, english: str) -> None:
    texts = Texts.load()
    assert where(texts, Lang.ZH, WALL, cell) == chinese
    assert where(texts, Lang.EN, WALL, cell) == english


def test_templates_are_whole() -> None:
    environment = Environment(autoescape=True)
    for path in TEMPLATES:
        environment.parse(path.read_text(encoding="utf-8"))
