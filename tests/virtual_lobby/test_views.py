"""From what devices say of themselves to what stands on the page; a device may be gone at any time."""

from __future__ import annotations

from typing import Any

import pytest

from simulators.virtual_lobby import views
from simulators.virtual_lobby.room import Room

PHONES = {"19900001204": "3-1204 张*三", "19900001806": "3-1806 M* C*"}


def room(**seen: Any) -> Room:
    made = Room({})
    made.seen |= seen
    return made


def message(number: int, phone: str, text: str) -> dict[str, object]:
    return {"number": number, "phone": phone, "text": text, "at": "2026-11-22T06:05:00+00:00"}


def test_a_room_in_which_nothing_is_there_is_drawn_all_the_same() -> None:
    seen = views.lobby(room(), "", {})
    assert not seen.wall.there
    assert not seen.printer.there
    assert not seen.phone.there
    assert seen.journal == ()
    assert seen.laid == 0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("取件码 408 216 34，免费存放至 11 月 24 日 14:05。", "408 216 34"),
        ("Your code is 771 093, free until 24 Nov.", "771 093"),
        ("取件码 408 216 345 6。致电前台 8801。", "408 216 345 6"),
        ("致电前台 0755 8801。", ""),
        ("运单 SF1234567894471 已签收", ""),
        ("至 2026-11-24 14:05", ""),
    ],
)
def test_the_code_is_found_in_a_message_and_nothing_else_is(text: str, code: str) -> None:
    seen = views.lobby(room(phone={"messages": [message(1, "19900001204", text)]}), "", PHONES)
    assert [one.code for one in seen.phone.messages] == [code]


def test_the_phone_that_got_the_latest_message_lies_on_top() -> None:
    messages = [message(1, "19900001204", "a"), message(2, "19900001806", "b")]
    seen = views.lobby(room(phone={"messages": messages}), "", PHONES)
    assert seen.phone.phone == "19900001806"
    assert [one.phone for one in seen.phone.with_messages] == ["19900001806", "19900001204"]


def test_whose_phone_was_chosen_stays() -> None:
    messages = [message(1, "19900001204", "a"), message(2, "19900001806", "b")]
    seen = views.lobby(room(phone={"messages": messages}), "19900001204", PHONES)
    assert [one.text for one in seen.phone.messages] == ["a"]


def test_times_are_the_houses() -> None:
    seen = views.lobby(room(house={"zone": "Asia/Shanghai"}, phone={"messages": [message(1, "1", "a")]}), "", {})
    assert seen.phone.messages[0].at.strftime("%H:%M") == "14:05"


def test_the_touchscreen_fills_what_the_cells_of_its_column_leave() -> None:
    def one(name: str, column: str, size: str) -> dict[str, object]:
        return {"name": name, "column": column, "size": size, "open": False, "item": "", "faults": []}

    cells = [one("A01", "A", "xl"), one("A02", "A", "l"), one("B01", "B", "s"), one("B02", "B", "m")]
    columns = [{"name": "A", "screen_after": -1}, {"name": "B", "screen_after": 1}]
    wall = views.lobby(room(locker={"powered": True, "cells": cells, "columns": columns, "faults": []}), "", {}).wall
    assert wall.rows == 7
    screen = [part for part in wall.columns[1].parts if isinstance(part, int)]
    assert screen == [4]


def test_paper_that_hangs_uncut_hides_the_slip_before_it() -> None:
    seen = {"slips": [{"number": 1, "height": 400}], "paper": {"number": 2, "height": 90}, "faults": []}
    printer = views.lobby(room(printer=seen), "", {}).printer
    assert (printer.slip, printer.cut, printer.earlier) == (2, False, (1,))
