"""The register 邮件收发登记表 as the desk reads it: the manuals' columns, filters, pages, and who wrote each line."""

from __future__ import annotations

import asyncio
import csv
import re
from collections.abc import Awaitable, Callable
from io import StringIO
from pathlib import Path

import httpx
import pytest

from kiosk_ui.desk.files import csv_file
from lobby.rehearsal import Stage
from tests.screens.desk.history import Days
from tests.screens.desk.stage import PINS, playing, site

COLUMNS = [
    "日期",
    "时间",
    "种类",
    "编号",
    "运单号",
    "快递公司",
    "件数",
    "收件人",
    "存放",
    "交件人",
    "通知时间",
    "领取时间",
    "领取人",
    "签收",
    "经手人",
]
PARCELS = 53
Reading = Callable[[httpx.AsyncClient], Awaitable[None]]


def at_the_desk(folder: Path, read: Reading, *, parcels: int) -> None:
    """A signed-in desk, without a browser, after so many parcels came in."""

    async def play() -> None:
        async with playing(folder, 0) as (stage, told):
            await _received(stage, dict(told["known"]), parcels)
            headers, cookies = {"origin": "http://127.0.0.1"}, {"lobby_desk": str(told["token"])}
            wire = httpx.ASGITransport(site(stage))
            async with httpx.AsyncClient(
                transport=wire, base_url="http://127.0.0.1", headers=headers, cookies=cookies
            ) as client:
                signed = await client.post("/desk/sign-in", data={"number": "s01", "pin": PINS["s01"]})
                assert signed.status_code == 303
                await read(client)

    asyncio.run(play())


async def _received(stage: Stage, known: dict[str, str], parcels: int) -> None:
    desk, names = Days(stage, known), ("赵磊", "何川", "周以宁")
    for at in range(parcels):
        await desk.received(names[at % 3], f"SF{at:010d}", "sf", str(at % 4))


def numbers(page: str) -> list[str]:
    return re.findall(r'class="c-parcel"><a [^>]*>(P\d+)<', page)


@pytest.mark.rule("P1")
def test_the_register_has_the_manuals_columns_and_turns_its_pages(tmp_path: Path) -> None:
    async def read(client: httpx.AsyncClient) -> None:
        first = (await client.get("/desk/register")).text
        assert re.findall(r'<th scope="col" class="c-\w+">([^<]+)<', first) == COLUMNS
        assert numbers(first) == [f"P{at:06d}" for at in range(PARCELS, PARCELS - 50, -1)]
        older = re.search(r'rel="next" href="([^"]+)"', first)
        assert older is not None
        second = (await client.get(f"/desk/register{older[1]}")).text
        assert numbers(second) == ["P000003", "P000002", "P000001"]
        assert 'rel="next"' not in second

    at_the_desk(tmp_path, read, parcels=PARCELS)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("unit=0707", 2),
        ("unit=3-0602&state=on_shelf", 2),
        ("number=0000000004", 1),
        ("number=sf-000", 6),
        ("state=collected", 0),
        ("mail_class=registered", 0),
        ("since=2026-11-22&until=22", 6),
        ("until=2026-11-21", 0),
        ("state=rubbish&before=x", 6),
        ("before=" + "9" * 23, 6),
    ],
)
def test_the_register_is_filtered(tmp_path: Path, asked: str, found: int) -> None:
    async def read(client: httpx.AsyncClient) -> None:
        assert len(numbers((await client.get(f"/desk/register?{asked}")).text)) == found
        assert (await client.get(f"/desk/register/print?{asked}")).text.count("<tr>") == 1 + max(found, 1)

    at_the_desk(tmp_path, read, parcels=6)


@pytest.mark.parametrize(("asked", "said"), [("unit=9-9999", "没有这个房号"), ("since=gestern", "日期无法识别")])
def test_a_filter_that_cannot_be_read_says_so_and_shows_nothing(tmp_path: Path, asked: str, said: str) -> None:
    async def read(client: httpx.AsyncClient) -> None:
        page = (await client.get(f"/desk/register?{asked}")).text
        assert said in page
        assert numbers(page) == []

    at_the_desk(tmp_path, read, parcels=1)


def test_each_line_leads_to_its_journal_and_says_who_did_it(tmp_path: Path) -> None:
    async def read(client: httpx.AsyncClient) -> None:
        page = (await client.get("/desk/parcels/P000001")).text
        journal = page[page.index('class="journal"') :]
        for words in ("登记", "上架 0", "发出取件码", "单据取号 L-000001", "陈敏"):
            assert words in journal

    at_the_desk(tmp_path, read, parcels=1)


@pytest.mark.parametrize("mark", "=+-@\t\r＝＋－＠")
def test_no_spreadsheet_takes_what_a_courier_typed_for_a_formula(mark: str) -> None:
    made = asyncio.run(csv_file(["运单号"], [[f"{mark}1+1"]]))
    ((cell,),) = list(csv.reader(StringIO(made.body.decode("utf-8-sig"), newline="")))[1:]
    assert cell == f"'{mark}1+1"


def test_a_number_that_no_entry_can_have_is_answered_as_one_that_is_settled(tmp_path: Path) -> None:
    async def read(client: httpx.AsyncClient) -> None:
        for number in ("0", "-1", "9" * 23, "-" + "9" * 23):
            assert (await client.get(f"/desk/eyes/{number}")).status_code == 409

    at_the_desk(tmp_path, read, parcels=0)
