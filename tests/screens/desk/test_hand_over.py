"""P3 and P2 at the desk: who may take a parcel, against what, and how often its addressee was told."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.screens.desk.conftest import Desk
from tests.screens.desk.test_receive import sign


def received(desk: Desk, page: Page, number: str, to: str, pick: int = 0) -> str:
    """A parcel on shelf 2, registered in the form; its number."""
    desk.go(page, "/receive")
    values = {"number": number, "carrier": "顺丰", "to": to, "deliverer": "c01", "shelf": "2"}
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("[name=addressee]").nth(pick).check()
    page.get_by_role("button", name="登记").click()
    expect(page.locator(".done")).to_contain_text("已登记")
    return page.locator(".done").inner_text().split(" ")[0]


@pytest.mark.rule("P3")
def test_a_family_member_takes_a_parcel_by_keyboard_alone(morning: Desk) -> None:
    page = morning.sign_in()
    parcel = received(morning, page, "SF0000000001", "1204")
    morning.go(page, "/")
    page.keyboard.press("/")
    page.keyboard.type("zxs")  # 张小三
    expect(page.locator("#found [role=option]").first).to_contain_text("张*三")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/people/**")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/desk/parcels/{parcel}?do=hand_over")
    page.keyboard.press("2")  # 李䶮, family of the addressee
    expect(page.locator("[name=taker]").nth(1)).to_be_checked()
    page.keyboard.press("Enter")
    page.wait_for_url("**?did=hand_over")
    known = page.locator(".known")
    expect(known).to_contain_text("李*")
    expect(known).to_contain_text("纸上签字")
    expect(page.locator(".place-now")).to_have_text("已领取")
    expect(page.locator(".row--slip").filter(has_text="C-")).to_contain_text("已出纸", timeout=10_000)


@pytest.mark.rule("P3")
def test_only_the_addressees_household_is_offered_and_a_forged_taker_is_refused(morning: Desk) -> None:
    page = morning.sign_in()
    parcel = received(morning, page, "SF0000000002", "0602")
    morning.go(page, f"/parcels/{parcel}?do=hand_over")
    expect(page.locator("[name=taker]")).to_have_count(1)
    stranger = morning.told["known"]["何川"]
    page.locator("[name=taker]").evaluate("(field, stranger) => { field.value = stranger }", stranger)
    page.locator("[name=taker]").check()
    page.locator("#do-hand_over").get_by_role("button", name="交付").click()
    problem = page.locator(".problem")
    expect(problem).to_contain_text("不是本户登记的住户")
    expect(problem).to_contain_text("包裹仍在架上")
    expect(problem).to_have_attribute("data-rule", "P3")
    expect(page.locator(".place-now")).to_have_text("架 2")


@pytest.mark.rule("P3")
def test_the_taker_signs_on_the_screen_and_an_empty_pad_is_no_signature(morning: Desk) -> None:
    page = morning.sign_in()
    parcel = received(morning, page, "SF0000000003", "0602")
    morning.go(page, f"/parcels/{parcel}?do=hand_over")
    page.locator("[name=taker]").check()
    page.get_by_text("在屏幕上签").click()
    page.locator("#do-hand_over").get_by_role("button", name="交付").click()
    expect(page.locator(".problem")).to_contain_text("还没有签字")
    page.locator("[name=taker]").check()
    page.get_by_text("在屏幕上签").click()
    sign(page)
    page.locator("#do-hand_over").get_by_role("button", name="交付").click()
    page.wait_for_url("**?did=hand_over")
    expect(page.get_by_role("img", name="领取人签字")).to_be_visible()
    expect(page.locator(".known")).to_contain_text("屏幕签字")


@pytest.mark.rule("P3")
def test_everything_of_a_household_goes_in_one_hand_over(morning: Desk) -> None:
    page = morning.sign_in()
    first = received(morning, page, "SF0000000004", "2201")
    second = received(morning, page, "SF0000000005", "2201")
    morning.go(page, f"/parcels/{first}?do=hand_over")
    page.locator("[name=also]").check()
    page.locator("[name=taker]").check()
    page.locator("#do-hand_over").get_by_role("button", name="交付").click()
    page.wait_for_url("**?did=hand_over")
    morning.go(page, f"/parcels/{second}")
    expect(page.locator(".place-now")).to_have_text("已领取")


@pytest.mark.rule("P2")
def test_the_addressee_is_told_again_with_a_new_code_and_every_date_is_kept(morning: Desk) -> None:
    page = morning.sign_in()
    parcel = received(morning, page, "SF0000008001", "0707")
    morning.go(page, f"/parcels/{parcel}?do=remind")
    page.locator("#do-remind").get_by_role("button", name="发送").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**?did=remind")
    expect(page.locator("li", has_text="到前台通知").filter(has_text="已送出")).to_have_count(2, timeout=10_000)
    texts = [text for text in morning.hands("see")["messages"] if "8001" in text]
    codes = {code for text in texts for code in re.findall(r"取件码 ([\d ]+)", text)}
    assert len(codes) == 2
    expect(page.locator(".known")).to_contain_text("（共 2 次）")


@pytest.mark.rule("P2")
def test_messages_that_cannot_go_out_are_said_to_be_queued_with_what_to_do(morning: Desk) -> None:
    morning.hands("gateway", on=False)
    try:
        page = morning.sign_in()
        received(morning, page, "SF0000008002", "1806")
        morning.go(page, "/devices")
        expect(page.locator(".devices")).to_contain_text("消息都在排队", timeout=15_000)
        expect(page.locator(".devices")).to_contain_text("急件请电话通知住户")
    finally:
        morning.hands("gateway", on=True)


def test_a_wrong_hand_over_is_undone_with_a_reason_and_not_by_editing(morning: Desk) -> None:
    page = morning.sign_in()
    parcel = received(morning, page, "SF0000000006", "0602")
    morning.go(page, f"/parcels/{parcel}?do=hand_over")
    page.locator("[name=taker]").check()
    page.locator("#do-hand_over").get_by_role("button", name="交付").click()
    page.wait_for_url("**?did=hand_over")
    page.locator("#do-found summary").click()
    page.keyboard.press("1")
    expect(page.locator("[name=where]").first).to_be_checked()
    page.locator("#do-found [name=shelf]").fill("4")
    page.locator("#do-found [name=note]").fill("给错人，已追回")
    page.keyboard.press("Enter")
    page.wait_for_url("**?did=found")
    expect(page.locator(".place-now")).to_have_text("架 4")
    journal = page.locator(".journal")
    expect(journal).to_contain_text("领取")
    expect(journal).to_contain_text("更正：在架上")
    expect(journal).to_contain_text("给错人，已追回")
    expect(journal).to_contain_text("陈敏")


def test_a_form_sent_twice_does_one_thing(morning: Desk) -> None:
    page = morning.sign_in()
    parcel = received(morning, page, "SF0000008003", "0602")
    morning.go(page, f"/parcels/{parcel}?do=remind")
    form = page.locator("#do-remind form")
    once = form.locator("[name=once]").input_value()
    cookies = {one["name"]: one["value"] for one in page.context.cookies()}
    headers = {"origin": morning.address}
    for _ in range(2):
        answer = httpx.post(
            f"{morning.address}/desk/parcels/{parcel}/remind", data={"once": once}, cookies=cookies, headers=headers
        )
        assert answer.status_code == 303
    told = [kind for kind in morning.kinds() if kind == "notice.queued"]
    page.reload()
    expect(page.locator("li", has_text="到前台通知")).to_have_count(2)
    assert told
