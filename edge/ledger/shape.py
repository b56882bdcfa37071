"""How a fact's fields are spelt in the journal: derived once from their types, strict in both directions.

What is written can be read back as an equal value, so that folding a fact at commit and folding it again from the
journal cannot differ.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import StrEnum
from functools import cache
from operator import attrgetter
from typing import Any

from edge.ledger.canonical import LARGEST_INT, Plain, checked_int
from edge.ledger.errors import NotCanonical


@dataclass(frozen=True)
class Shape:
    """One type's spelling. `encode` and `decode` raise `NotCanonical`; `schema` is its JSON Schema."""

    encode: Callable[[object], Plain]
    decode: Callable[[Plain], object]
    schema: Mapping[str, object]


@cache
def shape_of(kind: typing.Any) -> Shape:
    """The spelling of str, int, bool, None, a StrEnum, tuple, frozen dataclass, dict[str, …] or a union of them."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    origin = typing.get_origin(kind)
    if origin in (typing.Union, types.UnionType):
        return _union(typing.get_args(kind))
    if origin is tuple:
        return _tuple(typing.get_args(kind))
    if origin is dict:
        return _dict(typing.get_args(kind))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _enum(kind)
    if isinstance(kind, type) and is_dataclass(kind):
        return _record(kind)
    raise TypeError(f"{kind!r} cannot be a field of a fact")


def _wrong(expected: str, value: object) -> NotCanonical:
    return NotCanonical(f"{expected} was expected, not {type(value).__name__}")


def _str(value: object) -> str:
    if type(value) is str:
        return value
    if isinstance(value, str):
        return str(value)
    raise _wrong("text", value)


def _bool(value: object) -> bool:
    if value is True or value is False:
        return value
    raise _wrong("true or false", value)


def _none(value: object) -> None:
    if value is not None:
        raise _wrong("nothing", value)


_INTEGER = {"type": "integer", "minimum": -LARGEST_INT, "maximum": LARGEST_INT}
_SIMPLE: dict[object, Shape] = {
    str: Shape(_str, _str, {"type": "string"}),
    int: Shape(checked_int, checked_int, _INTEGER),
    bool: Shape(_bool, _bool, {"type": "boolean"}),
    type(None): Shape(_none, _none, {"type": "null"}),
}


def _enum(kind: type[StrEnum]) -> Shape:
    def encode(value: object) -> Plain:
        if not isinstance(value, kind):
            raise _wrong(kind.__name__, value)
        return value.value

    def decode(plain: Plain) -> object:
        try:
            return kind(typing.cast(str, plain))
        except ValueError as error:
            raise NotCanonical(f"{plain!r} is no {kind.__name__}") from error

    return Shape(encode, decode, {"enum": [member.value for member in kind]})


def _union(kinds: tuple[typing.Any, ...]) -> Shape:
    shapes = [shape_of(kind) for kind in sorted(kinds, key=lambda kind: kind is not type(None))]

    def first(step: str) -> Callable[[typing.Any], typing.Any]:
        steps = [getattr(shape, step) for shape in shapes]

        def attempt(value: object) -> object:
            for one in steps:
                try:
                    return one(value)
                except NotCanonical:
                    continue
            raise _wrong("another type", value)

        return attempt

    return Shape(first("encode"), first("decode"), {"anyOf": [shape.schema for shape in shapes]})


def _tuple(kinds: tuple[typing.Any, ...]) -> Shape:
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return _sequence(shape_of(kinds[0]))
    return _fixed([shape_of(kind) for kind in kinds])


def _sequence(item: Shape) -> Shape:
    def encode(value: object) -> Plain:
        if not isinstance(value, tuple):
            raise _wrong("a tuple", value)
        return [item.encode(one) for one in value]

    def decode(plain: Plain) -> object:
        if not isinstance(plain, list):
            raise _wrong("an array", plain)
        return tuple(item.decode(one) for one in plain)

    return Shape(encode, decode, {"type": "array", "items": item.schema})


def _fixed(items: list[Shape]) -> Shape:
    def encode(value: object) -> Plain:
        if not isinstance(value, tuple) or len(value) != len(items):
            raise _wrong(f"a tuple of {len(items)}", value)
        return [item.encode(one) for item, one in zip(items, value, strict=True)]

    def decode(plain: Plain) -> object:
        if not isinstance(plain, list) or len(plain) != len(items):
            raise _wrong(f"an array of {len(items)}", plain)
        return tuple(item.decode(one) for item, one in zip(items, plain, strict=True))

    schema = {"type": "array", "prefixItems": [item.schema for item in items], "items": False, "minItems": len(items)}
    return Shape(encode, decode, schema)


def _dict(kinds: tuple[typing.Any, ...]) -> Shape:
    if kinds[0] is not str:
        raise TypeError("the keys of a fact's dict must be str")
    item = shape_of(kinds[1])

    def encode(value: object) -> Plain:
        if not isinstance(value, Mapping):
            raise _wrong("a mapping", value)
        return {_str(key): item.encode(one) for key, one in value.items()}

    def decode(plain: Plain) -> object:
        if not isinstance(plain, dict):
            raise _wrong("an object", plain)
        return {key: item.decode(one) for key, one in plain.items()}

    return Shape(encode, decode, {"type": "object", "additionalProperties": item.schema})


def _record(kind: type) -> Shape:
    hints = typing.get_type_hints(kind)
    shapes = {field.name: shape_of(hints[field.name]) for field in fields(kind)}
    encode = _record_encoder(kind, shapes)
    decoders = [(name, shape.decode) for name, shape in shapes.items()]
    required = [field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING]

    def decode(plain: Plain) -> object:
        if not isinstance(plain, dict) or not plain.keys() <= shapes.keys():
            raise _wrong(f"the fields of {kind.__name__}", plain)
        try:
            return kind(**{name: one(plain[name]) for name, one in decoders if name in plain})
        except TypeError as error:  # a field without a default is missing
            raise NotCanonical(f"{kind.__name__}: {error}") from error

    schema = {
        "type": "object",
        "properties": {name: shape.schema for name, shape in shapes.items()},
        "required": required,
        "additionalProperties": False,
    }
    return Shape(encode, decode, schema)


def _record_encoder(kind: type, shapes: Mapping[str, Shape]) -> Callable[[object], Plain]:
    """Checks each field by its shape, but only once for each combination of simple types: every append passes here.

    Values of text, flags and enums are right whenever their types are; integers are checked for their size each time.
    """
    names, encoders = tuple(shapes), [shape.encode for shape in shapes.values()]
    values_of = _getter(names)
    known: dict[tuple[type, ...], tuple[str, ...]] = {}  # types seen to be right -> the fields that hold integers

    def encode(value: object) -> Plain:
        if type(value) is not kind:
            raise _wrong(kind.__name__, value)
        values = values_of(value)
        types_seen = tuple(map(type, values))
        integers = known.get(types_seen)
        if integers is None:
            return check(values, types_seen)
        record: dict[str, Any] = getattr(value, "__dict__", {})
        if len(record) != len(names):  # it has slots, or keeps more than its fields
            record = dict(zip(names, values, strict=True))
        for name in integers:
            checked_int(record[name])
        return record

    def check(values: tuple[object, ...], types_seen: tuple[type, ...]) -> Plain:
        checked = {name: one(item) for name, one, item in zip(names, encoders, values, strict=True)}
        if _PLAIN_TYPES.issuperset(types_seen):
            known[types_seen] = tuple(name for name, one in zip(names, types_seen, strict=True) if one is int)
        return checked

    return encode


_PLAIN_TYPES = frozenset({str, int, bool, type(None)})


def _getter(names: tuple[str, ...]) -> Callable[[object], tuple[object, ...]]:
    """The fields' values as a tuple; `attrgetter` does so only for two or more."""
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)
