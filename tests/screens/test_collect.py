"""Collecting at the kiosk, in a real browser, with a real house behind it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.screens.conftest import Lobby, type_on_pad

Begin = Callable[..., Lobby]


def identify(page: Page, code: str) -> None:
    page.get_by_role("link", name="取件").click()
    type_on_pad(page, code)
    page.locator(".go").click()


def headline(page: Page, text: str) -> None:
    expect(page.locator("h1")).to_contain_text(text, timeout=10_000)


@pytest.mark.rule("P3")
def test_a_resident_collects_two_parcels_in_one_visit_and_sees_each_door(lobby: Begin) -> None:
    day = lobby()
    first, second = (parcel["cell"] for parcel in day.told["parcels"])
    with day.at() as page:
        identify(page, day.code_of(0))
        headline(page, "您有 2 件包裹")
        expect(page.locator(".place")).to_contain_text("张*三")
        page.get_by_role("button", name=f"打开 {first}").click()
        headline(page, "门开了，请取件")
        expect(page.locator('.cell[data-state="open"]')).to_have_count(1)
        assert day.hands("see")["open"] == [first]
        day.hands("take", first)
        headline(page, "请把门推上")
        day.hands("close", first)
        headline(page, "还有 1 件")
        page.get_by_role("button", name="下一件").click()
        page.get_by_role("button", name=f"打开 {second}").click()
        headline(page, "门开了，请取件")
        day.hands("take", second)
        day.hands("close", second)
        headline(page, "取好了，谢谢")
        assert day.hands("see")["open"] == []
