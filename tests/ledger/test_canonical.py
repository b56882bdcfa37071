"""One spelling for each value, in both directions, and nothing that another reader would round."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from edge.ledger import NotCanonical, UnknownFact
from edge.ledger.canonical import LARGEST_INT, canonical, read
from edge.ledger.facts import Fact, Vocabulary
from edge.ledger.shape import shape_of

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
INTS = st.integers(-LARGEST_INT, LARGEST_INT)
PLAIN = st.recursive(
    st.none() | st.booleans() | INTS | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


class Size(StrEnum):
    S = "s"
    M = "m"


@dataclass(frozen=True)
class Place:
    device: str
    cell: str | None = None


@dataclass(frozen=True)
class Everything:
    kind: ClassVar[str] = "test.everything"
    name: str
    number: int
    flag: bool
    size: Size
    maybe: int | None
    words: tuple[str, ...]
    pair: tuple[str, int]
    places: tuple[Place, ...]
    extra: dict[str, str | int]
    later: str = ""

    @property
    def subject(self) -> str:
        return f"test:{self.name}"


@dataclass(frozen=True)
class Alone:
    kind: ClassVar[str] = "test.alone"
    number: int

    @property
    def subject(self) -> str:
        return "test"


EVERYTHING = st.builds(
    Everything,
    name=TEXT,
    number=INTS,
    flag=st.booleans(),
    size=st.sampled_from(Size),
    maybe=st.none() | INTS,
    words=st.lists(TEXT, max_size=3).map(tuple),
    pair=st.tuples(TEXT, INTS),
    places=st.lists(st.builds(Place, TEXT, st.none() | TEXT), max_size=3).map(tuple),
    extra=st.dictionaries(TEXT, TEXT | INTS, max_size=3),
    later=TEXT,
)
VOCABULARY = Vocabulary([Everything, Alone])
ONE = Everything("n", 1, True, Size.S, None, ("w",), ("p", 2), (Place("locker-1"),), {"a": 1})


@given(PLAIN)
def test_what_is_written_reads_back_as_it_was(value: Any) -> None:
    assert read(canonical(value)) == value


@given(PLAIN)
def test_the_spelling_does_not_depend_on_the_order_of_keys(value: Any) -> None:
    assert canonical(_reversed(value)) == canonical(value)


@given(PLAIN)
def test_the_spelling_is_the_one_that_a_plain_writer_with_sorted_keys_has(value: Any) -> None:
    plain = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(value).decode() == plain


@pytest.mark.parametrize(
    "value", [1.5, float("nan"), 2**53 + 1, -(2**53) - 1, {1: "a"}, b"bytes", {"a": [1.0]}, "\ud800", object()]
)
def test_what_others_would_round_or_not_know_is_refused(value: object) -> None:
    with pytest.raises(NotCanonical):
        canonical(value)


@given(EVERYTHING)
def test_a_fact_reads_back_equal(fact: Everything) -> None:
    data = VOCABULARY.encode(fact)
    assert VOCABULARY.decode(fact.kind, data) == fact
    assert canonical(read(data)) == data


@given(st.lists(EVERYTHING, max_size=5))
def test_the_quick_way_over_known_types_spells_like_the_slow_one(facts: list[Everything]) -> None:
    used = shape_of(Everything)
    for fact in facts:
        shape_of.cache_clear()
        assert orjson.dumps(used.encode(fact)) == orjson.dumps(shape_of(Everything).encode(fact))


@given(EVERYTHING)
def test_the_schema_takes_every_fact(fact: Everything) -> None:
    schema = dict(shape_of(Everything).schema)
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(orjson.loads(VOCABULARY.encode(fact)))


@pytest.mark.parametrize(
    "changed",
    [
        {"name": 1},
        {"number": True},
        {"number": "1"},
        {"number": 2**53 + 1},
        {"number": 1.0},
        {"flag": 1},
        {"size": "s"},
        {"maybe": "x"},
        {"words": ["w"]},
        {"words": (1,)},
        {"pair": ("p",)},
        {"places": ("x",)},
        {"extra": {"a": None}},
    ],
)
def test_a_field_of_another_type_is_refused_even_after_right_ones(changed: dict[str, Any]) -> None:
    VOCABULARY.encode(ONE)
    with pytest.raises(NotCanonical):
        VOCABULARY.encode(Everything(**(vars(ONE) | changed)))


def test_an_integer_is_checked_each_time_not_only_the_first() -> None:
    VOCABULARY.encode(Alone(1))
    with pytest.raises(NotCanonical):
        VOCABULARY.encode(Alone(2**53 + 1))


def test_a_field_that_came_later_takes_its_default_in_an_old_entry() -> None:
    old = orjson.loads(VOCABULARY.encode(ONE))
    del old["later"]
    assert VOCABULARY.decode(ONE.kind, orjson.dumps(old)) == ONE


@pytest.mark.parametrize("data", [b"[]", b'{"number":1,"more":2}', b"{}", b'{"number":"1"}'])
def test_an_entry_that_this_program_does_not_understand_is_refused(data: bytes) -> None:
    with pytest.raises(NotCanonical):
        VOCABULARY.decode("test.alone", data)
    with pytest.raises(UnknownFact):
        VOCABULARY.decode("test.other", data)


@dataclass(frozen=True)
class Floating:
    kind: ClassVar[str] = "test.floating"
    weight: float

    @property
    def subject(self) -> str:
        return "test"


@dataclass(frozen=True)
class AloneToo:
    kind: ClassVar[str] = "test.alone"

    @property
    def subject(self) -> str:
        return "test"


@dataclass(frozen=True)
class Shouting:
    kind: ClassVar[str] = "TEST"

    @property
    def subject(self) -> str:
        return "test"


@pytest.mark.parametrize(
    ("types", "error"),
    [([Floating], TypeError), ([Alone, AloneToo], ValueError), ([Shouting], ValueError)],
)
def test_a_vocabulary_that_cannot_be_is_refused_at_once(types: list[type[Fact]], error: type[Exception]) -> None:
    with pytest.raises(error):
        Vocabulary(types)


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in reversed(value)}
    return [_reversed(one) for one in value] if isinstance(value, list) else value
