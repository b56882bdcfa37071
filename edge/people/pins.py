"""PINs: which are too easy to guess, and how they are hashed.

argon2id is slow on purpose, so it never runs on the event loop: two threads hash, and no more wait in line than can be
served soon. Under virtual time it runs inline.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from argon2.exceptions import InvalidHashError, VerifyMismatchError
from argon2.low_level import Type, hash_secret, verify_secret

from edge.chance import Chance
from edge.refusal import Refusal

T = TypeVar("T")

SEALED_AS = "pin"  # the name under which the vault keeps a hash
SHORTEST_PIN = 6
LONGEST_PIN = 12
SALT_BYTES = 16
HASH_BYTES = 32
POOL_THREADS = 2
LONGEST_QUEUE = 8  # a third of a second each: who is ninth in line had better try again


@dataclass(frozen=True)
class Cost:
    """argon2id parameters. The default is OWASP's 19 MiB profile with twice its passes: the box has 100 MB in all."""

    passes: int = 4
    memory_kib: int = 19_456
    lanes: int = 1


class PinHasher:
    """Hashes and checks PINs off the event loop. `inline` does it in the caller, for virtual time."""

    def __init__(self, chance: Chance, cost: Cost | None = None, *, inline: bool = False) -> None:
        self._chance = chance
        self._cost = cost or Cost()
        self._pool = None if inline else ThreadPoolExecutor(POOL_THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobody = self._hash("a PIN that nobody can have", chance.bytes(SALT_BYTES))

    async def hash(self, pin: str) -> bytes:
        salt = self._chance.bytes(SALT_BYTES)  # drawn here: threads finish in any order, a seed must not
        return await self._run(lambda: self._hash(pin, salt))

    async def verify(self, stored: bytes | None, pin: str) -> bool:
        """Whether `pin` is the one behind `stored`. Without `stored` it takes as long and says no."""
        return await self._run(lambda: _verify(stored or self._nobody, pin)) and stored is not None

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def _hash(self, pin: str, salt: bytes) -> bytes:
        cost = self._cost
        return hash_secret(pin.encode(), salt, cost.passes, cost.memory_kib, cost.lanes, HASH_BYTES, Type.ID)

    async def _run(self, work: Callable[[], T]) -> T:
        if self._pool is None:
            return work()
        if self._waiting >= LONGEST_QUEUE:
            raise Refusal("too_busy")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._waiting -= 1


def _verify(stored: bytes, pin: str) -> bool:
    try:
        return verify_secret(stored, pin.encode(), Type.ID)
    except (VerifyMismatchError, InvalidHashError):
        return False


def same_secret(one: str, other: str) -> bool:
    """Compare without telling by the time taken where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


def check_new_pin(pin: str, *, known: tuple[str, ...] = ()) -> None:
    """Refuse a PIN that is too short or that somebody would try first.

    `known` are numbers that others can find out about this person: phone, staff number, document number.
    Raises Refusal `pin_too_short`, `pin_too_long`, `pin_not_digits`, `pin_too_easy`.
    """
    if not (pin.isascii() and pin.isdigit()):
        raise Refusal("pin_not_digits")
    if len(pin) < SHORTEST_PIN:
        raise Refusal("pin_too_short", shortest=SHORTEST_PIN)
    if len(pin) > LONGEST_PIN:
        raise Refusal("pin_too_long", longest=LONGEST_PIN)
    if _is_pattern(pin) or pin in _FAVOURITES or _is_known(pin, known):
        raise Refusal("pin_too_easy")


# Found at the top of every leaked list and not caught by a pattern below: lucky and love numbers, keypad columns.
_FAVOURITES = frozenset({"520131", "521131", "5201314", "1314520", "131452", "147258", "159753", "159357", "147852"})


def _is_pattern(pin: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    doubled = len(pin) % 2 == 0 and pin[::2] == pin[1::2]
    return len(set(pin)) <= 2 or (len(steps) == 1) or _repeats(pin) or doubled or pin == pin[::-1]


def _repeats(pin: str) -> bool:
    return any(pin == (pin[:size] * len(pin))[: len(pin)] for size in (1, 2, 3, 4) if size <= len(pin) // 2)


def _is_known(pin: str, known: tuple[str, ...]) -> bool:
    return any(pin in re.sub(r"\D", "", number) for number in known)
