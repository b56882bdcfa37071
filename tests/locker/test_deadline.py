"""A command is dead, on the board's own clock, when our deadline has passed: never later, whatever the network does."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from drivers.board.deadline import BoardClock

DELAYS = st.lists(st.floats(0, 30), min_size=1, max_size=40)
"""Seconds that heartbeats were on their way, one every 2 s."""


def clock_after(delays: list[float], *, ahead_s: float, drift: float = 0.0, window_s: float = 120.0) -> BoardClock:
    """A clock that heard heartbeats of a board which is `ahead_s` ahead of ours and runs `drift` faster."""
    clock = BoardClock(window_s)
    arrivals = [
        (2 * number + delay, int((2 * number * (1 + drift) + ahead_s) * 1000)) for number, delay in enumerate(delays)
    ]
    latest = -1
    for arrival, up_ms in sorted(arrivals):
        if up_ms > latest:  # one connection keeps the order
            clock.heard("b1", up_ms, arrival)
            latest = up_ms
    return clock


@given(DELAYS, st.floats(0, 1e6), st.floats(0, 10))
def test_the_board_never_obeys_after_our_deadline(delays: list[float], ahead_s: float, patience_s: float) -> None:
    now_s = 2 * len(delays) + 30.0
    deadline = clock_after(delays, ahead_s=ahead_s).deadline_up_ms("b1", now_s + patience_s, now_s)
    assert deadline is not None
    true_board_time_at_our_deadline_ms = (now_s + patience_s + ahead_s) * 1000
    assert deadline <= true_board_time_at_our_deadline_ms


@given(DELAYS, st.floats(0, 1e6))
def test_the_best_heartbeat_counts(delays: list[float], ahead_s: float) -> None:
    """What a slow network costs of the deadline is the delay of the quickest heartbeat, not of the last."""
    delays = [*delays, 0.0, *delays]
    now_s = 2 * len(delays) + 30.0
    deadline = clock_after(delays, ahead_s=ahead_s).deadline_up_ms("b1", now_s, now_s)
    assert deadline is not None
    assert deadline >= (now_s + ahead_s) * 1000 - 2


def test_a_slow_board_clock_loosens_the_deadline_by_the_window_only() -> None:
    """100 ppm slow for a week: an offset kept for good would be a minute too generous, one of two minutes is 12 ms."""
    clock, drift = BoardClock(120.0), -1e-4
    for second in range(0, 7 * 86_400, 60):
        clock.heard("b1", int(second * (1 + drift) * 1000), float(second))
    now_s = float(second)
    deadline = clock.deadline_up_ms("b1", now_s, now_s)
    assert deadline is not None
    assert deadline <= now_s * (1 + drift) * 1000 + 13


def test_of_another_boot_nothing_is_known() -> None:
    clock = clock_after([0.0], ahead_s=5)
    assert clock.deadline_up_ms("b2", 10, 10) is None
    clock.heard("b2", 0, 11.0)
    assert clock.deadline_up_ms("b1", 12, 12) is None
    assert clock.deadline_up_ms("b2", 12, 11.5) == 1000


def test_a_clock_that_went_back_within_a_boot_is_learnt_anew() -> None:
    clock = BoardClock(120.0)
    clock.heard("b1", 1_000_000, 10.0)
    clock.heard("b1", 5_000, 12.0)
    assert clock.deadline_up_ms("b1", 15, 12) == 8_000


def test_after_a_long_silence_no_deadline_is_made() -> None:
    clock = clock_after([0.0], ahead_s=5, window_s=120)
    assert clock.deadline_up_ms("b1", 500, 500) is None


@given(st.floats(0, 20))
def test_a_heartbeat_that_was_held_up_looks_old(held_s: float) -> None:
    clock = BoardClock(120.0)
    clock.heard("b1", 10_000, 10.0)
    clock.heard("b1", 12_000, 12.0 + held_s)
    sent_at_s = clock.sent_at_s(12_000)
    assert sent_at_s is not None
    assert abs(sent_at_s - 12.0) < 0.001
