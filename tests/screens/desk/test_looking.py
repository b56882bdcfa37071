"""What no device could settle: a person looks, and writes down what they found; cells opened with a second person."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Page, expect

from edge.eyes import EyesRow
from kiosk_ui.desk.looking import findings_of
from tests.screens.desk.conftest import Desk
from tests.screens.desk.test_hand_over import received


def open_first(page: Page, words: str) -> None:
    """By keyboard: down to the row, Enter."""
    for _ in range(12):
        page.keyboard.press("ArrowDown")
        row = page.locator(".row:focus-within")
        if row.count() and words in row.inner_text():
            break
    page.keyboard.press("Enter")


def test_a_door_that_jammed_is_settled_by_keyboard_with_what_was_found(week: Desk) -> None:
    page = week.sign_in()
    expect(page.locator(".rail")).to_contain_text("需要人看")
    open_first(page, "门卡住")
    page.wait_for_url("**/desk/eyes/*")
    expect(page.locator(".acts [data-step=seen]")).to_have_count(1)
    page.keyboard.press("2")
    expect(page.get_by_label("门没有开")).to_be_checked()
    page.locator("[name=note]").fill("门后纸箱顶住，已移开")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/eyes?did=look")
    expect(page.locator(".rows")).not_to_contain_text("门卡住")
    week.go(page, "/cells/A08")
    expect(page.locator(".today")).to_contain_text("空")


def test_no_finding_is_no_answer(week: Desk) -> None:
    page = week.sign_in()
    week.go(page, "/eyes")
    page.locator(".row", has_text="单据出纸不明").first.locator(".key").click()
    page.get_by_role("button", name="登记").click()
    expect(page.locator(".problem")).to_contain_text("还没有选看到的情况")
    expect(page.locator(".problem")).to_contain_text("没有改动")


def test_paper_that_nobody_vouched_for_is_judged_or_printed_again(week: Desk) -> None:
    page = week.sign_in()
    week.go(page, "/parcels/P000004")
    label = page.locator(".row--slip").filter(has_text="L-")
    expect(label).to_contain_text("不知是否出纸（连接中断）")
    label.get_by_role("button", name=re.compile("纸好的")).click()
    expect(label).to_contain_text("已出纸")
    expect(page.locator("aside")).not_to_contain_text("需要人看")

    week.go(page, "/parcels/P000006")
    label.get_by_role("button", name=re.compile("补打")).click()
    expect(label).to_contain_text("补打 1", timeout=15_000)
    expect(label).to_contain_text("已出纸", timeout=15_000)
    assert any("补打 REPRINT 1" in marks for marks in week.hands("see")["papers"])


def test_staff_open_a_cell_with_a_reason_and_a_second_person_and_see_it_open(morning: Desk) -> None:
    page = morning.sign_in()
    morning.go(page, "/cells/B05?do=open")
    page.locator("details[open] [name=reason]").fill("住户手机丢失")
    page.locator("[name=second_number]").fill("s01")
    page.locator("[name=second_pin]").fill(morning.told["pins"]["s01"])
    page.get_by_role("button", name="打开 B05").click()
    expect(page.locator(".problem")).to_contain_text("第二人必须是另一位同事")
    assert morning.hands("see")["open"] == []

    page.locator("details[open] [name=reason]").fill("住户手机丢失")
    page.locator("[name=second_number]").fill("m01")
    page.locator("[name=second_pin]").fill(morning.told["pins"]["m01"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/cells/B05?did=open")
    expect(page.locator("[data-step=now]")).to_contain_text("已打开", timeout=15_000)
    assert morning.hands("see")["open"] == ["B05"]
    expect(page.locator(".journal")).to_contain_text("前台开 B05")
    expect(page.locator(".journal")).to_contain_text("住户手机丢失")
    morning.hands("close", "B05")
    expect(page.locator("[data-live=cell-sensors]")).to_contain_text("关着", timeout=15_000)


def test_a_cell_goes_out_of_service_with_a_reason_and_comes_back(morning: Desk) -> None:
    page = morning.sign_in()
    morning.go(page, "/devices")
    page.get_by_role("link", name="E05 空").click()
    page.locator("summary", has_text="停用").click()
    page.locator("details[open] [name=reason]").fill("门铰链松")
    page.keyboard.press("Enter")
    page.wait_for_url("**?did=take_out")
    expect(page.locator("main")).to_contain_text("停用：门铰链松")
    morning.go(page, "/devices")
    expect(page.get_by_role("link", name="E05 停用")).to_be_visible()
    page.get_by_role("link", name="恢复使用 E05").click()
    page.get_by_role("button", name="恢复 E05").click()
    page.wait_for_url("**?did=bring_back")
    expect(page.locator(".today")).to_contain_text("空")


@pytest.mark.parametrize(
    ("fault", "says", "do"),
    [("printer.cover_open", "上盖开着", "合上盖子"), ("printer.paper_out", "没有纸", "换纸")],
)
def test_a_device_in_trouble_says_what_is_safe_and_what_to_do(morning: Desk, fault: str, says: str, do: str) -> None:
    morning.hands("printer", name=fault)
    try:
        page = morning.sign_in()
        received(morning, page, f"SF{abs(hash(fault)) % 10**10:010d}", "0602")
        morning.go(page, "/devices")
        device = page.locator(".devices li", has_text="打印机")
        expect(device).to_contain_text(says, timeout=15_000)
        expect(device).to_contain_text("单号都在")
        expect(device).to_contain_text(do)
        expect(page.locator(".row--slip").first).to_contain_text("没有打出来", timeout=15_000)
    finally:
        morning.hands("printer", name=fault, on=False)


def test_a_board_that_falls_silent_shows_by_itself(morning: Desk) -> None:
    page = morning.sign_in()
    morning.go(page, "/devices")
    expect(page.locator(".devices li", has_text="格口柜")).to_contain_text("正常")
    morning.hands("fault", name="locker.board_silent")
    try:
        expect(page.locator(".devices li", has_text="格口柜")).to_contain_text("没有门会迟开", timeout=20_000)
        morning.go(page, "/")
        expect(page.locator(".today .alert")).to_contain_text("要处理")
        first = page.locator(".lane section").first
        expect(first).to_contain_text("设备用不了 1")
        expect(first).to_contain_text("格口柜 柜机没有声音")
        expect(first).to_contain_text("门都锁着")
        expect(first).to_contain_text("检查柜机电源与网线")
        morning.hands("fault", name="locker.board_silent", on=False)
        expect(page.locator("#away-title")).to_have_count(0, timeout=30_000)
        morning.go(page, "/devices")
    finally:
        morning.hands("fault", name="locker.board_silent", on=False)
    expect(page.locator(".devices li", has_text="格口柜")).to_contain_text("正常", timeout=30_000)


def test_a_page_whose_session_is_gone_is_led_to_the_sign_in_by_its_stream(morning: Desk) -> None:
    asked = {"at": "/"}, {"lobby_desk": morning.told["token"]}
    answer = httpx.get(f"{morning.address}/desk/live", params=asked[0], cookies=asked[1])
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text == "event: go\ndata: /desk/sign-in?why=session_over\n\n"


def test_a_supervisor_gets_a_code_for_a_screen_and_the_desk_alone_does_not(morning: Desk) -> None:
    page = morning.sign_in("s01")
    morning.go(page, "/screens")
    expect(page.locator("main")).to_contain_text("主管或经理办理")
    expect(page.locator("[name=panel]")).to_have_count(0)

    page = morning.sign_in("m01")
    morning.go(page, "/screens")
    page.locator("[name=name]").fill("kiosk-1")
    page.keyboard.press("Enter")
    expect(page.locator(".big")).to_have_text(re.compile(r"\d{4} \d{4} \d{4}"))


def test_a_call_from_a_kiosk_shows_on_every_page_until_somebody_went(morning: Desk) -> None:
    page = morning.sign_in()
    morning.go(page, "/register")
    expect(page.locator(".call")).to_have_count(0)
    morning.hands("call", name="kiosk-1")
    expect(page.locator(".call")).to_contain_text("kiosk-1 呼叫", timeout=10_000)
    page.locator(".call").click()
    page.wait_for_url("**/desk/eyes/*")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/eyes?did=look")
    expect(page.locator(".call")).to_have_count(0)


@pytest.mark.parametrize(
    ("reason", "out", "answers"),
    [
        ("left_open", False, ["nothing_in_it", "something_in_it"]),
        ("unclaimed", False, ["taken_out", "nothing_in_it"]),
        ("forced", False, ["works", "closed", "noted"]),
        ("did_not_open", True, ["works", "closed", "still_broken"]),
        ("left_open", True, ["works", "closed", "still_broken"]),
    ],
)
def test_what_can_be_answered_about_a_cell_is_what_was_asked(reason: str, out: bool, answers: list[str]) -> None:
    row = EyesRow(1, "slot:locker-1/A07", reason, "locker-1", "A07", "2026-11-22T06:26:00.000Z")
    assert findings_of("slot", row, None, out=out) == answers


def test_an_open_entry_says_by_itself_that_somebody_settled_it_and_leads_to_the_list(morning: Desk) -> None:
    morning.hands("call", name="kiosk-2")
    mine = morning.sign_in()
    mine.locator(".call").click()
    mine.wait_for_url("**/desk/eyes/*")
    theirs = mine.context.new_page()
    theirs.goto(mine.url)
    expect(mine.get_by_role("button", name="登记")).to_be_visible()
    theirs.keyboard.press("1")
    theirs.keyboard.press("Enter")
    theirs.wait_for_url("**/desk/eyes?did=look")

    expect(mine.get_by_role("heading", name="这一项已经处理好了")).to_be_visible(timeout=10_000)
    expect(mine.locator(".settled")).to_contain_text("陈敏")
    expect(mine.get_by_role("button", name="登记")).to_be_hidden()
    late = mine.evaluate("async () => (await fetch(location.href, {method: 'POST', body: new FormData()})).status")
    assert late == 409
    mine.reload()
    expect(mine.locator(".settled")).to_contain_text("kiosk-2")
    mine.locator(".settled").get_by_role("link").click()
    mine.wait_for_url("**/desk/eyes")


def test_an_entry_that_never_was_leads_to_the_list(morning: Desk) -> None:
    page = morning.sign_in()
    morning.go(page, "/eyes/999999")
    expect(page.get_by_role("link", name="回到需要人看")).to_have_attribute("href", "/desk/eyes")
