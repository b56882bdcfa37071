"""The pure decisions about parcels, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.acts import ActRow, ActState
from edge.parcels.facts import Care, MailClass, Signature
from edge.parcels.rules import (
    Draft,
    WallNow,
    check_complete,
    check_locker_allowed,
    check_may_take,
    check_not_put_in,
    check_put_in,
    check_took_it,
    check_tries,
    choose_cell,
    clean_number,
    next_size,
)
from edge.refusal import Refusal
from edge.wall import SIZES, Cell, Size, wall_from

WALL = wall_from(
    "locker-1",
    [
        {"name": "A", "cells": "s s m", "low": [3]},
        {"name": "B", "cells": "m l xl", "low": [2, 3], "screen_after": 1},
    ],
)
DRAFT = Draft(
    number="SF1234567890",
    carrier="顺丰",
    unit="u1",
    addressee="p1",
    deliverer="courier:c1",
    signature=Signature.PIN,
)


def act(state: ActState, *seen: str, said: str = "") -> ActRow:
    return ActRow("a1", "locker-1", "A01", "parcel.drop_off", "parcel:P1", "courier:c1", state, "", seen, said, "", "")


def refused(code: str, rule: str = ""):  # type: ignore[no-untyped-def]
    return pytest.raises(Refusal, match=rf"^{code}" + (rf" \({rule}\)$" if rule else "$"))


@pytest.mark.rule("P1")
@pytest.mark.parametrize("field", ["number", "carrier", "unit", "addressee", "deliverer", "signature"])
def test_a_missing_field_is_refused_and_named(field: str) -> None:
    nothing: dict[str, Any] = {field: None if field == "signature" else ""}
    incomplete = replace(DRAFT, **nothing)
    with refused("field_missing", "P1") as refusal:
        check_complete(incomplete)
    assert refusal.value.detail["field"] == field


@pytest.mark.rule("P1")
def test_a_complete_item_of_every_class_is_received() -> None:
    for mail_class in MailClass:
        check_complete(replace(DRAFT, mail_class=mail_class))


@pytest.mark.rule("P1")
@pytest.mark.parametrize("quantity", [0, -1, 1000])
def test_a_quantity_that_nobody_can_carry_is_refused(quantity: int) -> None:
    with refused("quantity_wrong", "P1"):
        check_complete(replace(DRAFT, quantity=quantity))


def test_a_tracking_number_is_kept_plain() -> None:
    assert clean_number(" sf 1234-5678 ") == "SF12345678"
    with refused("field_missing", "P1"):
        check_complete(replace(DRAFT, number=" - "))


@pytest.mark.rule("P8")
@pytest.mark.parametrize("care", list(Care))
def test_damaged_fresh_and_valuable_items_do_not_go_into_a_locker(care: Care) -> None:
    with refused("not_for_locker", "P8"):
        check_locker_allowed(replace(DRAFT, care=(care,)), consents=True, statement=True)


@pytest.mark.rule("P8")
def test_nothing_goes_into_a_locker_without_the_addressees_consent() -> None:
    with refused("no_consent", "P8"):
        check_locker_allowed(DRAFT, consents=False, statement=True)


@pytest.mark.rule("P8")
def test_nothing_goes_into_a_locker_before_the_terms_and_the_free_period_were_read() -> None:
    with refused("statement_needed", "P8"):
        check_locker_allowed(DRAFT, consents=True, statement=False)
    check_locker_allowed(DRAFT, consents=True, statement=True)


def test_the_smallest_free_cell_is_chosen() -> None:
    assert choose_cell(WALL, WallNow(), Size.S).name == "A01"
    assert choose_cell(WALL, WallNow(claimed={"A01", "A02"}), Size.S).name == "A03"
    assert choose_cell(WALL, WallNow(), Size.XL).name == "B03"


def test_a_wheelchair_user_gets_a_cell_in_reach() -> None:
    assert choose_cell(WALL, WallNow(), Size.S, low=True).name == "A03"


@pytest.mark.rule("P9")
def test_a_full_locker_and_a_dead_one_say_so() -> None:
    with refused("locker_full", "P9"):
        choose_cell(WALL, WallNow(claimed={"B03"}), Size.XL)
    with refused("locker_offline", "P9"):
        choose_cell(WALL, WallNow(online=False), Size.S)


@given(
    claimed=st.sets(st.sampled_from([cell.name for cell in WALL])),
    out=st.sets(st.sampled_from([cell.name for cell in WALL])),
    not_ready=st.sets(st.sampled_from([cell.name for cell in WALL])),
    size=st.sampled_from(SIZES),
)
def test_a_cell_that_is_owned_out_or_not_ready_is_never_chosen(
    claimed: set[str], out: set[str], not_ready: set[str], size: Size
) -> None:
    now = WallNow(claimed=claimed, out=out, not_ready=not_ready)
    free = [cell for cell in WALL if cell.name not in claimed | out | not_ready and cell.size.fits(size)]
    if not free:
        with pytest.raises(Refusal, match="locker_full"):
            choose_cell(WALL, now, size)
    else:
        chosen: Cell = choose_cell(WALL, now, size)
        assert chosen in free
        assert all(SIZES.index(chosen.size) <= SIZES.index(cell.size) for cell in free)


def test_what_does_not_fit_gets_the_next_size_until_there_is_none() -> None:
    assert [next_size(size) for size in SIZES[:-1]] == list(SIZES[1:])
    with refused("no_bigger_cell", "P9"):
        next_size(Size.XL)


def test_put_in_is_believed_with_the_door_shut_and_both_witnesses_are_named() -> None:
    assert check_put_in(act(ActState.CLOSED, "opened", "occupied", "closed"), insists=False) == "both"
    assert check_put_in(act(ActState.CLOSED, "opened", "closed"), insists=False) == "person"


def test_put_in_waits_for_the_door() -> None:
    with refused("door_not_open"):
        check_put_in(act(ActState.ACTUATED), insists=True)
    with refused("door_still_open"):
        check_put_in(act(ActState.OPEN, "opened", "occupied"), insists=False)
    assert check_put_in(act(ActState.OPEN, "opened", "occupied"), insists=True) == "person"


def test_not_put_in_is_refused_while_the_cell_feels_something() -> None:
    with refused("cell_not_empty"):
        check_not_put_in(act(ActState.OPEN, "opened", "occupied"))
    check_not_put_in(act(ActState.OPEN, "opened", "occupied", "emptied"))


def test_i_have_it_needs_a_door_that_was_open() -> None:
    with refused("door_not_open"):
        check_took_it(act(ActState.REFUSED))
    assert check_took_it(act(ActState.OPEN, "opened", "emptied")) == "both"
    assert check_took_it(act(ActState.OPEN, "opened")) == "person"
    assert check_took_it(act(ActState.SETTLED, said="opened")) == "person"


def test_a_door_is_tried_a_set_number_of_times() -> None:
    check_tries(1, 2)
    with refused("tried_enough"):
        check_tries(2, 2)


@pytest.mark.rule("P3")
def test_only_the_household_takes_it() -> None:
    check_may_take("h1", "h1")
    with refused("not_registered_here", "P3"):
        check_may_take("h1", "h2")
    with refused("not_registered_here", "P3"):
        check_may_take("h1", "")
