"""Collecting at the kiosk: a real browser, a real house behind it, a simulated locker at the wire."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.screens.conftest import Lobby, type_on_pad

Begin = Callable[..., Lobby]


BURST = """(keys) => {
  const down = (key) => new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true});
  for (const key of keys) document.body.dispatchEvent(down(key));
}"""


def identify(page: Page, code: str) -> None:
    page.get_by_role("link", name="取件").click()
    type_on_pad(page, code)
    page.locator(".go").click()


def headline(page: Page, text: str) -> None:
    expect(page.locator("h1")).to_contain_text(text, timeout=15_000)


def press(page: Page, name: str) -> None:
    """And be on the page that answers: it may say the same words as the one before."""
    with page.expect_navigation(wait_until="commit"):
        page.get_by_role("button", name=name).click()


def seen_away(day: Lobby, page: Page) -> None:
    """Until the house itself knows that it cannot reach the locker."""
    first_page = page.context.new_page()
    first_page.goto(f"{day.address}/kiosk/")
    expect(first_page.locator(".task--out")).to_have_count(2, timeout=30_000)
    first_page.close()


@pytest.mark.rule("P3")
def test_a_resident_collects_two_parcels_in_one_visit_and_sees_each_door(lobby: Begin) -> None:
    day = lobby()
    first, second = (parcel["cell"] for parcel in day.told["parcels"])
    with day.at() as page:
        identify(page, day.code_of(0))
        headline(page, "您有 2 件包裹")
        expect(page.locator(".place")).to_contain_text("张*三")
        press(page, f"打开 {first}")
        headline(page, "门开了，请取件")
        expect(page.locator('.cell[data-state="open"]')).to_have_count(1)
        assert day.hands("see")["open"] == [first]
        day.hands("take", first)
        headline(page, "请把门推上")
        day.hands("close", first)
        headline(page, "还有 1 件")
        press(page, "下一件")
        press(page, f"打开 {second}")
        headline(page, "门开了，请取件")
        day.hands("take", second)
        day.hands("close", second)
        headline(page, "取好了，谢谢")
        assert day.hands("see")["open"] == []


def test_what_was_forgotten_in_the_cell_can_be_fetched_within_the_grace(lobby: Begin) -> None:
    day = lobby(parcels=1)
    (cell,) = (parcel["cell"] for parcel in day.told["parcels"])
    with day.at("kiosk-2") as page:
        identify(page, day.code_of(0))
        press(page, f"打开 {cell}")
        headline(page, "门开了")
        day.hands("take", cell)
        day.hands("close", cell)
        headline(page, "取好了")
        press(page, "忘了东西，再开")
        headline(page, "请把门推上")
        assert day.hands("see")["open"] == [cell]
        day.hands("close", cell)
        headline(page, "取好了")


def test_a_door_that_jams_is_tried_again_and_then_given_to_the_desk(lobby: Begin) -> None:
    day = lobby(parcels=1)
    (cell,) = (parcel["cell"] for parcel in day.told["parcels"])
    day.hands("fault", cell, name="locker.jam")
    with day.at() as page:
        identify(page, day.code_of(0))
        press(page, f"打开 {cell}")
        headline(page, "门没有打开")
        expect(page.locator('.cell[data-state="look"]')).to_have_text(cell)
        press(page, "再试一次")
        headline(page, "门没有打开")
        press(page, "再试一次")
        headline(page, "记下了：门没有打开")
        assert day.hands("see")["acts"] == 2 + 1  # two tries for the resident, one for the courier before


def test_a_locker_that_is_away_has_refused_nothing_and_nobody_is_told_to_try_again(lobby: Begin) -> None:
    day = lobby(parcels=1)
    (cell,) = (parcel["cell"] for parcel in day.told["parcels"])
    with day.at() as page:
        identify(page, day.code_of(0))
        headline(page, "您有 1 件包裹")
        day.hands("fault", name="locker.board_silent")
        seen_away(day, page)
        press(page, f"打开 {cell}")
        headline(page, "自助服务暂停")
        expect(page.locator(".now")).to_contain_text("包裹很安全。请到前台")
        expect(page.get_by_role("button", name="再试一次")).to_have_count(0)
        day.hands("fault", name="locker.board_silent", on=False)
        press(page, "再试一次")
        headline(page, "门开了，请取件")


def test_an_empty_cell_is_written_down_and_the_resident_knows_what_happens_next(lobby: Begin) -> None:
    day = lobby(parcels=1)
    (cell,) = (parcel["cell"] for parcel in day.told["parcels"])
    with day.at("kiosk-3") as page:
        identify(page, day.code_of(0))
        press(page, f"打开 {cell}")
        headline(page, "门开了")
        press(page, "空的或不对")
        headline(page, f"{cell} 里怎么了？")
        press(page, "是空的")
        headline(page, f"记下了：{cell} 是空的")
        assert ("empty" in day.hands("see")["eyes"]) is True


def test_a_wrong_code_says_so_and_opens_nothing_and_many_of_them_have_to_wait(lobby: Begin) -> None:
    day = lobby(parcels=1)
    acts = day.hands("see")["acts"]
    with day.at() as page:
        page.get_by_role("link", name="取件").click()
        for _ in range(6):
            type_on_pad(page, "00000000")
            page.locator(".go").click()
            expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_role("alert")).to_contain_text("请等")
        assert day.hands("see")["acts"] == acts


def test_a_qr_code_is_read_on_any_page_and_needs_no_focus(lobby: Begin) -> None:
    day = lobby(parcels=1)
    token = day.hands("see")["messages"][0].splitlines()[-1]
    assert token.startswith("LB1:")
    with day.at() as page:
        expect(page.locator("body")).to_have_attribute("data-live", "on")
        day.hands("scan", screen="kiosk-1", text=token)
        headline(page, "您有 1 件包裹")


def test_a_second_tap_on_the_same_page_opens_no_second_door(lobby: Begin) -> None:
    day = lobby()
    with day.at() as page:
        identify(page, day.code_of(0))
        headline(page, "您有 2 件包裹")
        before = day.hands("see")["acts"]
        twice = """async () => {
          const form = document.querySelector(".main-key form");
          const body = () => new URLSearchParams({once: form.elements.once.value, answer: "open"});
          const send = () => fetch(form.action, {method: "POST", body: body(), headers: {"X-Kiosk": "1"}});
          const answers = await Promise.all([send(), send(), send()]);
          return Promise.all(answers.map(async (answer) => (await answer.json()).go));
        }"""
        led = page.evaluate(twice)
        assert len(set(led)) == 1
        assert day.hands("see")["acts"] == before + 1


def test_a_scanner_that_types_like_a_keyboard_needs_no_field_and_no_focus(lobby: Begin) -> None:
    day = lobby(parcels=1)
    token = day.hands("see")["messages"][0].splitlines()[-1]
    with day.at() as page:
        page.evaluate(BURST, [*token, "Enter"])
        headline(page, "您有 1 件包裹")
