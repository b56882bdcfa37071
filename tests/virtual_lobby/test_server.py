"""What the page's server lets through, and what it does not."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest
from babel.messages.pofile import read_po

from simulators.faults import menu
from simulators.virtual_lobby.acts import ACTS, HOME_OF_FAULT, arguments
from simulators.virtual_lobby.texts import LOCALE, Lang, Texts
from tests.virtual_lobby.conftest import Table

OURS = {"X-Lobby": "1"}
BLANK = re.compile(r"\{(\w+)\}")


def do(table: Table, path: str, headers: dict[str, str] | None = None, **args: object) -> int:
    sent = OURS if headers is None else headers
    return httpx.post(f"{table.url}/do/{path}", json=args, headers=sent, timeout=10).status_code


def test_what_another_site_posts_reaches_no_device(table: Table) -> None:
    assert do(table, "locker/fault", headers={}, name="locker.jam") == 400
    assert table.see(table.locker)["faults"] == []


@pytest.mark.parametrize("body", [b"", b"[]", b"{"])
def test_what_is_no_request_is_refused(table: Table, body: bytes) -> None:
    answer = httpx.post(f"{table.url}/do/locker/close", content=body, headers=OURS, timeout=10)
    assert answer.status_code == 422


@pytest.mark.parametrize("path", ["locker/watch", "locker/see", "phone/power", "house/phones", "house/enrol", "x/y"])
def test_what_is_no_act_of_the_page_is_not_passed_on(table: Table, path: str) -> None:
    assert do(table, path) == 400


def test_only_an_acts_own_words_are_passed_on() -> None:
    assert arguments("locker", "put", {"slot": "A01", "item": "x", "do": "power", "on": {"a": 1}}) == {
        "slot": "A01",
        "item": "x",
    }


def test_a_name_that_is_not_this_machines_gets_nothing(table: Table) -> None:
    assert httpx.get(f"{table.url}/", headers={"Host": "lobby.example"}).status_code == 400


def test_the_page_runs_no_script_but_its_own_and_lies_in_no_other_sites_frame(table: Table) -> None:
    policy = httpx.get(f"{table.url}/").headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "frame-ancestors 'self';" in policy


def test_no_file_is_served_but_those_that_the_page_needs(table: Table) -> None:
    assert httpx.get(f"{table.url}/static/lobby.css").status_code == 200
    assert httpx.get(f"{table.url}/static/tokens.css").status_code == 200
    for name in ("kiosk.js", "server.py", "..%2fserver.py", "%2e%2e/texts.py"):
        assert httpx.get(f"{table.url}/static/{name}").status_code == 404


def test_back_leads_nowhere_else(table: Table) -> None:
    answer = httpx.get(f"{table.url}/look?lang=en&back=https://elsewhere.invalid/", follow_redirects=False)
    assert answer.headers["location"] == "/"


def test_without_the_demo_a_screen_cannot_be_opened_and_the_page_says_so(table: Table) -> None:
    answer = httpx.get(f"{table.url}/open/kiosk")
    assert answer.status_code == 409
    assert "没有回应" in answer.text


def test_every_fault_of_the_menu_has_a_home_where_it_can_be_laid() -> None:
    for fault in menu():
        home = HOME_OF_FAULT[fault.device]
        assert {(home, "fault"), (home, "clear")} <= ACTS.keys()
        assert not fault.per_slot or "slot" in ACTS[home, "fault"]


def test_both_languages_say_the_same_with_the_same_blanks() -> None:
    chinese, english = (Texts.load(lang).by_key for lang in Lang)
    assert chinese.keys() == english.keys()
    for key, text in chinese.items():
        assert text
        assert set(BLANK.findall(text)) == set(BLANK.findall(english[key])), key


@pytest.mark.parametrize("file", sorted(LOCALE.rglob("*.po")), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_no_text_stands_twice_or_is_only_guessed(file: Path) -> None:
    keys = re.findall(r'^msgid "(.+)"$', file.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(keys) == len(set(keys))
    with file.open("rb") as stream:
        assert not any(message.fuzzy for message in read_po(stream) if message.id)


def test_every_text_that_a_template_asks_for_is_there() -> None:
    texts = Texts.load(Lang.ZH)
    templates = (LOCALE.parent / "templates").glob("*.html")
    asked = {
        key for file in templates for key in re.findall(r"""\bt\(["']([a-z_.]+[a-z])["']""", file.read_text("utf-8"))
    }
    assert asked
    assert {key for key in asked if not texts.has(key)} == set()
