"""Print each house rule in force with the tests that prove it; fail where one has none or an id is unknown.

Rules stand in docs/rules.md. A test names its rule with `@pytest.mark.rule("P1")`, on itself or as `pytestmark` of
its file; a decision names it with `Refusal("code", rule="P1")`.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = ("lobby", "kiosk_ui", "simulators", "sync", "edge", "drivers")
_ROW = re.compile(r"^\| (?P<id>[A-Z]\d+) \| (?P<state>[a-z ]+) \| (?P<text>.+) \|$")


class State(StrEnum):
    IN_FORCE = "in force"
    LATER = "later"


@dataclass(frozen=True)
class HouseRule:
    id: str
    state: State
    text: str


@dataclass(frozen=True)
class Mention:
    """Where a rule is named: `tests/parcels/test_receipt.py::test_…` or `edge/parcels/rules.py:41`."""

    rule: str
    where: str


def read_rules(page: Path) -> dict[str, HouseRule]:
    """The rules of the page in its order. Raises `ValueError` for a state that is none or an id given twice."""
    rules: dict[str, HouseRule] = {}
    for line in page.read_text(encoding="utf-8").splitlines():
        if row := _ROW.match(line):
            if row["id"] in rules:
                raise ValueError(f"{page.name} has {row['id']} twice")
            rules[row["id"]] = HouseRule(row["id"], State(row["state"]), row["text"])
    return rules


def proofs(tests: Path) -> Iterator[Mention]:
    """Each test that says which rule it proves."""
    for path in sorted(tests.rglob("test_*.py")):
        module = ast.parse(path.read_text(encoding="utf-8"))
        of_file = [rule for node in module.body if _is_pytestmark(node) for rule in _marked(ast.walk(node))]
        for name, marked in _test_functions(module.body):
            for rule in dict.fromkeys([*of_file, *marked]):
                yield Mention(rule, f"{path.relative_to(tests.parent)}::{name}")


def _test_functions(body: Iterable[ast.stmt], prefix: str = "") -> Iterator[tuple[str, list[str]]]:
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from _test_functions(node.body, f"{node.name}::")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            decorators = (inner for decorator in node.decorator_list for inner in ast.walk(decorator))
            yield prefix + node.name, _marked(decorators)


def _is_pytestmark(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(
        isinstance(target, ast.Name) and target.id == "pytestmark" for target in node.targets
    )


def _marked(nodes: Iterable[ast.AST]) -> list[str]:
    return [
        str(argument.value)
        for node in nodes
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.rule"
        for argument in node.args
        if isinstance(argument, ast.Constant)
    ]


def refusals(root: Path, folders: Iterable[str] = CODE) -> Iterator[Mention]:
    """Each place in the code that names a rule when it says no."""
    for path in (path for folder in folders for path in sorted((root / folder).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and (rule := _refused_by(node)):
                yield Mention(rule, f"{path.relative_to(root)}:{node.lineno}")


def _refused_by(node: ast.Call) -> str:
    """The rule id in `Refusal(code, "P1")` or `Refusal(code, rule="P1")`, `""` where there is none."""
    if ast.unparse(node.func).split(".")[-1] != "Refusal":
        return ""
    given = [node.args[1]] if len(node.args) > 1 else [kw.value for kw in node.keywords if kw.arg == "rule"]
    return str(given[0].value) if given and isinstance(given[0], ast.Constant) else ""


def complaints(rules: Mapping[str, HouseRule], proven: Iterable[Mention], refused: Iterable[Mention]) -> list[str]:
    """What is wrong, in sentences; empty when the report may pass."""
    by_rule = _grouped(proven)
    wrong = [
        f"{rule.id} is in force and no test proves it"
        for rule in rules.values()
        if rule.state is State.IN_FORCE and rule.id not in by_rule
    ]
    named = [mention for mentions in by_rule.values() for mention in mentions] + list(refused)
    wrong += [f"{m.where} names {m.rule}, which docs/rules.md does not know" for m in named if m.rule not in rules]
    return wrong


def _grouped(mentions: Iterable[Mention]) -> dict[str, list[Mention]]:
    by_rule: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_rule[mention.rule].append(mention)
    return dict(by_rule)


def main() -> int:
    parser = argparse.ArgumentParser(description="Print each house rule in force with the tests that prove it.")
    parser.add_argument("--names", action="store_true", help="name each test instead of counting them by file")
    options = parser.parse_args()
    rules = read_rules(ROOT / "docs" / "rules.md")
    proven, refused = list(proofs(ROOT / "tests")), list(refusals(ROOT))
    by_rule = _grouped(proven)
    for rule in rules.values():
        tests = by_rule.get(rule.id, [])
        if rule.state is State.IN_FORCE or tests:
            print(f"{rule.id:>4}  {rule.state:<8}  {len(tests):>3} tests  {_short(rule.text)}")
            for line in _lines(tests, names=options.names):
                print(f"{'':>20}{line}")
    print(f"      {sum(rule.state is State.LATER for rule in rules.values())} rules are for later")
    wrong = complaints(rules, proven, refused)
    for sentence in wrong:
        print(f"WRONG: {sentence}", file=sys.stderr)
    return 1 if wrong else 0


def _lines(tests: Iterable[Mention], *, names: bool) -> list[str]:
    if names:
        return [mention.where for mention in tests]
    files: dict[str, int] = defaultdict(int)
    for mention in tests:
        files[mention.where.split("::")[0]] += 1
    return [f"{file} ({count})" for file, count in files.items()]


def _short(text: str, length: int = 76) -> str:
    return text if len(text) <= length else text[: text.rfind(" ", 0, length)] + " …"


if __name__ == "__main__":
    raise SystemExit(main())
