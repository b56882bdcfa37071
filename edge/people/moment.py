"""Time that no setting of the wall clock moves: how long this run of the service has lasted.

Lockouts, codes, consents and sessions are kept as a length and the moment from which it runs. After a restart nobody
knows how long the box was off, so a length that began in an earlier run counts anew from this run's start: a lockout
can only grow by a restart, never shrink.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Moment:
    """`up_ms` milliseconds after the start of the run whose id is `boot`."""

    boot: str
    up_ms: int


def elapsed_ms(since: Moment, now: Moment) -> int:
    """How much of the time since then this run can vouch for."""
    return now.up_ms - since.up_ms if since.boot == now.boot else now.up_ms


def remaining_ms(since: Moment, length_ms: int, now: Moment) -> int:
    return max(0, length_ms - elapsed_ms(since, now))


def whole_seconds(length_ms: int) -> int:
    """Rounded up, so that "try again in 1 s" is never too early."""
    return -(-length_ms // 1000)
