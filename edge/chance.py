"""The only source of chance: ids, codes, salts, keys. A seed in its place replays a day."""

from __future__ import annotations

import random
import secrets
from typing import Protocol

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford base32, lower case: read aloud without mistakes


class Chance(Protocol):
    def bytes(self, count: int) -> bytes: ...

    def below(self, bound: int) -> int:
        """A number in `0 <= n < bound`, without bias."""


class SystemChance:
    """The operating system's own randomness."""

    def bytes(self, count: int) -> bytes:
        return secrets.token_bytes(count)

    def below(self, bound: int) -> int:
        return secrets.randbelow(bound)


class SeededChance:
    """The same stream for the same seed. For simulation and tests only: it is predictable."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - seeded on purpose, never in production

    def bytes(self, count: int) -> bytes:
        return self._random.randbytes(count)

    def below(self, bound: int) -> int:
        return self._random.randrange(bound)


def new_id(chance: Chance, length: int = 16) -> str:
    """A short id, 5 bits a character."""
    number = chance.below(32**length)
    return "".join([_ALPHABET[number >> 5 * place & 31] for place in range(length)])


def digits(chance: Chance, count: int) -> str:
    """A code of `count` decimal digits, each equally likely."""
    return f"{chance.below(10**count):0{count}}"
