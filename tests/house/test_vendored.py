"""Code of others that the pages load is exactly what its makers published, and says whose it is."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "kiosk_ui" / "static" / "vendor"
LIST = FOLDER / "vendor.toml"
ALLOWED_LICENCES = {"0BSD", "MIT", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "OFL-1.1", "CC0-1.0"}


def entries() -> dict[str, dict[str, str]]:
    listed = tomllib.loads(LIST.read_text(encoding="utf-8")).get("file", [])
    return {entry["name"]: entry for entry in listed}


def test_every_file_is_listed_and_every_listed_file_is_there() -> None:
    present = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file() and path != LIST}
    assert present == set(entries())


def test_every_file_is_as_it_was_published() -> None:
    seen = {name: hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() for name in entries()}
    assert seen == {name: entry["sha256"] for name, entry in entries().items()}


def test_every_file_says_what_it_is_and_may_be_used() -> None:
    for name, entry in entries().items():
        assert entry["package"], name
        assert entry["version"], name
        assert entry["licence"] in ALLOWED_LICENCES, name
