"""People's hands on the devices, through the page, in a real browser; and the devices' own word for what came of it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from drivers.ports import PrintResult
from tests.virtual_lobby.conftest import Table, looking

KNOWN = "19900001204"


def cell(page: Page, name: str) -> Locator:
    return page.locator(f'[data-live="cell-{name}"]')


def key(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name, exact=True)


def switch(page: Page, name: str) -> Locator:
    return page.get_by_role("switch", name=name, exact=True)


def test_the_wall_stands_there_as_it_is(page: Page, table: Table) -> None:
    expect(page.locator(".wall--play button.cell")).to_have_count(48)
    assert cell(page, "F05").evaluate("it => getComputedStyle(it).gridRowStart") == "span 4"
    table.hands(table.locker, "pull", slot="B05")
    table.hands(table.locker, "put", slot="B05", item="parcel")
    expect(cell(page, "B05")).to_have_attribute("data-state", "open")
    expect(cell(page, "B05").locator(".box")).to_be_visible()
    table.hands(table.locker, "close", slot="B05")
    expect(key(page, "B05，关着，里面有包裹")).to_be_visible()


def test_a_parcel_is_put_in_and_the_door_is_shut_and_all_of_it_again_backwards(page: Page, table: Table) -> None:
    table.hands(table.locker, "pull", slot="D09")
    key(page, "往 D09 放一件包裹").click()
    expect(key(page, "从 D09 取出包裹")).to_be_visible()
    assert table.cell("D09")["item"] == "parcel"
    key(page, "关上 D09 的门").click()
    expect(key(page, "D09，关着，里面有包裹")).to_be_visible()
    assert not table.cell("D09")["open"]
    table.hands(table.locker, "pull", slot="D09")
    key(page, "从 D09 取出包裹").click()
    expect(key(page, "往 D09 放一件包裹")).to_be_visible()
    assert table.cell("D09")["item"] == ""


def test_a_fault_is_laid_on_the_chosen_cell_and_taken_back(page: Page, table: Table) -> None:
    key(page, "A05，关着").click()
    expect(cell(page, "A05")).to_have_attribute("aria-pressed", "true")
    switch(page, "锁舌卡住").click()
    expect(switch(page, "锁舌卡住")).to_be_checked()
    assert table.see(table.locker)["faults"] == [{"name": "locker.jam", "slot": "A05"}]
    expect(page.get_by_text("locker.jam · A05")).to_be_visible()
    expect(key(page, "A05，关着，有故障")).to_be_visible()
    switch(page, "锁舌卡住").click()
    expect(switch(page, "锁舌卡住")).not_to_be_checked()
    assert table.see(table.locker)["faults"] == []


def test_without_a_chosen_cell_a_fault_lies_on_every_cell(page: Page, table: Table) -> None:
    switch(page, "门磁抖动").click()
    expect(page.get_by_text("locker.sensor_bounce · 全部")).to_be_visible()
    assert len(table.see(table.locker)["faults"]) == 48


def test_a_fault_that_strikes_once_is_a_key_and_forces_the_chosen_door(page: Page, table: Table) -> None:
    page.get_by_label("作用于").select_option("C02")
    key(page, "触发：门被撬开").click()
    expect(cell(page, "C02")).to_have_attribute("data-state", "open")
    assert table.cell("C02")["open"]


@pytest.mark.parametrize(
    ("kind", "title", "name"),
    [("打印机", "缺纸", "printer.paper_out"), ("短信", "短信网关断开", "gateway.down")],
)
def test_every_device_has_its_own_page_of_the_menu(page: Page, table: Table, kind: str, title: str, name: str) -> None:
    page.get_by_role("radio", name=kind).check(force=True)
    switch(page, title).click()
    expect(switch(page, title)).to_be_checked()
    device = table.printer if name.startswith("printer") else table.phone
    assert table.see(device)["faults"] == [name]


def test_paper_comes_out_as_a_picture_and_is_torn_off(page: Page, table: Table) -> None:
    assert table.print().result is PrintResult.PRINTED
    picture = page.locator(".slip img")
    expect(picture).to_be_visible()
    page.wait_for_function("() => document.querySelector('.slip img').naturalWidth === 576")
    page.locator("a.slip").click()
    expect(page.locator("#larger img")).to_be_visible()
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1600, "height": 320})  # less than the slip needs
    page.locator("a.slip").evaluate("slip => slip.click()")
    expect(page.locator("#larger").get_by_role("button")).to_be_focused()
    at, overflows = page.locator("#larger").evaluate("it => [it.scrollTop, it.scrollHeight > it.clientHeight]")
    assert (at, overflows) == (0, True)
    page.keyboard.press("Escape")
    page.set_viewport_size({"width": 1600, "height": 1000})
    key(page, "撕下").click()
    expect(page.get_by_text("出纸口没有纸条")).to_be_visible()
    expect(page.locator(".earlier a").first).to_be_visible()


def test_paper_that_is_not_cut_hangs_from_the_printer(page: Page, table: Table) -> None:
    page.get_by_role("radio", name="打印机").check(force=True)
    switch(page, "切刀卡住").click()
    expect(switch(page, "切刀卡住")).to_be_checked()
    assert table.print().result is PrintResult.STALLED
    expect(page.locator(".slip--torso img")).to_be_visible()
    expect(key(page, "撕下")).to_be_disabled()
    switch(page, "切刀卡住").click()
    expect(switch(page, "切刀卡住")).not_to_be_checked()
    assert table.see(table.printer)["faults"] == []


def test_an_empty_roll_is_changed(page: Page, table: Table) -> None:
    table.hands(table.printer, "fault", name="printer.paper_out")
    expect(page.locator('[data-live="printer-note"]')).to_have_text("缺纸")
    key(page, "换纸").click()
    expect(page.locator('[data-live="printer-note"]')).to_have_text("就绪")
    assert table.see(table.printer)["trouble"] == ""


def test_a_message_appears_on_the_phone_that_it_was_sent_to(page: Page, table: Table) -> None:
    table.send("m1", KNOWN, "您的顺丰快件已放入 B05 格。取件码 408 216 34，免费存放至 11 月 24 日 14:05。")
    table.send("m2", "19900001806", "Your parcel is in F06.")
    page.get_by_label("谁的手机").select_option(KNOWN)
    expect(page.locator(".said")).to_contain_text("已放入 B05 格")
    key(page, "用这个码 408 216 34").click()
    expect(page.get_by_role("status")).to_have_text("已记下 408 216 34，在自助屏上输入")
    page.get_by_label("谁的手机").select_option("19900001806")
    expect(page.locator(".said")).to_contain_text("is in F06")
    expect(page.locator(".said .key")).to_have_count(0)


def test_the_newest_message_is_in_sight_and_its_code_on_one_line(page: Page, table: Table) -> None:
    phone, text = "19900000602", "您的顺丰快件已放入 B05 格。取件码 408 216 34，免费存放至 11 月 24 日 14:05。"
    for n in range(8):
        table.send(f"n{n}", phone, text)
    page.get_by_label("谁的手机").select_option(phone)
    expect(page.locator(".said")).to_have_count(8)
    expect(page.locator(".said--new")).to_be_in_viewport(ratio=0.9)
    assert "408\u00a0216\u00a034" in str(page.locator(".said--new p").text_content())
    page.locator(".messages").evaluate("phone => { phone.scrollTop = 0; }")
    expect(page.locator(".said--new")).not_to_be_in_viewport()
    table.send("n8", phone, "E05 格。取件码 123 456 78")
    expect(page.locator(".said--new")).to_contain_text("E05 格")
    expect(page.locator(".said--new")).to_be_in_viewport(ratio=0.9)


def test_the_boards_power_is_cut_and_given_again(page: Page, table: Table) -> None:
    power = page.locator('[data-live="power-board"]')
    power.get_by_role("button").click()
    expect(power).to_contain_text("没电")
    expect(page.locator('[data-live="wall-note"]')).to_have_text("主板没电")
    assert not table.see(table.locker)["powered"]
    power.get_by_role("button").click()
    expect(power).to_contain_text("有电")


def test_what_cannot_be_done_is_said_in_words(page: Page, table: Table) -> None:
    table.hands(table.locker, "pull", slot="A01")
    put = key(page, "往 A01 放一件包裹")
    expect(put).to_be_visible()
    page.evaluate("() => document.querySelector('[data-do=\"locker.put\"]').dataset.slot = 'Z99'")
    put.click()
    expect(page.get_by_role("status")).to_have_text("没有这一格。")


@pytest.mark.keeps("files", reason="a process of the module's is started anew, with another pipe")
def test_a_device_that_goes_is_missed_and_one_that_comes_back_is_shown(page: Page, table: Table) -> None:
    table.printer.end()
    expect(page.locator('[data-live="printer-note"]')).to_have_text("找不到打印机")
    key(page, "走纸").click()
    expect(page.get_by_role("status")).to_have_text("这台设备没有回应。等一下再试。")
    table.printer.start()
    expect(page.locator('[data-live="printer-note"]')).to_have_text("就绪")


@pytest.mark.keeps("files", reason="a process of the module's is started anew, with another pipe")
def test_a_page_whose_server_is_gone_says_so_and_goes_on_by_itself(page: Page, table: Table) -> None:
    expect(page.locator(".wall--play button.cell")).to_have_count(48)
    table.page.end()
    expect(page.locator(".frozen")).to_be_visible(timeout=15_000)
    table.hands(table.locker, "pull", slot="E09")
    table.page.start()
    expect(page.locator(".frozen")).to_be_hidden(timeout=15_000)
    expect(cell(page, "E09")).to_have_attribute("data-state", "open")


def test_the_wall_can_be_walked_by_keyboard_alone(page: Page, table: Table) -> None:
    table.hands(table.locker, "pull", slot="B02")
    expect(cell(page, "B02")).to_have_attribute("data-state", "open")
    cell(page, "A01").focus()
    page.keyboard.press("ArrowDown")
    expect(cell(page, "A02")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(key(page, "关上 B02 的门")).to_be_focused()
    page.keyboard.press("Enter")
    expect(key(page, "B02，关着")).to_be_focused()
    assert not table.cell("B02")["open"]


def test_both_languages_and_both_lights_are_one_press_away_and_stay(table: Table, chromium: Browser) -> None:
    with looking(chromium, f"{table.url}/") as page:
        page.get_by_role("link", name="English").click()
        expect(page.locator("h1")).to_have_text("Virtual lobby")
        page.get_by_role("link", name="Dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        table.hands(table.locker, "pull", slot="A03")
        expect(page.get_by_role("button", name="Shut the door of A03")).to_be_visible()
        page.goto(f"{table.url}/window")
        expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.keeps("files", reason="a process of the module's is started anew, with another pipe")
def test_a_wall_that_goes_and_comes_back_is_drawn_as_it_stands_now(page: Page, table: Table) -> None:
    """The steel is the process's own here, so a locker that is back is shut."""
    table.hands(table.locker, "pull", slot="E09")
    expect(cell(page, "E09")).to_have_attribute("data-state", "open")
    table.locker.end()
    expect(page.locator('[data-live="wall-note"]')).to_have_text("找不到格口柜")
    expect(page.locator(".wall--play button.cell")).to_have_count(0)
    table.locker.start()
    expect(page.locator(".wall--play button.cell")).to_have_count(48)
    table.hands(table.locker, "pull", slot="E09")
    expect(cell(page, "E09")).to_have_attribute("data-state", "open")
