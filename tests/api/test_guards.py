"""What every request passes before a room answers it."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from edge.api import OPEN_PATHS, ApiOptions
from edge.api.visitors import AnyScreen
from edge.people.access_facts import ScreenKind
from tests.api.front import Front, play


def routes_of(front: Front) -> list[tuple[str, str]]:
    """Every route of the API with its method, out of its own description."""
    paths: dict[str, dict[str, object]] = front.app.openapi()["paths"]
    found = [(method.upper(), path) for path, methods in paths.items() for method in methods]
    assert len(found) > 30
    return [(method, path) for method, path in found if not path.startswith(OPEN_PATHS)]


def test_a_browser_that_is_no_screen_gets_nothing_wherever_it_knocks(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        stranger = front.browser()
        for method, path in [
            *routes_of(front),
            ("GET", "/"),
            ("GET", "/kiosk/"),
            ("GET", "/api/docs"),
            ("POST", "/x/"),
        ]:
            concrete = path.replace("{kind}", "desk").replace("{table}", "residents")
            answer = await stranger.client.request(method, concrete, headers={"Idempotency-Key": "12345678"})
            assert answer.status_code == 403, (method, path, answer.text)
            assert answer.json()["code"] == "not_enrolled"

    play(tmp_path, scene)


def test_an_enrolled_desk_at_which_nobody_is_signed_in_reads_and_changes_nothing(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        desk = await front.screen("desk-1")
        open_to_a_desk = {"/api/v1/sessions/{kind}", "/api/v1/sessions/{kind}/end", "/api/v1/pins/{kind}/setup"}
        for method, path in routes_of(front):
            if method == "POST" and path in open_to_a_desk:
                continue
            concrete = path.replace("{kind}", "desk").replace("{table}", "residents")
            headers = {"Idempotency-Key": "12345678"}
            answer = await desk.client.request(method, concrete, headers=headers, params={"q": "1204"})
            assert answer.status_code == 401, (method, path, answer.text)
            assert answer.json()["code"] == "sign_in_first"

    play(tmp_path, scene)


def test_a_kiosk_is_served_nothing_of_the_desks(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await front.desk.staff("S01")
        kiosk = await front.screen("kiosk-1", ScreenKind.KIOSK)
        desk = await front.signed_in()
        stolen = desk.client.cookies["lobby_session"]
        for name in ("lobby_session", "lobby_courier"):
            kiosk.client.cookies.set(name, stolen, domain="127.0.0.1")
        for path in ("/search?q=1204", "/couriers", "/screens", "/sessions/desk"):
            assert (await kiosk.get(path)).status_code == 403
        assert (await kiosk.get("/sessions/kiosk")).status_code == 401

    play(tmp_path, scene)


def test_a_kiosks_token_shown_as_a_desks_is_worth_nothing(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        kiosk = await front.screen("kiosk-1", ScreenKind.KIOSK)
        swapped = front.browser()
        swapped.client.cookies.set("lobby_desk", kiosk.client.cookies["lobby_kiosk"], domain="127.0.0.1")
        assert (await swapped.get("/search?q=1")).json()["code"] == "not_enrolled"

    play(tmp_path, scene)


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", ""])
def test_the_box_answers_only_to_its_own_names(tmp_path: Path, host: str) -> None:
    async def scene(front: Front) -> None:
        answer = await front.browser().get("/healthz", headers={"Host": host})
        assert answer.status_code == 400

    play(tmp_path, scene)


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({}, True),
        ({"Origin": "http://127.0.0.1"}, True),
        ({"Origin": "https://127.0.0.1"}, True),
        ({"Origin": "http://127.0.0.1:9999"}, False),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({"Origin": "null", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, False),
        ({"Origin": "null", "Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "navigate"}, True),
        ({"Origin": "http://lobby.example"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}, True),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}, False),
        ({"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, True),
    ],
)
def test_other_sites_pages_do_not_listen_in(tmp_path: Path, headers: dict[str, str], allowed: bool) -> None:
    async def scene(front: Front) -> None:
        await front.desk.staff("S01")
        desk = await front.signed_in()
        answer = await desk.get("/couriers", headers=headers)
        assert (answer.status_code == 200) is allowed
        if not allowed:
            assert answer.json()["code"] == "foreign_origin"

    play(tmp_path, scene, options=ApiOptions(allowed_origins=("http://lobby.example",)))


def test_a_form_on_another_site_signs_nobody_out_even_by_a_followed_link(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await front.desk.staff("S01")
        desk = await front.signed_in()
        headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        assert (await desk.post("/sessions/desk/end", headers=headers)).json()["code"] == "foreign_origin"
        assert (await desk.get("/sessions/desk")).status_code == 200

    play(tmp_path, scene)


def test_a_large_body_is_not_read_whether_it_says_so_or_not(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        desk = await front.screen()
        said = await desk.post("/sessions/desk", {"number": "S" * 70_000, "pin": "1"})

        async def dripping() -> object:
            for _ in range(80):
                yield b"x" * 1024

        unsaid = await desk.post("/sessions/desk", content=dripping())
        lied = await desk.post("/sessions/desk", content=b"{}", headers={"Content-Length": "many"})
        for answer in (said, unsaid, lied):
            assert answer.status_code == 413
            assert answer.json()["code"] == "body_too_large"

    play(tmp_path, scene)


def test_a_wrong_body_is_answered_without_a_word_of_it(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        desk = await front.screen()
        bodies = [
            {"number": "S01", "pin": 482913},
            {"number": "S01", "pin": "482913", "pin482913": "x"},
            {"number": ["482913"], "pin": {"482913": 1}},
            "482913",
        ]
        for body in bodies:
            answer = await desk.post("/sessions/desk", body)
            assert answer.status_code == 422
            assert "482913" not in answer.text
            assert answer.json()["code"] == "invalid_input"
        broken = await desk.post(
            "/sessions/desk", content=b'{"pin": "482913', headers={"Content-Type": "application/json"}
        )
        assert broken.status_code == 422
        assert "482913" not in broken.text

    play(tmp_path, scene)


def test_each_answer_has_the_headers_that_keep_it_in_the_house(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await front.desk.staff("S01")
        desk = await front.signed_in()
        stranger = front.browser()
        for answer in (await desk.get("/couriers"), await stranger.get("/couriers"), await desk.get("/nothing")):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "script-src 'self';" in policy
            assert "unsafe-eval" not in policy
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["x-frame-options"] == "DENY"
            assert answer.headers["cache-control"] == "no-store"

    play(tmp_path, scene)


def test_the_virtual_lobby_alone_may_frame_the_screens(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        answer = await front.browser().get("/healthz")
        assert "frame-ancestors http://127.0.0.1:9000" in answer.headers["content-security-policy"]
        assert "x-frame-options" not in answer.headers

    play(tmp_path, scene, options=ApiOptions(frame_ancestors=("http://127.0.0.1:9000",)))


def test_a_stranger_who_opens_a_page_is_led_to_the_enrolment(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        answer = await front.browser().client.get("/kiosk/", headers={"Accept": "text/html"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/enrol")

    play(tmp_path, scene)


def a_page() -> APIRouter:
    router = APIRouter()

    async def page(screen: AnyScreen) -> HTMLResponse:
        return HTMLResponse(screen.name)

    async def broken(secret: str) -> HTMLResponse:
        raise KeyError(f"the code 482913 of {secret}")

    router.add_api_route("/x/page", page, methods=["GET"])
    router.add_api_route("/x/broken/{secret}", broken, methods=["GET"])
    return router


def test_a_screen_stays_one_as_long_as_it_opens_pages(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        kiosk = await front.screen("kiosk-1", ScreenKind.KIOSK)
        token = kiosk.client.cookies["lobby_kiosk"]
        opened = await kiosk.get("/x/page", headers={"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"})
        cookie = opened.headers["set-cookie"]
        assert cookie.startswith(f"lobby_kiosk={token};")
        for mark in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=34560000"):
            assert mark in cookie
        assert "set-cookie" not in (await kiosk.get("/x/page")).headers

    play(tmp_path, scene, routers=(a_page(),))


def test_a_browser_that_is_one_screen_may_keep_it_in_the_common_cookie(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        kiosk = await front.screen("kiosk-1", ScreenKind.KIOSK)
        other = front.browser()
        other.client.cookies.set("lobby_screen", kiosk.client.cookies["lobby_kiosk"], domain="127.0.0.1")
        assert (await other.get("/x/page")).text == "kiosk-1"

    play(tmp_path, scene, routers=(a_page(),))


def test_cookies_are_secure_where_the_house_says_so(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        kiosk = await front.screen("kiosk-1", ScreenKind.KIOSK)
        opened = await kiosk.get("/x/page", headers={"Sec-Fetch-Mode": "navigate"})
        assert "Secure" in opened.headers["set-cookie"]

    play(tmp_path, scene, routers=(a_page(),), options=ApiOptions(secure_cookies=True))


def test_what_breaks_is_answered_calmly_and_logged_without_its_values(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(front: Front) -> None:
        kiosk = await front.screen("kiosk-1", ScreenKind.KIOSK)
        answer = await kiosk.get("/x/broken/zhang-san?code=482913")
        assert answer.status_code == 500
        assert answer.json()["code"] == "internal_error"
        assert "482913" not in answer.text

    with caplog.at_level(logging.DEBUG):
        play(tmp_path, scene, routers=(a_page(),))
    assert "KeyError at test_guards.py" in caplog.text
    for secret in ("482913", "zhang-san"):
        assert secret not in "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("lobby"))
        assert not any(r.exc_info for r in caplog.records)


def test_made_up_methods_are_one_line_of_the_numbers_and_none_is_written_down(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def scene(front: Front) -> None:
        anybody = front.browser()
        for method in ("BREW", "GETS", "X482913"):
            assert (await anybody.client.request(method, "/healthz")).status_code == 405
        page = (await anybody.get("/metrics")).text
        assert 'lobby_http_requests_total{method="OTHER",route="/healthz",status="405"} 3' in page.splitlines()
        assert "482913" not in page

    with caplog.at_level(logging.INFO, logger="lobby.access"):
        play(tmp_path, scene)
    assert "482913" not in "".join(r.getMessage() for r in caplog.records if r.name == "lobby.access")


def test_the_access_log_names_routes_and_screens_and_nobody(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async def scene(front: Front) -> None:
        await front.desk.staff("S01")
        desk = await front.signed_in()
        await desk.get("/search", params={"q": "张晓三"})
        await desk.get("/residents/nobody/views")

    with caplog.at_level(logging.INFO, logger="lobby.access"):
        play(tmp_path, scene)
    lines = [record.getMessage() for record in caplog.records if record.name == "lobby.access"]
    assert lines == [
        "POST /api/v1/sessions/{kind} 200 0 ms desk-1",
        "GET /api/v1/search 200 0 ms desk-1",
        "GET /api/v1/residents/{person}/views 403 0 ms desk-1",
    ]
