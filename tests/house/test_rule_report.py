"""The report of rules fails when a rule has no test, and when a rule is named that does not exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.rule_report import ROOT, HouseRule, Mention, State, complaints, proofs, read_rules, refusals

P1 = HouseRule("P1", State.IN_FORCE, "Registered at once.")
C3 = HouseRule("C3", State.LATER, "Cards are free up to the quota.")


def test_a_rule_in_force_without_a_test_is_named() -> None:
    assert complaints({"P1": P1}, [], []) == ["P1 is in force and no test proves it"]


def test_a_rule_for_later_needs_no_test_yet() -> None:
    assert complaints({"C3": C3}, [], []) == []


def test_a_test_or_refusal_of_a_rule_that_nobody_wrote_is_named() -> None:
    proven = [Mention("P1", "tests/a.py::test_a"), Mention("P99", "tests/a.py::test_b")]
    wrong = complaints({"P1": P1}, proven, [Mention("X1", "edge/b.py:3")])
    assert [sentence.split(" names ")[0] for sentence in wrong] == ["tests/a.py::test_b", "edge/b.py:3"]


def test_marks_are_found_on_functions_in_classes_on_files_and_on_parameters(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_one.py").write_text(
        "import pytest\n"
        "pytestmark = [pytest.mark.rule('P2')]\n"
        "@pytest.mark.rule('P1', 'P3')\n"
        "def test_two_rules(): ...\n"
        "class TestGroup:\n"
        "    @pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.rule('P8'))])\n"
        "    def test_inside(self, x): ...\n"
        "@pytest.mark.rule('P9')\n"
        "def helper(): ...\n"
    )
    (folder / "not_a_test.py").write_text("import pytest\n@pytest.mark.rule('P9')\ndef test_never_run(): ...\n")
    found = {(mention.rule, mention.where.split("::", 1)[1]) for mention in proofs(folder)}
    assert found == {
        ("P1", "test_two_rules"), ("P2", "test_two_rules"), ("P3", "test_two_rules"),
        ("P2", "TestGroup::test_inside"), ("P8", "TestGroup::test_inside"),
    }  # fmt: skip


def test_refusals_are_found_by_position_and_by_name(tmp_path: Path) -> None:
    (tmp_path / "edge").mkdir()
    (tmp_path / "edge" / "rules.py").write_text(
        "raise Refusal('a', 'P1')\nraise Refusal('b', rule='P8', field='x')\nraise Refusal('c')\nOther('d', 'P9')\n"
    )
    assert [(m.rule, m.where) for m in refusals(tmp_path, ["edge"])] == [
        ("P1", "edge/rules.py:1"),
        ("P8", "edge/rules.py:2"),
    ]


def test_the_same_id_twice_or_an_unknown_state_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "rules.md"
    page.write_text("| P1 | in force | one |\n| P1 | later | two |\n")
    with pytest.raises(ValueError, match="P1 twice"):
        read_rules(page)
    page.write_text("| P1 | perhaps | one |\n")
    with pytest.raises(ValueError, match="perhaps"):
        read_rules(page)


def test_the_page_of_rules_has_all_of_them() -> None:
    counts = {"C": 10, "K": 11, "P": 10, "R": 4, "D": 5, "S": 4, "H": 5}
    expected = {f"{letter}{number}" for letter, count in counts.items() for number in range(1, count + 1)}
    rules = read_rules(ROOT / "docs" / "rules.md")
    assert set(rules) == expected
    assert {rule.id for rule in rules.values() if rule.state is State.IN_FORCE} == {"P1", "P2", "P3", "P8", "P9", "H3"}
