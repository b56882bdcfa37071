"""H3 at the desk: masked names, looks that are written down, files that leave with an approval only; who gets in."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import httpx
import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from tests.screens.desk.conftest import Desk

NAMES = ("张小三", "李䶮", "欧阳晴雪", "赵磊", "周以宁", "何川", "Maria Costa")


@pytest.mark.rule("H3")
@pytest.mark.parametrize(
    "path", ["/", "/parcels", "/parcels/P000008", "/register", "/register/print", "/units", "/find?q=1204", "/eyes"]
)
def test_no_page_shows_a_residents_full_name_or_phone(week: Desk, path: str) -> None:
    page = week.sign_in()
    page.add_init_script("window.print = () => {}")
    week.go(page, path)
    text = page.content()
    assert [name for name in NAMES if name in text] == []
    assert "199000" not in text


@pytest.mark.rule("H3")
def test_a_full_record_is_shown_for_a_reason_that_is_written_down(week: Desk) -> None:
    page = week.sign_in()
    week.go(page, f"/people/{week.told['known']['张小三']}")
    expect(page.locator("main")).not_to_contain_text("张小三")
    page.evaluate("document.querySelector('form.stack').noValidate = true")
    page.get_by_role("button", name="查看").click()
    expect(page.locator(".problem")).to_contain_text("理由")
    assert "person.viewed" not in week.kinds()

    page.locator("[name=reason]").fill("住户来电核对手机号")
    page.keyboard.press("Enter")
    expect(page.locator(".full")).to_contain_text("张小三")
    expect(page.locator(".full")).to_contain_text("19900001204")
    assert week.kinds()[-1] == "person.viewed"

    page.get_by_role("link", name="收起").click()
    expect(page.locator("main")).not_to_contain_text("张小三")
    expect(page.get_by_role("heading", name="谁看过")).to_have_count(0)

    senior = week.sign_in("m01")
    week.go(senior, f"/people/{week.told['known']['张小三']}")
    expect(senior.get_by_role("heading", name="谁看过")).to_be_visible()
    expect(senior.locator("main")).to_contain_text("住户来电核对手机号")


def export(page: Page, number: str, pin: str) -> None:
    page.locator("[name=second_number]").fill(number)
    page.locator("[name=second_pin]").fill(pin)
    page.get_by_role("button", name="导出").click()


@pytest.mark.rule("H3")
def test_the_register_leaves_as_a_file_only_with_a_second_persons_approval(week: Desk, tmp_path: Path) -> None:
    page = week.sign_in()
    week.go(page, "/register")
    page.get_by_role("link", name="导出文件").click()
    pins = week.told["pins"]
    before = week.kinds().count("parcel.register_exported")

    export(page, "s01", pins["s01"])
    expect(page.locator(".problem")).to_contain_text("第二人必须是另一位同事")
    export(page, "s02", pins["s02"])
    expect(page.locator(".problem")).to_contain_text("岗位不足以同意")
    export(page, "m01", "000000")
    expect(page.locator(".problem")).to_contain_text("号码与密码不符")
    assert week.kinds().count("parcel.register_exported") == before

    with page.expect_download() as started:
        export(page, "m01", pins["m01"])
    file = tmp_path / "register.xlsx"
    started.value.save_as(file)
    rows = list(load_workbook(BytesIO(file.read_bytes())).worksheets[0].values)
    assert rows[0][0] == "日期"
    assert any("张小三" in str(row) for row in rows)
    assert len(rows) == 1 + 9
    assert week.kinds().count("parcel.register_exported") == before + 1


@pytest.mark.rule("H3")
def test_an_approval_is_for_one_file_with_one_filter(week: Desk, tmp_path: Path) -> None:
    page = week.sign_in()
    week.go(page, "/register?state=on_shelf")
    page.get_by_role("link", name="导出文件").click()
    page.get_by_label("CSV").check()
    with page.expect_download() as started:
        export(page, "m01", week.told["pins"]["m01"])
    started.value.save_as(tmp_path / "shelf.csv")
    lines = (tmp_path / "shelf.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 1 + 2
    assert all("架" in line for line in lines[1:])


@pytest.mark.parametrize("path", ["/desk/", "/desk/parcels", "/desk/find?q=1204", "/desk/live", "/desk/sign-in"])
def test_a_browser_that_is_no_desk_gets_nothing(week: Desk, path: str) -> None:
    answer = httpx.get(f"{week.address}{path}")
    assert answer.status_code == 403
    assert "1204" not in answer.text.replace("q=1204", "")


@pytest.mark.parametrize("path", ["/", "/parcels", "/people/nobody", "/register/export"])
def test_a_desk_at_which_nobody_is_signed_in_leads_to_the_sign_in(week: Desk, path: str) -> None:
    cookies = {"lobby_desk": week.told["token"]}
    answer = httpx.get(f"{week.address}/desk{path}", cookies=cookies)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/desk/sign-in")


def test_a_live_view_at_which_nobody_is_signed_in_leads_to_the_sign_in(week: Desk) -> None:
    answer = httpx.get(f"{week.address}/desk/live", cookies={"lobby_desk": week.told["token"]})
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.startswith("event: go\ndata: /desk/sign-in")


def test_a_wrong_pin_signs_nobody_in_and_says_what_is_safe(week: Desk) -> None:
    page = week.browse()
    week.go(page, "/")
    page.locator("[name=number]").fill("s02")
    page.locator("[name=pin]").fill("111111")
    page.keyboard.press("Enter")
    expect(page.locator(".problem")).to_contain_text("没有登录")
    expect(page.locator("[name=pin]")).to_be_focused()
    expect(page.locator("[name=pin]")).to_have_value("")


def test_a_colleague_takes_over_in_one_step_and_a_wrong_pin_leaves_the_first_one(week: Desk) -> None:
    page = week.sign_in("s01")
    page.keyboard.press("s")
    page.wait_for_url("**/desk/switch")
    page.keyboard.type("m01")
    page.keyboard.press("Tab")
    page.keyboard.type("123987")
    page.keyboard.press("Enter")
    expect(page.locator(".problem")).to_be_visible()
    week.go(page, "/")
    expect(page.locator(".me")).to_contain_text("陈敏")

    week.go(page, "/switch")
    page.keyboard.type("m01")
    page.keyboard.press("Tab")
    page.keyboard.type(week.told["pins"]["m01"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/desk/")
    expect(page.locator(".me")).to_contain_text("苏若溪")
    expect(page.locator(".me")).to_contain_text("主管")


def test_a_forgotten_pin_is_set_anew_with_a_code_from_a_supervisor(week: Desk) -> None:
    page = week.sign_in("m01")
    week.go(page, "/staff")
    page.get_by_role("button", name="发设置码 林嘉树").click()
    code = page.locator(".big").inner_text()
    page.get_by_role("button", name="退出登录").click()
    page.get_by_role("link", name="第一次使用").click()
    for name, value in {"number": "s02", "code": code, "pin": "718264", "again": "718265"}.items():
        page.locator(f"[name={name}]").fill(value)
    page.keyboard.press("Enter")
    expect(page.locator(".problem")).to_contain_text("两次输入的密码不一样")
    for name, value in {"code": code, "pin": "718264", "again": "718264"}.items():
        page.locator(f"[name={name}]").fill(value)
    page.keyboard.press("Enter")
    expect(page.locator(".done")).to_contain_text("密码已设好")
    week.told["pins"]["s02"] = "718264"
    again = week.sign_in("s02")
    expect(again.locator(".me")).to_contain_text("林嘉树")


def test_while_the_service_is_away_the_desk_shows_a_calm_page(week: Desk) -> None:
    page = week.sign_in()
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_role("heading")).to_have_text("请稍候")
    page.context.set_offline(False)
    expect(page.get_by_role("heading", name="今日")).to_be_visible(timeout=15_000)


def test_who_signs_out_leaves_nothing_behind(week: Desk) -> None:
    page = week.sign_in()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/desk/sign-in**")
    page.go_back()
    expect(page.locator("[name=pin]")).to_be_visible()
