"""Kiosk, virtual lobby and desk in one window."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from tests.virtual_lobby.conftest import Table, looking


def test_a_code_noted_at_the_phone_stands_above_the_kiosk(table: Table, chromium: Browser) -> None:
    table.send("w1", "19900001204", "取件码 408 216 34。")
    with looking(chromium, f"{table.url}/window") as page:
        lobby = page.frame_locator("iframe[title='虚拟大堂']")
        lobby.get_by_role("button", name="用这个码 408 216 34").last.click()
        expect(page.locator(".note")).to_have_text("已记下 408 216 34，在自助屏上输入")


def test_the_desk_and_the_lobby_take_turns_at_being_large(table: Table, chromium: Browser) -> None:
    with looking(chromium, f"{table.url}/window") as page:
        height = "sel => document.querySelector(sel).getBoundingClientRect().height"
        before = page.evaluate(height, ".pane-desk")
        page.locator(".pane-desk").get_by_role("button", name="放大").click()
        assert page.evaluate(height, ".pane-desk") > 1.5 * before
        page.locator(".pane-lobby").get_by_role("button", name="放大").click()
        assert page.evaluate(height, ".pane-desk") == before


def test_the_kiosk_has_the_shape_of_its_screen_and_nothing_scrolls(table: Table, chromium: Browser) -> None:
    for width, height in ((1600, 1000), (1280, 800)):
        with looking(chromium, f"{table.url}/window", width=width, height=height) as page:
            frame = page.locator(".pane-kiosk .frame")
            box = frame.bounding_box()
            assert box is not None
            assert abs(box["width"] / box["height"] - 1080 / 1920) < 0.01
            size = page.evaluate("() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]")
            assert size == [width, height]


def test_every_power_switch_is_in_sight_on_a_small_laptop(table: Table, chromium: Browser) -> None:
    for width, height in ((1440, 757), (1280, 720)):
        with looking(chromium, f"{table.url}/window", width=width, height=height) as page:
            frame = page.locator(".pane-lobby .frame").bounding_box()
            assert frame is not None
            keys = page.frame_locator("iframe[title='虚拟大堂']").locator(".tool--power button")
            expect(keys).to_have_count(3)
            for key in keys.all():
                box = key.bounding_box()
                assert box is not None
                assert box["y"] + box["height"] < frame["y"] + frame["height"]
            lobby = next(one for one in page.frames if "in=window" in one.url)
            assert lobby.evaluate("document.documentElement.scrollHeight <= innerHeight")
