"""When a command must be dead, told on the board's own clock.

Message expiry counts only inside the broker; a stalled connection has been seen to deliver a command seconds late with
its full expiry. So each command carries a time of the board's own monotonic clock after which the board refuses it.
"""

from __future__ import annotations

import math
from collections import deque


class BoardClock:
    """How far a board's clock is ahead of ours, learnt from its heartbeats.

    A heartbeat says "my clock shows `up_ms`" and arrives `delay >= 0` later, so

        sample = up_ms - our time at arrival = true offset - delay  <=  true offset.

    Every sample errs to the same side, and the *largest* one is the nearest to the truth. A deadline made with it,
    `our deadline + largest sample`, therefore shows on the board's clock at our deadline or before, never after: a slow
    network makes the board refuse too early (harmless: ask again), never open too late. The smallest or the
    newest sample would be just as safe and refuse more.

    What could push the estimate above the truth is a board's clock that runs slower than ours: an old sample is then
    too large by drift times age. So samples live for `window_s` only (two minutes at 100 ppm: 12 ms). A clock that goes
    back within one boot is not to be believed at all: everything before it is forgotten. A clock that stopped for a
    while cannot be told from heartbeats that are late; measured by the old offset they look old, the board is
    taken for silent and gets no commands until the old offset has left the window. Our own time is taken when the
    loop handles the heartbeat, which can only be later than its arrival: the safe side again.
    """

    def __init__(self, window_s: float) -> None:
        self._window_s = window_s
        self._samples: deque[tuple[float, float]] = (
            deque()
        )  # (taken at, offset in ms), offsets falling: a sliding maximum
        self._boot = ""
        self._last_up_ms = 0

    def heard(self, boot: str, up_ms: int, now_s: float) -> None:
        """Take a heartbeat. Another boot has another clock: what was learnt before is forgotten."""
        if boot != self._boot or up_ms < self._last_up_ms:
            self._samples.clear()
        self._boot, self._last_up_ms = boot, up_ms
        offset = up_ms - now_s * 1000
        while self._samples and self._samples[-1][1] <= offset:
            self._samples.pop()
        self._samples.append((now_s, offset))
        self._forget(now_s)

    def deadline_up_ms(self, boot: str, at_s: float, now_s: float) -> int | None:
        """Our time `at_s` on the clock of that boot, rounded down; None when too little is known of it."""
        self._forget(now_s)
        if boot != self._boot or not self._samples:
            return None
        return max(0, math.floor(at_s * 1000 + self._samples[0][1]))

    def sent_at_s(self, up_ms: int) -> float | None:
        """When the board showed that time, on our clock: at the latest. A heartbeat held up on its way looks old."""
        return (up_ms - self._samples[0][1]) / 1000 if self._samples else None

    def _forget(self, now_s: float) -> None:
        while self._samples and self._samples[0][0] < now_s - self._window_s:
            self._samples.popleft()
