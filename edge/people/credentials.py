"""What the house's own doors need besides the ledger: this run's clock, the PIN threads, and who moved when."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from edge.chance import Chance, new_id
from edge.clock import Clock
from edge.people.moment import Moment
from edge.people.pins import Cost, PinHasher
from edge.people.policy import AccessPolicy
from edge.refusal import Refusal

BOOT_CHARS = 12


class Credentials:
    """One for the service's life. Close it: it owns threads."""

    def __init__(
        self,
        clock: Clock,
        chance: Chance,
        *,
        policy: AccessPolicy | None = None,
        cost: Cost | None = None,
        inline: bool = False,
    ) -> None:
        self.policy = policy or AccessPolicy()
        self.pins = PinHasher(chance, cost, inline=inline)
        self._clock = clock
        self._boot = new_id(chance, BOOT_CHARS)
        self._started_s = clock.mono_s()
        self._last_moved_s: dict[str, float] = {}
        self._trying: set[str] = set()

    def moment(self) -> Moment:
        """Now, as lockouts, codes, consents and sessions count it."""
        return Moment(self._boot, int((self._clock.mono_s() - self._started_s) * 1000))

    @contextmanager
    def one_try(self, budget: str) -> Iterator[None]:
        """One try at a time on a budget, or many at once would all be looked at before the first is counted."""
        if budget in self._trying:
            raise Refusal("too_busy")
        self._trying.add(budget)
        try:
            yield
        finally:
            self._trying.discard(budget)

    def moved(self, session: str) -> None:
        """Somebody did something in this session."""
        self._last_moved_s[session] = self._clock.mono_s()

    def idle_s(self, session: str) -> float | None:
        """Seconds since then; None for a session that this run does not know."""
        last = self._last_moved_s.get(session)
        return None if last is None else self._clock.mono_s() - last

    def over(self, session: str) -> None:
        self._last_moved_s.pop(session, None)

    def close(self) -> None:
        self.pins.close()
