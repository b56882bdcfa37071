"""Canonical JSON: one spelling for each value, so that the stored bytes can be hashed and never are written again.

Keys sorted by code point, no white space, UTF-8, no floats, no NaN, no integer beyond 2^53 (a double of another reader
would round it).
"""

from __future__ import annotations

from typing import TypeAlias

import orjson

from edge.ledger.errors import NotCanonical

Plain: TypeAlias = "bool | int | str | list[Plain] | dict[str, Plain] | None"

LARGEST_INT = 2**53


def canonical(value: object) -> bytes:
    """The bytes of `value`; tuples and string enums are taken as arrays and strings. Raises `NotCanonical`."""
    return write(_checked(value))


def write(value: Plain) -> bytes:
    """The bytes of a value that is known to hold nothing but `Plain` types in range."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError as error:  # a lone surrogate, or nested too deeply
        raise NotCanonical(str(error)) from error


def read(data: bytes) -> Plain:
    value: Plain = orjson.loads(data)
    return value


def checked_int(value: object) -> int:
    if type(value) is not int:
        raise NotCanonical(f"an integer was expected, not {type(value).__name__}")
    if not -LARGEST_INT <= value <= LARGEST_INT:
        raise NotCanonical("an integer beyond 2^53 would be rounded by other readers")
    return value


def _checked(value: object) -> Plain:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return checked_int(value)
    if isinstance(value, list | tuple):
        return [_checked(item) for item in value]
    if isinstance(value, dict):
        return {_checked_key(key): _checked(item) for key, item in value.items()}
    raise NotCanonical(f"{type(value).__name__} has no place in canonical JSON")


def _checked_key(key: object) -> str:
    if not isinstance(key, str):
        raise NotCanonical(f"a key must be a string, not {type(key).__name__}")
    return str(key)
