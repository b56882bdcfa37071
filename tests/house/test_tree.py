"""The tree is what the plan of the house says: nothing stray, nothing misplaced."""

from __future__ import annotations

import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

FLOORS = ["lobby", "kiosk_ui", "simulators", "sync", "edge", "drivers"]
BESIDE = {"tests", "bench", "systemd", "docs", "scripts"}
MADE_HERE = {"var", "build", "dist", "node_modules"}
ROOMS = {"facts", "rules", "tables", "flows", "routes"}
NOT_CAPABILITIES = {"ledger", "api", "acts"}

MAX_LINES = 400


def folders(under: Path) -> set[str]:
    return {path.name for path in under.iterdir() if path.is_dir() and not path.name.startswith((".", "__pycache__"))}


def python_files() -> list[Path]:
    return [path for top in [*FLOORS, *BESIDE] for path in sorted((ROOT / top).rglob("*.py"))]


def contracts() -> list[dict[str, object]]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = config["tool"]["importlinter"]["contracts"]
    assert isinstance(found, list)
    return found


def capabilities() -> set[str]:
    return folders(ROOT / "edge") - NOT_CAPABILITIES


def test_the_top_holds_the_floors_and_what_stands_beside_them() -> None:
    found = {name for name in folders(ROOT) if not name.endswith(".egg-info")} - MADE_HERE
    assert found == set(FLOORS) | BESIDE


def test_the_floors_are_one_contract_from_top_to_bottom() -> None:
    assert any(contract["type"] == "layers" and contract["layers"] == FLOORS for contract in contracts())


def test_every_capability_has_the_same_five_rooms() -> None:
    for capability in capabilities():
        present = {path.stem for path in (ROOT / "edge" / capability).iterdir()}  # a room is a file, or a folder
        assert present >= ROOMS, f"edge/{capability} lacks {sorted(ROOMS - present)}"


def test_every_capability_has_a_contract_that_knows_all_of_its_rooms() -> None:
    covered = {
        container
        for contract in contracts()
        if contract["type"] == "layers" and contract.get("exhaustive") is True
        for container in contract.get("containers", [])  # type: ignore[attr-defined]
    }
    assert {f"edge.{capability}" for capability in capabilities()} <= covered


def test_a_file_is_short_enough_to_be_read_at_once() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()}
    assert {str(path.relative_to(ROOT)): count for path, count in lines.items() if count > MAX_LINES} == {}
