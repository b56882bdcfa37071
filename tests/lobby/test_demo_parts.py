"""The small things that the demo stands on."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from edge.settings import load
from lobby.demo.children import Pids
from lobby.demo.journal import LINES, Journal
from lobby.demo.places import Places, read_json, write_json
from lobby.demo.ports import Claims, choose_several
from lobby.demo.settings import Ports, as_toml, demo_settings
from lobby.wiring import PROJECTIONS
from simulators.virtual_lobby.texts import Lang, Texts


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])


def test_the_service_reads_back_the_settings_that_the_demo_writes(tmp_path: Path) -> None:
    settings = demo_settings(Places(tmp_path), Ports(*range(2001, 2010)))
    file = tmp_path / "lobby.toml"
    file.write_text(as_toml(settings), encoding="utf-8")
    assert load(file) == settings


def test_settings_survive_names_that_toml_would_stumble_over(tmp_path: Path) -> None:
    settings = demo_settings(Places(tmp_path), Ports(*range(2001, 2010)))
    odd = settings.box.model_copy(update={"name_zh": '梧桐里 "3" 栋\\\t㛃', "name_en": "O'Neill = [house]"})
    settings = settings.model_copy(update={"box": odd})
    file = tmp_path / "lobby.toml"
    file.write_text(as_toml(settings), encoding="utf-8")
    assert load(file) == settings


def test_two_demos_that_start_at_once_do_not_choose_the_same_usual_port() -> None:
    [usual] = choose_several(1)
    with Claims() as first, Claims() as second:
        assert first.choose(usual) == usual
        assert second.choose(usual) != usual
    with Claims() as third:
        assert third.choose(usual) == usual, "a claim ends with who made it"


def test_what_a_killed_run_left_is_ended_and_a_process_that_only_has_its_number_is_not(tmp_path: Path) -> None:
    left, other = sleeper(), sleeper()
    try:
        pids = Pids(tmp_path / "pids.json")
        pids.note("service", left.pid)
        pids.note("printer", other.pid)
        kept = read_json(tmp_path / "pids.json")
        kept["printer"][1] += 1  # the number is used again: that process began at another time
        kept["phone"] = [2**22 + 1, 7]  # and this one is long gone
        write_json(tmp_path / "pids.json", kept)
        assert Pids(tmp_path / "pids.json").end_leftovers() == ["service"]
        assert left.wait(10) != 0
        assert other.poll() is None
        assert not (tmp_path / "pids.json").exists()
    finally:
        for process in (left, other):
            process.kill()
            process.wait()


def test_notes_are_for_nobody_elses_eyes_and_written_whole(tmp_path: Path) -> None:
    file = tmp_path / "demo.json"
    write_json(file, {"pins": "secret"})
    write_json(file, {"pins": "another"})
    assert file.stat().st_mode & 0o777 == 0o600
    assert read_json(file) == {"pins": "another"}
    file.write_text('{"pins": "cut o', encoding="utf-8")
    assert read_json(file) == {}


def test_a_journal_that_is_not_there_yet_is_no_trouble(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "ledger")
    assert not journal.look()
    assert journal.latest == []
    journal.close()


def test_a_journal_that_begins_again_still_names_the_door_that_an_act_was_asked_for(tmp_path: Path) -> None:
    """The request has gone out of the lines that are shown, and whoever reads has just begun: a demo started anew."""
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as db, db:
        db.execute("CREATE TABLE entry (seq INTEGER PRIMARY KEY, at TEXT, kind TEXT, subject TEXT, data BLOB)")
        acts = [("act.requested", b'{"act":"7f3a","slot":"A07"}')] + [("act.observed", b'{"act":"7f3a"}')] * (LINES + 5)
        db.executemany(
            "INSERT INTO entry (at, kind, subject, data) VALUES ('2026-11-22T06:26:10.123Z', ?, 'act:7f3a', ?)", acts
        )
    journal = Journal(tmp_path)
    assert journal.look()
    assert [(line["kind"], line["subject"]) for line in journal.latest] == [("act.observed", "A07")] * LINES
    journal.close()


KINDS = sorted({fact.kind for projection in PROJECTIONS for fact in projection.facts} | {"ledger.epoch_begun"})


@pytest.mark.parametrize("lang", list(Lang))
def test_every_kind_of_entry_has_words_on_the_page(lang: Lang) -> None:
    texts = Texts.load(lang)
    assert [kind for kind in KINDS if not texts.has(f"kind.{kind}")] == []
