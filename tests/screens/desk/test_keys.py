"""Keyboard first: the search box opens the right thing, rows under the arrows, single keys that can be turned off."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.screens.desk.conftest import Desk


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("3-1204", "/units/"),
        ("张小三", "/people/"),
        ("oyqx", "/people/"),  # 欧阳晴雪
        ("19900001204", "/people/"),
        ("SF10000004471", "/parcels/P000008"),
        ("P000008", "/parcels/P000008"),
        ("d-000004", "/parcels/P000004"),
        ("a08", "/cells/A08"),
    ],
)
def test_what_is_typed_or_scanned_opens_the_right_thing(week: Desk, typed: str, leads_to: str) -> None:
    page = week.sign_in()
    page.keyboard.press("/")
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk{leads_to}**")


@pytest.mark.parametrize("typed", ["1204", "wang"])
def test_where_more_can_be_meant_a_person_chooses(week: Desk, typed: str) -> None:
    page = week.sign_in()
    page.keyboard.press("/")
    page.keyboard.type(typed)
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/find?q=**")
    expect(page.locator(".rows .key").first).to_be_focused()


def test_a_resident_who_shows_the_code_of_their_message_leads_to_the_parcel(week: Desk) -> None:
    texts = [text for text in week.hands("see")["messages"] if "4471" in text]
    said, token = texts[-1].split("\n")
    code = "".join(ch for ch in said.split("取件码")[1].split("，")[0] if ch.isdigit())
    page = week.sign_in()
    for typed in (code, token):
        week.go(page, "/")
        page.keyboard.press("/")
        page.keyboard.type(typed)
        page.keyboard.press("Enter")
        page.wait_for_url("**/desk/parcels/P000008")


def test_results_show_while_typing_and_the_arrows_choose_one(week: Desk) -> None:
    page = week.sign_in()
    page.keyboard.press("/")
    page.keyboard.type("1204")
    options = page.locator("#found [role=option]")
    expect(options.first).to_contain_text("3-1204")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    expect(page.locator("#find")).to_have_attribute("aria-activedescendant", "hit-2")
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_be_hidden()


def test_every_row_leads_to_its_one_next_action(week: Desk) -> None:
    page = week.sign_in()
    keys = page.locator(".rows .key")
    for at in range(keys.count()):
        page.keyboard.press("ArrowDown")
        expect(keys.nth(at)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/parcels/P*?do=*")
    expect(page.locator("details[open] .key--go")).to_be_visible()


def test_single_keys_can_be_turned_off(week: Desk) -> None:
    page = week.sign_in()
    page.keyboard.press("?")
    page.get_by_role("button", name="关闭单键快捷键").click()
    page.wait_for_url("**/desk/")
    page.keyboard.press("p")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_hidden()
    expect(page).to_have_url(f"{week.address}/desk/")


def test_the_other_language_is_one_key_away_and_stays(week: Desk) -> None:
    page = week.sign_in()
    page.keyboard.press("l")
    expect(page.get_by_role("heading", name="Today")).to_be_visible()
    week.go(page, "/parcels")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def test_a_page_is_live_and_keeps_what_is_being_typed(week: Desk) -> None:
    page = week.sign_in()
    week.go(page, "/receive")
    page.locator("[name=number]").fill("SF7777")
    other = page.context.new_page()
    week.go(other, "/receive")
    for name, value in {"number": "SF8888", "carrier": "顺丰", "to": "0707", "deliverer": "c01", "shelf": "9"}.items():
        other.locator(f"[name={name}]").fill(value)
    other.locator("[name=addressee]").check()
    other.get_by_role("button", name="登记").click()
    expect(other.locator(".done")).to_be_visible()
    expect(other.locator(".recent")).to_contain_text("8888")
    expect(page.locator(".recent")).to_contain_text("8888")
    expect(page.locator("[name=number]")).to_have_value("SF7777")
