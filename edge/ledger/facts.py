"""Facts, and the vocabulary of all facts that a ledger knows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol, cast

from edge.ledger.canonical import Plain, read, write
from edge.ledger.errors import UnknownFact
from edge.ledger.shape import Shape, shape_of

_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


class Fact(Protocol):
    """Something that happened: a frozen dataclass. Its fields are the entry's data.

    `kind` is `capability.past_participle`, such as `parcel.registered`; `subject` names what it is about, such as
    `parcel:p1a2`. Fields are str, int, bool, None, StrEnum, tuples of those, nested frozen dataclasses and
    `dict[str, str | int]`; a time is an ISO 8601 UTC string. A field that is added later needs a default.
    """

    kind: ClassVar[str]

    @property
    def subject(self) -> str: ...


@dataclass(frozen=True)
class EpochBegun:
    """The ledger's own fact: a person let the journal go on from here, though it is not what others have seen of it."""

    kind: ClassVar[str] = "ledger.epoch_begun"
    epoch: int
    reason: str

    @property
    def subject(self) -> str:
        return "ledger"


class Vocabulary:
    """Every kind of fact with its type and spelling, the ledger's own included.

    Raises `ValueError` where two types call themselves the same, or a kind is not spelt like one.
    """

    def __init__(self, types: Iterable[type[Fact]]) -> None:
        self._types: dict[str, type[Fact]] = {}
        self._shapes: dict[str, Shape] = {}
        self._encoders: dict[str, Callable[[object], Plain]] = {}
        self._add(EpochBegun)
        for fact_type in types:
            self._add(fact_type)

    def _add(self, fact_type: type[Fact]) -> None:
        kind = fact_type.kind
        if not _KIND.fullmatch(kind):
            raise ValueError(f"{kind!r} does not read like capability.past_participle")
        if self._types.setdefault(kind, fact_type) is not fact_type:
            raise ValueError(f"two types of fact call themselves {kind!r}")
        self._shapes[kind] = shape_of(fact_type)
        self._encoders[kind] = self._shapes[kind].encode

    def __iter__(self) -> Iterator[tuple[str, Shape]]:
        return iter(sorted(self._shapes.items()))

    def __contains__(self, kind: str) -> bool:
        return kind in self._types

    def encode(self, fact: Fact) -> bytes:
        """The canonical JSON of the fact's fields. Raises `UnknownFact`, `NotCanonical`."""
        encoder = self._encoders.get(fact.kind)
        if encoder is None:
            raise _unknown(fact.kind)
        return write(encoder(fact))

    def decode(self, kind: str, data: bytes) -> Fact:
        """The fact that `encode` was given. Raises `UnknownFact`, `NotCanonical`."""
        return cast(Fact, self._shape(kind).decode(read(data)))

    def _shape(self, kind: str) -> Shape:
        shape = self._shapes.get(kind)
        if shape is None:
            raise _unknown(kind)
        return shape


def _unknown(kind: str) -> UnknownFact:
    return UnknownFact(f"no projection declares facts of kind {kind!r}")
