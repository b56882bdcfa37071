"""Dropping off at the kiosk, from the sign-in to the receipt, and every way in which it goes otherwise."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.screens.conftest import Lobby, type_on_pad
from tests.screens.test_collect import headline, press, seen_away

Begin = Callable[..., Lobby]


def sign_in(day: Lobby, page: Page) -> None:
    page.get_by_role("link", name="投件").click()
    type_on_pad(page, "19900009100")
    type_on_pad(page, day.told["pin"])
    page.locator(".go").click()
    headline(page, "请输入运单号")


def enter_number(page: Page, number: str) -> None:
    type_on_pad(page, number)
    page.locator(".go").click()


def to_flat(page: Page, floor: str, room: str, name: str) -> None:
    headline(page, "送到几楼？")
    page.get_by_role("button", name=floor, exact=True).click()
    headline(page, "哪一户")
    expect(page.get_by_role("link", name="用手机号查找")).to_be_visible()
    page.get_by_role("button", name=room).click()
    headline(page, "给谁？")
    page.get_by_role("button", name=name).click()


def opened(day: Lobby, page: Page) -> str:
    headline(page, "门开了，请放件")
    (cell,) = day.hands("see")["open"]
    return str(cell)


@pytest.mark.rule("P1", "P8")
def test_a_courier_drops_off_and_the_resident_is_told_and_the_slip_is_printed(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        sign_in(day, page)
        enter_number(page, "SF20260001")
        to_flat(page, "12", "1204", "张*三")
        expect(page.locator(".rules")).to_contain_text("破损、生鲜、贵重")
        expect(page.locator(".rules")).to_contain_text("免费 48 小时")
        assert day.hands("see")["open"] == []  # what must be said is said before any door opens
        press(page, "中")
        cell = opened(day, page)
        day.hands("put", cell)
        headline(page, "请把门推上")
        day.hands("close", cell)
        headline(page, f"投好了：{cell}")
        expect(page.locator(".paper")).to_contain_text("回执已打印")
        assert f"{cell} 格" in day.hands("see")["messages"][0]
        press(page, "下一件")
        headline(page, "请输入运单号")
        enter_number(page, "SF20260001")
        expect(page.get_by_role("alert")).to_contain_text("已经登记过")


def test_what_does_not_fit_gets_a_bigger_cell_under_the_same_number(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at("kiosk-2") as page:
        sign_in(day, page)
        enter_number(page, "SF20260002")
        to_flat(page, "12", "1204", "张*三")
        press(page, "小")
        small = opened(day, page)
        press(page, "放不下")
        expect(page.locator(".where")).not_to_have_text(small)
        headline(page, "门开了，请放件")
        bigger = page.locator(".where").inner_text()
        assert sorted(day.hands("see")["open"]) == sorted([small, bigger])
        day.hands("put", bigger)
        day.hands("close", bigger)
        headline(page, f"投好了：{bigger}")


def test_a_courier_keeps_the_parcel_and_nothing_stays_behind(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        sign_in(day, page)
        enter_number(page, "SF20260003")
        to_flat(page, "12", "1204", "张*三")
        press(page, "小")
        opened(day, page)
        press(page, "不放了")
        headline(page, "包裹您带走")
        assert day.hands("see")["messages"] == []


@pytest.mark.rule("P9")
def test_a_door_that_jams_for_a_courier_gives_another_door(lobby: Begin) -> None:
    day = lobby(parcels=0)
    for cell in ("A01",):
        day.hands("fault", cell, name="locker.jam")
    with day.at() as page:
        sign_in(day, page)
        enter_number(page, "SF20260004")
        to_flat(page, "12", "1204", "张*三")
        press(page, "小")
        headline(page, "门没有打开")
        press(page, "换一格")
        cell = opened(day, page)
        assert cell != "A01"
        day.hands("put", cell)
        day.hands("close", cell)
        headline(page, f"投好了：{cell}")


@pytest.mark.rule("P9")
def test_a_locker_that_goes_away_sends_a_courier_to_the_desk_with_the_same_number(lobby: Begin) -> None:
    day = lobby(parcels=0)
    day.hands("fault", "A01", name="locker.jam")
    with day.at() as page:
        sign_in(day, page)
        enter_number(page, "SF20260009")
        to_flat(page, "12", "1204", "张*三")
        press(page, "小")
        headline(page, "门没有打开")
        day.hands("fault", name="locker.board_silent")
        seen_away(day, page)
        press(page, "再试一次")
        headline(page, "自助服务暂停")
        expect(page.locator(".now")).to_contain_text("柜子连不上，门没有动")
        expect(page.get_by_role("button", name="换一格")).to_have_count(0)
        press(page, "交到前台")
        headline(page, "请把包裹交到前台")


@pytest.mark.rule("P8")
def test_without_the_addressees_consent_no_size_is_offered_and_it_goes_to_the_desk(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at("kiosk-3") as page:
        sign_in(day, page)
        enter_number(page, "SF20260005")
        to_flat(page, "6", "0602", "王*2")
        headline(page, "没有同意用柜")
        press(page, "交到前台")
        headline(page, "请把包裹交到前台")
        assert day.hands("see")["open"] == []


@pytest.mark.rule("P8")
def test_what_is_fresh_goes_to_the_desk_and_no_door_opens(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        sign_in(day, page)
        enter_number(page, "SF20260006")
        to_flat(page, "12", "1204", "张*三")
        press(page, "不能入柜")
        press(page, "生鲜")
        headline(page, "请把包裹交到前台")
        assert day.hands("see")["open"] == []


def test_an_addressee_is_found_by_phone(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        sign_in(day, page)
        enter_number(page, "SF20260007")
        page.get_by_role("link", name="用手机号查找").click()
        type_on_pad(page, "19900001205")
        page.locator(".go").click()
        headline(page, "李*")


def test_a_wrong_pin_tells_nothing_of_who_exists(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        said: list[str] = []
        for who in ("19900009100", "13800000000"):
            page.goto(f"{day.address}/kiosk/drop")
            type_on_pad(page, who)
            type_on_pad(page, "11223344")
            page.locator(".go").click()
            said.append(page.get_by_role("alert").inner_text())
        assert said[0] == said[1]


def test_a_tracking_number_is_scanned_without_touching_the_screen(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        sign_in(day, page)
        expect(page.locator("body")).to_have_attribute("data-live", "on")
        day.hands("scan", screen="kiosk-1", text="SF20260008")
        headline(page, "送到几楼？")
