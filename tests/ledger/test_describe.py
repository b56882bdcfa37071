"""The schema of the journal is written from the facts themselves, and real exports keep to it."""

from __future__ import annotations

import json
import os
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from edge.ledger import commands
from edge.ledger.describe import journal_schema, schema_text
from edge.ledger.facts import Vocabulary
from lobby.wiring import PROJECTIONS

from .counter import Counted, StillClock, committed, filled, open_ledger

WRITTEN = Path(__file__).resolve().parents[2] / "docs" / "journal.schema.json"
WRITE = "LOBBY_WRITE_SCHEMA"  # set it to write the file anew, and look at the difference before committing it
MINE = Draft202012Validator(journal_schema(Vocabulary([Counted])))


def test_the_written_schema_is_that_of_the_facts() -> None:
    facts = [fact for projection in PROJECTIONS for fact in projection.facts]
    text = schema_text(Vocabulary(facts))
    if os.environ.get(WRITE):
        WRITTEN.write_text(text, encoding="utf-8")
    assert WRITTEN.read_text(encoding="utf-8") == text, f"run this test with {WRITE}=1 and commit the file"
    Draft202012Validator.check_schema(json.loads(text))


def test_an_exported_journal_keeps_to_the_schema(tmp_path: Path) -> None:
    filled(tmp_path, 20)
    with open_ledger(tmp_path) as ledger:
        committed(ledger, lambda tx: tx.begin_epoch("a test"))
    out = BytesIO()
    commands.export(tmp_path, out, StringIO(), StillClock())
    for line in out.getvalue().splitlines():
        MINE.validate(json.loads(line))


@pytest.mark.parametrize(
    "changed",
    [{"kind": "counter.other"}, {"data": {"name": "a"}}, {"seq": 0}, {"at": "2026-11-22"}, {"more": 1}, {"hash": "00"}],
)
def test_what_is_no_entry_does_not_pass(tmp_path: Path, changed: dict[str, object]) -> None:
    filled(tmp_path, 1)
    out = BytesIO()
    commands.export(tmp_path, out, StringIO(), StillClock())
    entry = json.loads(out.getvalue())
    assert MINE.is_valid(entry)
    assert not MINE.is_valid(entry | changed)
