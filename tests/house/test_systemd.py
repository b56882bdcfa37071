"""The units of a real box: what they may touch is as little as systemd can measure, and Chromium shows one page."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "systemd"
UNITS = sorted(path.name for path in FOLDER.glob("*.service"))

# systemd's own scale from 0 (nothing) to 10 (everything); its option counts in tenths.
MOST_EXPOSED = {"lobby-edge.service": 1.5, "lobby-broker.service": 1.5, "lobby-kiosk.service": 3.0}

# What this machine lacks and a box has: docs/install.md installs it.
_NOT_HERE = re.compile(r"Command \S+ is not executable|Unit seatd\.service not found|Unit \S+ not found")


def analyze(scratch: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """systemd's own tool, as a user's (`--user`) so that it needs neither root nor a running systemd."""
    return subprocess.run(
        ["systemd-analyze", "--user", "--no-pager", *arguments],
        env={**os.environ, "XDG_RUNTIME_DIR": str(scratch)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def settings_of(unit: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    text = (FOLDER / unit).read_text(encoding="utf-8").replace("\\\n", "")
    for line in text.splitlines():
        if "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            found.setdefault(name, []).append(value)
    return found


def test_every_unit_has_a_limit_for_what_it_is_exposed_to() -> None:
    assert set(UNITS) == set(MOST_EXPOSED)


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_no_more_exposed_than_its_limit(unit: str, tmp_path: Path) -> None:
    limit = round(MOST_EXPOSED[unit] * 10)
    seen = analyze(tmp_path, "security", "--offline=yes", f"--threshold={limit}", str(FOLDER / unit))
    assert seen.returncode == 0, (seen.stdout + seen.stderr)[-300:]


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_understands_every_line_of_a_unit(unit: str, tmp_path: Path) -> None:
    seen = analyze(tmp_path, "verify", "--man=no", str(FOLDER / unit))
    assert [line for line in seen.stderr.splitlines() if not _NOT_HERE.search(line)] == []


def test_the_box_is_watched_and_never_given_up() -> None:
    unit = settings_of("lobby-edge.service")
    assert unit["Type"] == ["notify"]
    assert int(unit["WatchdogSec"][0]) > 0
    assert unit["Restart"] == ["always"]
    assert unit["StartLimitIntervalSec"] == ["0"]


def test_no_secret_ends_in_a_core_dump() -> None:
    assert settings_of("lobby-edge.service")["LimitCORE"] == ["0"]


def test_chromium_shows_the_box_and_nothing_else() -> None:
    policy = json.loads((FOLDER / "chromium-policy.json").read_text(encoding="utf-8"))
    start = settings_of("lobby-kiosk.service")["ExecStart"][0]
    assert policy["URLAllowlist"] == ["http://127.0.0.1:8080"]
    assert {"*", "chrome://*", "file://*", "view-source:*", "devtools://*"} <= set(policy["URLBlocklist"])
    assert policy["DeveloperToolsAvailability"] == 2
    assert policy["AllowFileSelectionDialogs"] is False
    assert policy["DownloadRestrictions"] == 3
    assert "--no-sandbox" not in start
