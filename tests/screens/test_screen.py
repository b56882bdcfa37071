"""The kiosk as a screen in a lobby: who it shows itself to, what it forgets, what it does while the service is away."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page, Response, expect

from tests.screens.conftest import Lobby, screen, type_on_pad
from tests.screens.test_collect import headline, identify, press

Begin = Callable[..., Lobby]
HISTORY = "history.length"
LEFT = "({local: localStorage.length, session: sessionStorage.length, text: document.body.innerText})"


CLOCK_MOVED = "document.dispatchEvent(new CustomEvent('live:shown', {detail: ['clock']}))"
TOLD_ORDER = """
  const close = EventSource.prototype.close, sent = window.fetch;
  EventSource.prototype.close = function () { console.log("stream closed"); return close.call(this); };
  window.fetch = (...asked) => { console.log(`sent ${asked[0]}`); return sent(...asked); };
"""


def be_quiet(page: Page, seconds: int) -> None:
    page.clock.run_for(seconds * 1000)


# -- who sees it -----------------------------------------------------------------------------------------------


def test_a_browser_that_is_no_screen_of_the_house_gets_the_enrolment_page_and_nothing_else(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with screen(day.browser, "kiosk-portrait") as page:
        page.goto(f"{day.address}/kiosk/")
        headline(page, "请输入本屏的登记码")
        expect(page.locator("a")).to_have_count(0)
        type_on_pad(page, "123456789012")
        page.locator(".go").click()
        expect(page.get_by_role("alert")).to_contain_text("登记码不对")
    for path in ("/kiosk/collect", "/kiosk/live?once=x&at=/kiosk/", "/kiosk/worker.js"):
        assert httpx.get(day.address + path).status_code in {303, 401, 403}
    assert httpx.post(f"{day.address}/kiosk/collect", data={"code": "1"}).status_code in {401, 403}


def test_another_sites_page_can_press_nothing_here(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
        form = {"once": "o", "answer": "call"}
        foreign = httpx.post(
            f"{day.address}/kiosk/desk", data=form, cookies=cookies, headers={"Origin": "http://elsewhere.example"}
        )
        assert foreign.status_code == 403
        assert day.hands("see")["eyes"] == []
        assert page.evaluate("document.cookie") == ""


@pytest.mark.rule("H3")
def test_the_kiosk_shows_masked_names_and_no_other_residents_cell(lobby: Begin) -> None:
    day = lobby()
    with day.at() as page:
        identify(page, day.code_of(0))
        headline(page, "您有 2 件包裹")
        assert "张小三" not in page.content()
        assert "19900001204" not in page.content()
        expect(page.locator(".wall .cell[data-state]")).to_have_count(1)


# -- what it forgets -------------------------------------------------------------------------------------------


def test_sixty_quiet_seconds_a_warning_of_twenty_and_then_everything_is_gone(lobby: Begin) -> None:
    day = lobby()
    with day.at() as page:
        before = page.evaluate(HISTORY)
        page.clock.install()
        identify(page, day.code_of(0))
        headline(page, "您有 2 件包裹")
        page.evaluate("localStorage.setItem('x', '1'); sessionStorage.setItem('x', '1')")
        be_quiet(page, 59)
        expect(page.locator("dialog.still")).to_be_hidden()
        be_quiet(page, 2)
        expect(page.locator("dialog.still")).to_be_visible()
        page.get_by_role("button", name="我还在").click()  # the page stays
        expect(page.locator("dialog.still")).to_be_hidden()
        be_quiet(page, 61)
        expect(page.locator("dialog.still")).to_be_visible()
        be_quiet(page, 21)
        headline(page, "要办什么")
        left = page.evaluate(LEFT)
        assert (left["local"], left["session"]) == (0, 0)
        assert "张*三" not in left["text"]
        assert page.evaluate(HISTORY) == before
        page.goto(f"{day.address}/kiosk/collect/waiting")
        headline(page, "要办什么")
        expect(page.get_by_role("alert")).to_contain_text("已经结束")


def test_a_result_page_closes_after_thirty_seconds(lobby: Begin) -> None:
    day = lobby(parcels=1)
    (cell,) = (parcel["cell"] for parcel in day.told["parcels"])
    with day.at() as page:
        page.clock.install()
        identify(page, day.code_of(0))
        press(page, f"打开 {cell}")
        headline(page, "门开了")
        day.hands("take", cell)
        day.hands("close", cell)
        headline(page, "取好了")
        be_quiet(page, 29)
        headline(page, "取好了")
        be_quiet(page, 2)
        headline(page, "要办什么")


def test_a_key_pressed_before_the_page_listens_leads_on_all_the_same(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        page.route("**/kiosk*.js*", lambda asked: asked.abort())
        page.reload()
        press(page, "English")
        headline(page, "How can we help?")


def test_english_and_large_text_are_for_this_person_only(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        page.clock.install()
        press(page, "English")
        headline(page, "How can we help?")
        press(page, "Large text")
        expect(page.locator("body")).to_have_class("kiosk large start")
        page.get_by_role("link", name="Collect a parcel").click()
        headline(page, "Enter your pickup code")
        press(page, "Leave")
        headline(page, "要办什么")
        press(page, "English")
        headline(page, "How can we help?")
        be_quiet(page, 50)
        page.evaluate(CLOCK_MOVED)  # and that is no sign of a person
        be_quiet(page, 11)
        headline(page, "要办什么")


def test_what_the_last_press_met_is_not_for_the_next_persons_eyes(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        page.clock.install()
        press(page, "English")
        headline(page, "How can we help?")
        page.goto(f"{day.address}/kiosk/collect/waiting")
        expect(page.get_by_role("alert")).to_contain_text("That visit is over")
        be_quiet(page, 21)
        expect(page.get_by_role("alert")).to_have_count(0)
        headline(page, "How can we help?")


def test_who_leaves_is_met_by_no_problem(lobby: Begin) -> None:
    day = lobby(parcels=1)
    with day.at() as page:
        page.add_init_script(TOLD_ORDER)
        told: list[str] = []
        page.on("console", lambda said: told.append(said.text))
        identify(page, day.code_of(0))
        headline(page, "您有 1 件包裹")
        expect(page.locator("body")).to_have_attribute("data-live", "on")
        told.clear()
        press(page, "退出")
        headline(page, "要办什么")
        assert page.url == f"{day.address}/kiosk/"
        assert told[:2] == ["stream closed", f"sent {day.address}/kiosk/leave"]


def test_a_page_that_only_looks_on_goes_home_without_a_problem_when_the_visit_ends(lobby: Begin) -> None:
    day = lobby(parcels=1)
    with day.at() as page:
        identify(page, day.code_of(0))
        expect(page.locator("body")).to_have_attribute("data-live", "on")
        cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
        assert httpx.post(f"{day.address}/kiosk/leave", cookies=cookies).status_code == 303
        page.wait_for_url(f"{day.address}/kiosk/")
        expect(page.get_by_role("alert")).to_have_count(0)


def test_a_face_that_turns_away_from_an_open_door_leaves_it_to_the_desk(lobby: Begin) -> None:
    day = lobby(parcels=1)
    (cell,) = (parcel["cell"] for parcel in day.told["parcels"])
    with day.at() as page:
        identify(page, day.code_of(0))
        press(page, f"打开 {cell}")
        headline(page, "门开了")
        press(page, "退出")
        headline(page, "要办什么")
        assert "left_open" in day.hands("see")["eyes"]


# -- help, and what does not work ------------------------------------------------------------------------------


def test_the_desk_is_called_from_any_page_and_the_screen_says_only_what_is_true(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        page.get_by_role("link", name="呼叫前台").click()
        headline(page, "请到前台")
        expect(page.locator("main")).to_contain_text("8801")
        press(page, "请前台过来")
        headline(page, "前台已收到")
        assert day.hands("see")["eyes"] == ["called"]


def test_while_the_locker_is_away_its_tasks_are_paused_and_nobody_is_led_to_them(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        expect(page.get_by_role("link", name="取件")).to_be_visible()
        day.hands("fault", name="locker.board_silent")
        expect(page.locator(".task--out")).to_have_count(2, timeout=30_000)
        expect(page.locator("main a")).to_have_count(0)
        expect(page.locator(".task--out").first).to_contain_text("Collect a parcel")
        expect(page.locator(".always")).to_contain_text("前台照常人工收件、取件")
        sizes = ".task--out .sub, .task--out .look, .task--out b"
        sizes_of = "(all) => all.map((e) => [e.tagName + e.className, parseFloat(getComputedStyle(e).fontSize)])"
        found = page.locator(sizes).evaluate_all(sizes_of)
        seconds = {size for kind, size in found if kind == "SPANsub"}
        assert len(seconds) == 1
        assert max(seconds) < min(size for kind, size in found if kind != "SPANsub")
        page.goto(f"{day.address}/kiosk/out")
        headline(page, "自助服务暂停")
        expect(page.locator(".works")).to_contain_text("前台取件")


def test_a_screen_that_is_wiped_reacts_to_nothing_until_it_is_done(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        page.clock.install()
        page.goto(f"{day.address}/kiosk/cleaning")
        headline(page, "正在清洁屏幕")
        expect(page.locator("button:visible, a:visible")).to_have_count(0)
        be_quiet(page, 61)
        headline(page, "要办什么")


# -- while the service is away ---------------------------------------------------------------------------------


def test_a_frozen_service_is_seen_and_said_calmly_and_the_banner_goes_when_it_is_back(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        expect(page.locator("body")).to_have_attribute("data-live", "on")
        os.kill(day.told["pid"], signal.SIGSTOP)
        expect(page.locator(".frozen")).to_be_visible(timeout=15_000)
        os.kill(day.told["pid"], signal.SIGCONT)
        expect(page.locator(".frozen")).to_be_hidden(timeout=15_000)


def test_while_the_service_is_down_a_page_says_one_moment_and_comes_back_by_itself(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.reload()
        expect(page.locator("body")).to_have_attribute("data-live", "on")
        day.end()
        page.goto(f"{day.address}/kiosk/collect")
        headline(page, "请稍候")
        expect(page.locator(".kiosk-head .mark")).to_be_visible()
        words, mark = page.locator("h1").bounding_box(), page.locator(".mark").bounding_box()
        assert words is not None
        assert mark is not None
        assert words["x"] == pytest.approx(mark["x"], abs=1)
        assert words["x"] > 40
        expect(page.locator("body")).not_to_have_class(re.compile("small"))
        day.begin_again()
        headline(page, "请输入取件码")


def test_a_browser_that_is_this_kiosk_no_longer_is_led_to_the_enrolment_by_the_stream_alone(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        expect(page.locator("body")).to_have_attribute("data-live", "on")
        page.context.clear_cookies()
        day.end()
        expect(page.locator(".frozen")).to_be_visible(timeout=15_000)
        day.begin_again()
        page.wait_for_url("**/enrol", timeout=15_000)


def test_a_window_of_another_shape_than_the_screen_shows_all_of_the_page(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        page.set_viewport_size({"width": 1280, "height": 800})
        page.get_by_role("link", name="投件").click()
        headline(page, "快递员登录")
        call = page.get_by_role("link", name="呼叫前台").bounding_box()
        assert call is not None
        assert call["y"] + call["height"] <= 800


# -- what it weighs --------------------------------------------------------------------------------------------


def test_the_first_page_weighs_less_than_a_hundred_kilobytes(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        bodies: dict[str, int] = {}

        def weigh(answer: Response) -> None:
            if "/kiosk/live" not in answer.url:
                bodies[answer.url] = len(answer.body())

        page.on("response", weigh)
        page.goto(f"{day.address}/kiosk/?fresh")
        expect(page.locator("body")).to_have_attribute("data-live", "on")
        page.wait_for_load_state("load")
        assert sum(bodies.values()) < 100_000
        assert all(url.startswith(day.address) for url in bodies)
        assert len(bodies) >= 5


def test_a_change_is_painted_without_a_reload(lobby: Begin) -> None:
    day = lobby(parcels=1)
    (cell,) = (parcel["cell"] for parcel in day.told["parcels"])
    with day.at() as page:
        identify(page, day.code_of(0))
        press(page, f"打开 {cell}")
        headline(page, "门开了")
        page.evaluate("window.mark = 1")
        page.get_by_role("button", name="取到了").focus()
        day.hands("take", cell)
        headline(page, "请把门推上")
        assert page.evaluate("window.mark") == 1
        expect(page.get_by_role("button", name="取到了")).to_be_focused()


def test_figures_can_be_typed_on_a_keyboard_as_well(lobby: Begin) -> None:
    day = lobby(parcels=1)
    with day.at() as page:
        page.get_by_role("link", name="取件").click()
        page.keyboard.type(day.code_of(0))
        page.keyboard.press("Enter")
        headline(page, "您有 1 件包裹")


VOICE = """
  window.said = [];
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
  Object.defineProperty(window, "speechSynthesis", { value: {
    getVoices: () => [{ lang: "zh-CN" }], addEventListener() {}, cancel() {},
    speak: (words) => {
      window.said.push([words.lang, words.volume, words.text]);
      document.body.dataset.said = window.said.map((one) => one[2]).join(" ");
    } } });
"""


def test_every_text_is_read_aloud_on_request_and_never_louder_than_the_screen_was_set(lobby: Begin) -> None:
    day = lobby(parcels=0)
    with day.at() as page:
        expect(page.get_by_role("button", name="朗读")).to_have_count(0)  # without a voice nothing is promised
        page.add_init_script(VOICE)
        page.reload()
        assert page.evaluate("said") == []
        press(page, "朗读")
        expect(page.locator("body")).to_have_attribute("data-said", re.compile("要办什么"))
        (lang, volume, _), *_ = page.evaluate("said")
        assert (lang, volume) == ("zh-CN", 0.6)
        page.get_by_role("link", name="取件").click()
        expect(page.locator("body")).to_have_attribute("data-said", re.compile("请输入取件码"))
