"""Topics, filters and patience: what needs no wire."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.mqtt.backoff import Backoff
from drivers.mqtt.line import TRIES_AGAIN_WITHIN_S, Line
from drivers.mqtt.link import Hello, Link, LinkLost, matches
from edge.chance import SeededChance


@pytest.mark.parametrize(
    ("topic_filter", "topic", "falls_under"),
    [
        ("a/b", "a/b", True),
        ("a/b", "a/b/c", False),
        ("a/+", "a/b", True),
        ("a/+", "a", False),
        ("a/+", "a/b/c", False),
        ("+/+", "/finance", True),
        ("a/#", "a/b/c", True),
        ("a/#", "a", True),
        ("#", "a/b", True),
        ("#", "$SYS/broker", False),
        ("+/broker", "$SYS/broker", False),
    ],
)
def test_a_topic_falls_under_a_filter_as_the_standard_says(topic_filter: str, topic: str, falls_under: bool) -> None:
    """MQTT 5.0, section 4.7, with its own examples."""
    assert matches(topic_filter, topic) is falls_under


@given(st.integers(0, 2**32), st.integers(1, 60))
def test_waits_grow_and_stay_under_their_ceiling(seed: int, tries: int) -> None:
    backoff = Backoff(SeededChance(seed), first_s=0.5, most_s=15)
    waits = [backoff.next_s() for _ in range(tries)]
    ceilings = [min(15, 0.5 * 2**number) for number in range(tries)]
    assert all(ceiling / 2 <= wait <= ceiling for wait, ceiling in zip(waits, ceilings, strict=True))


def test_two_boxes_do_not_wait_in_step() -> None:
    one, other = Backoff(SeededChance(1)), Backoff(SeededChance(2))
    assert [one.next_s() for _ in range(8)] != [other.next_s() for _ in range(8)]


def test_after_success_the_wait_is_short_again() -> None:
    backoff = Backoff(SeededChance(1), first_s=0.5)
    for _ in range(10):
        backoff.next_s()
    backoff.reset()
    assert backoff.next_s() <= 0.5


class _NobodyThere:
    """A wire to a broker whose plug is out; `tries` are the names of who tried."""

    def __init__(self) -> None:
        self.tries: list[str] = []

    def connect(self, hello: Hello) -> _NobodyThere:
        self.tries.append(hello.client_id)
        return self

    async def __aenter__(self) -> Link:
        raise LinkLost("refused")

    async def __aexit__(self, *_: object) -> None:
        """Never entered."""


def test_the_box_tries_its_own_broker_again_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long without its plug, and still back soon after it: the broker is on the same box."""
    wire, waits = _NobodyThere(), list[float]()

    async def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 40:
            raise asyncio.CancelledError

    monkeypatch.setattr("drivers.mqtt.line.asyncio.sleep", wait)
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(Line(wire, "box-edge", SeededChance(1)).run())
    assert wire.tries == ["box-edge"] * 40
    assert waits[0] <= 0.5
    assert max(waits) <= TRIES_AGAIN_WITHIN_S <= 5
