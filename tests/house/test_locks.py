"""The locks hold what pyproject.toml asks for, each file by its hash, and say nothing of where to fetch it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")


def locked(name: str) -> dict[str, Version]:
    pins = re.findall(r"^([A-Za-z0-9._-]+)==([^\s\\;]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
    return {canonicalize_name(package): Version(version) for package, version in pins}


def asked_for() -> tuple[list[Requirement], list[Requirement]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    dev = project["project"]["optional-dependencies"]["dev"]
    return [Requirement(line) for line in runtime], [Requirement(line) for line in dev]


def missing(requirements: list[Requirement], pins: dict[str, Version]) -> list[str]:
    return [
        str(requirement)
        for requirement in requirements
        if (version := pins.get(canonicalize_name(requirement.name))) is None or version not in requirement.specifier
    ]


def test_the_runtime_lock_holds_what_the_project_asks_for() -> None:
    runtime, _ = asked_for()
    assert missing(runtime, locked("requirements.lock")) == []


def test_the_dev_lock_holds_that_and_the_tools() -> None:
    runtime, dev = asked_for()
    assert missing([*runtime, *dev], locked("requirements-dev.lock")) == []


def test_the_dev_lock_is_the_runtime_lock_and_more() -> None:
    assert locked("requirements.lock").items() <= locked("requirements-dev.lock").items()


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_held_to_its_hashes(name: str) -> None:
    blocks = re.split(r"^(?=[A-Za-z0-9])", (ROOT / name).read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    assert blocks
    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


@pytest.mark.parametrize("name", LOCKS)
def test_no_address_stands_in_a_lock(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"\w+://\S*|--(?:extra-)?index-url.*|--find-links.*|--trusted-host.*", text) == []


def test_every_dependency_has_its_reason_written_down() -> None:
    runtime, dev = asked_for()
    page, _, _ = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").partition("## Programs of Debian")
    told = {canonicalize_name(name) for name in re.findall(r"^\| `([^`]+)` \|", page, re.MULTILINE)}
    assert {canonicalize_name(requirement.name) for requirement in [*runtime, *dev]} == told
