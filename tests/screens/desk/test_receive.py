"""P1 and P2 at the desk: a parcel is received on one screen, without a mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.screens.desk.conftest import Desk


def done(page: Page) -> str:
    """The number of the parcel that was just registered."""
    said = page.locator(".done").inner_text()
    return said.split(" ")[0]


def fill_by_keyboard(
    page: Page, number: str, to: str, *, pick: str = "", deliverer: str = "c01", shelf: str = "2"
) -> None:
    """As fast as a person who knows the form: type, Enter, type, Enter."""
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.locator("[name=to]")).to_be_focused()
    page.keyboard.type(to)
    page.keyboard.press("Enter")
    if pick:
        expect(page.locator("[name=addressee]").first).to_be_focused()
        page.keyboard.press(pick)
    if deliverer:
        expect(page.locator("[name=deliverer]")).to_be_focused()
        page.keyboard.type(deliverer)
        page.keyboard.press("Enter")
        expect(page.locator("[name=shelf]")).to_be_focused()
        page.keyboard.type(shelf)
    page.keyboard.press("Enter")


@pytest.mark.rule("P1", "P2")
def test_a_parcel_is_registered_from_waybill_to_shelf_without_a_mouse(morning: Desk) -> None:
    page = morning.sign_in()
    page.keyboard.press("n")
    page.wait_for_url("**/desk/receive")
    expect(page.locator("[name=number]")).to_be_focused()

    fill_by_keyboard(page, "SF1234567894471", "1204", pick="2")

    expect(page.locator(".done")).to_contain_text("已登记")
    expect(page.locator("[name=number]")).to_be_focused()
    expect(page.locator("[name=number]")).to_have_value("")
    expect(page.locator(".recent")).to_contain_text("3-1204 李*")
    latest = page.locator(".recent li").first
    expect(latest).to_contain_text(re.compile(r"L-\d{6} 已出纸"), timeout=10_000)
    expect(latest).to_contain_text(re.compile(r"D-\d{6} 已出纸"), timeout=10_000)
    seen = morning.hands("see")
    assert "parcel.registered" in seen["kinds"]
    assert [text for text in seen["messages"] if "4471" in text and "顺丰" in text]


@pytest.mark.rule("P1")
def test_the_carrier_is_suggested_by_the_number_and_may_be_overruled(morning: Desk) -> None:
    page = morning.sign_in()
    morning.go(page, "/receive")
    page.keyboard.type("JDVA12345678901")
    expect(page.locator("[name=carrier]")).to_have_value("京东")
    page.locator("[name=carrier]").fill("顺丰")
    page.locator("[name=number]").fill("JDVA12345678902")
    expect(page.locator("#about-number")).to_contain_text("京东")
    expect(page.locator("[name=carrier]")).to_have_value("顺丰")


@pytest.mark.rule("P1")
def test_a_couriers_next_parcel_keeps_who_brought_it_and_the_shelf(morning: Desk) -> None:
    page = morning.sign_in()
    morning.go(page, "/receive")
    fill_by_keyboard(page, "SF1234567894472", "1204", pick="1")
    expect(page.locator(".done")).to_contain_text("已登记")
    first = done(page)

    page.keyboard.type("SF1234567894473")
    page.keyboard.press("Enter")
    page.keyboard.type("zl")  # initials: 赵磊
    page.keyboard.press("Enter")
    expect(page.locator("[name=shelf]")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.locator(".done")).not_to_contain_text(first)
    expect(page.locator(".recent li").first).to_contain_text("3-0602 赵*")


@pytest.mark.rule("P1")
@pytest.mark.parametrize(
    ("missing", "said"), [("number", "运单号"), ("carrier", "快递公司"), ("deliverer", "交件人"), ("shelf", "架位")]
)
def test_a_missing_field_is_refused_and_named(week: Desk, missing: str, said: str) -> None:
    page = week.sign_in()
    week.go(page, "/receive")
    before = week.kinds()
    values = {"number": "SF999", "carrier": "顺丰", "to": "0602", "deliverer": "王师傅", "shelf": "1"}
    for name, value in values.items():
        page.locator(f"[name={name}]").fill("" if name == missing else value)
    expect(page.locator("[name=addressee]")).to_be_checked()
    if missing == "carrier":
        page.locator("[name=carrier]").fill("")
    page.evaluate("document.querySelector('#receive').noValidate = true")
    page.get_by_role("button", name="登记").click()
    problem = page.locator(".problem")
    expect(problem).to_contain_text(said)
    expect(problem).to_have_attribute("data-rule", "P1")
    expect(page.locator(f"[name={missing}]")).to_have_attribute("aria-invalid", "true")
    assert "parcel.registered" not in week.kinds()[len(before) :]


@pytest.mark.rule("P1")
def test_an_addressee_who_was_not_picked_is_a_missing_field(week: Desk) -> None:
    page = week.sign_in()
    week.go(page, "/receive")
    values = {"number": "SF998", "carrier": "顺丰", "to": "1204", "deliverer": "王师傅", "shelf": "1"}
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)
    expect(page.locator("[name=addressee]")).to_have_count(2)
    page.evaluate("document.querySelector('#receive').noValidate = true")
    page.get_by_role("button", name="登记").click()
    expect(page.locator(".problem")).to_contain_text("收件人")


@pytest.mark.rule("P9")
def test_a_number_that_is_in_the_house_already_is_seen_before_it_is_registered_again(week: Desk) -> None:
    page = week.sign_in()
    week.go(page, "/receive")
    page.keyboard.type("SF10000004471")
    expect(page.locator("#about-number")).to_contain_text("已经在楼里")
    expect(page.locator("#about-number a")).to_have_attribute("href", "/desk/parcels/P000008")
    for name, value in {"carrier": "顺丰", "to": "0602", "deliverer": "王师傅", "shelf": "1"}.items():
        page.locator(f"[name={name}]").fill(value)
    expect(page.locator("[name=addressee]")).to_be_checked()
    page.get_by_role("button", name="登记").click()
    expect(page.locator(".problem")).to_contain_text("P000008")
    expect(page.locator(".problem")).to_have_attribute("data-rule", "P9")


@pytest.mark.rule("P1")
def test_the_deliverer_may_sign_on_the_screen_and_an_empty_pad_is_no_signature(morning: Desk) -> None:
    page = morning.sign_in()
    morning.go(page, "/receive")
    values = {"number": "SF1234567894474", "carrier": "顺丰", "to": "0602", "deliverer": "王师傅", "shelf": "1"}
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)
    expect(page.locator("[name=addressee]")).to_be_checked()
    page.get_by_text("在屏幕上签").click()
    page.get_by_role("button", name="登记").click()
    expect(page.locator(".problem")).to_contain_text("还没有签字")

    sign(page)
    page.get_by_role("button", name="登记").click()
    expect(page.locator(".done")).to_contain_text("已登记")
    morning.go(page, f"/parcels/{done(page)}")
    expect(page.get_by_role("img", name="交件人签字")).to_be_visible()


def sign(page: Page) -> None:
    box = page.locator("[data-pad] svg").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    page.mouse.move(box["x"] + 160, box["y"] + 30, steps=4)
    page.mouse.up()
