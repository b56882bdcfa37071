"""The journal's vocabulary as JSON Schema: what a line of `lobby ledger export` can be."""

from __future__ import annotations

from collections.abc import Mapping

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
    """A schema (2020-12) with one alternative a kind of fact, chosen by `kind`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One entry of the journal",
        "type": "object",
        "oneOf": [_entry(kind, shape.schema) for kind, shape in vocabulary],
    }


def schema_text(vocabulary: Vocabulary) -> str:
    """The schema as it is kept in docs/journal.schema.json: stable order, one change a line."""
    return orjson.dumps(journal_schema(vocabulary), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"


def _entry(kind: str, data: Mapping[str, object]) -> dict[str, object]:
    fields = _ENTRY | {"kind": {"const": kind}, "data": data}
    return {"properties": fields, "required": sorted(fields), "additionalProperties": False}
