"""The journal's vocabulary as JSON Schema: what a line of `lobby ledger export` can be."""

from __future__ import annotations

from typing import cast

import orjson

from edge.ledger.canonical import LARGEST_INT
from edge.ledger.facts import Vocabulary

_POSITIVE = {"type": "integer", "minimum": 1, "maximum": LARGEST_INT}
_ENTRY = {
    "seq": _POSITIVE,
    "epoch": _POSITIVE,
    "at": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$"},
    "clock_trust": {"enum": ["synced", "unsynced"]},
    "subject": {"type": "string"},
    "actor": {"type": "string"},
    "cause": {"anyOf": [{"type": "null"}, _POSITIVE]},
    "hash": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
}


def journal_schema(vocabulary: Vocabulary) -> dict[str, object]:
    """A schema (2020-12): what every entry has, and one alternative a kind of fact for its data."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One entry of the journal",
        "type": "object",
        "properties": _ENTRY | {"kind": True, "data": True},
        "required": sorted({*_ENTRY, "kind", "data"}),
        "additionalProperties": False,
        "oneOf": [{"properties": {"kind": {"const": kind}, "data": shape.schema}} for kind, shape in vocabulary],
    }


def schema_text(vocabulary: Vocabulary) -> str:
    """The schema as it is kept in docs/journal.schema.json: stable order, one kind of fact a line."""
    schema = journal_schema(vocabulary)
    kinds = schema.pop("oneOf")
    head = _compact(schema).removesuffix("}")
    return f'{head},"oneOf":[\n' + ",\n".join(_compact(kind) for kind in cast(list[object], kinds)) + "\n]}\n"


def _compact(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
