"""The setup behind scripts/demo and scripts/test: says what is wrong, keeps what is done, and runs from any folder."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# Stands in for apt: what it "downloads" is the package beside it.
APT = """#!/bin/sh
echo "$*" >>"$0.calls"
[ "$1" = update ] || cp "$(dirname "$0")"/*.deb "$LOBBY_TEST_CACHE/archives/"
"""
BROKEN_APT = "#!/bin/sh\necho 'Temporary failure resolving' >&2\nexit 100\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of what setup needs, in a folder with a space in its name."""
    folder = tmp_path / "a box"
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def a_program(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)


def a_package(folder: Path) -> None:
    """A Debian package with one program in it, which prints where it was started."""
    tree = folder / "tree"
    a_program(tree / "usr/sbin/mosquitto", "#!/bin/sh\necho unpacked mosquitto\n")
    (tree / "DEBIAN").mkdir()
    (tree / "DEBIAN/control").write_text(
        "Package: m\nVersion: 1\nArchitecture: all\nMaintainer: x <x@y>\nDescription: x\n"
    )
    subprocess.run(
        ["dpkg-deb", "--build", "--root-owner-group", tree, folder / "m.deb"], check=True, capture_output=True
    )


def run(project: Path, commands: str) -> subprocess.CompletedProcess[str]:
    """Run shell lines after the setup library was read, from the root folder, with our stand-ins first on the path."""
    stand_ins = project.parent / "bin"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f'source "{project}/scripts/lib/setup.sh"\n{commands}'],
        cwd="/",
        env={
            "PATH": f"{stand_ins}:/usr/bin:/bin",
            "HOME": str(project.parent),
            "LOBBY_TOOLS": str(project / "var/tools"),
            "LOBBY_TEST_CACHE": str(project / "var/tools/cache"),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


FETCH = 'mkdir -p "$lobby_var"; use_tools; find_python; lacking() { echo mosquitto; }; fetch_debian_packages demo'


def test_without_a_network_it_says_so_and_marks_nothing_as_done(project: Path) -> None:
    a_program(project.parent / "bin/apt-get", BROKEN_APT)
    seen = run(project, FETCH)
    assert seen.returncode == 1
    assert "Is the network there?" in seen.stderr
    assert "Temporary failure resolving" in (project / "var/setup.log").read_text(encoding="utf-8")
    assert not (project / "var/tools/complete").exists()


def test_what_is_missing_is_unpacked_here_and_found(project: Path) -> None:
    a_program(project.parent / "bin/apt-get", APT)
    a_package(project.parent / "bin")
    seen = run(project, f'{FETCH}; "$lobby_tools/bin/mosquitto"')
    assert seen.returncode == 0, seen.stderr
    assert seen.stdout == "unpacked mosquitto\n"
    assert (project / "var/tools/complete").read_text(encoding="utf-8") == "mosquitto\n"


def test_what_is_unpacked_once_is_not_fetched_again(project: Path) -> None:
    a_program(project.parent / "bin/apt-get", APT)
    a_package(project.parent / "bin")
    run(project, FETCH)
    calls = (project.parent / "bin/apt-get.calls").read_text(encoding="utf-8")
    again = run(project, FETCH)
    assert "Programs: ready" in again.stderr
    assert (project.parent / "bin/apt-get.calls").read_text(encoding="utf-8") == calls


def test_a_run_that_broke_off_while_unpacking_is_taken_up_again(project: Path) -> None:
    a_program(project.parent / "bin/apt-get", APT)
    a_package(project.parent / "bin")
    broken_off = run(project, f"write_wrappers() {{ kill -KILL $BASHPID; }}; {FETCH}")
    assert broken_off.returncode == 128 + 9
    assert not (project / "var/tools/complete").exists()
    assert run(project, f'{FETCH}; "$lobby_tools/bin/mosquitto"').stdout == "unpacked mosquitto\n"


def test_what_root_unpacks_can_be_reached_by_a_program_that_gave_its_rights_away(project: Path) -> None:
    project.chmod(0o700)
    assert run(project, f'open_to_all "{project}"').returncode == 1
    assert run(project, "open_to_all /usr/share").returncode == 0


def test_a_program_of_the_machine_comes_before_one_unpacked_here(project: Path) -> None:
    a_program(project.parent / "bin/mosquitto", "#!/bin/sh\necho installed\n")
    a_program(project / "var/tools/bin/mosquitto", "#!/bin/sh\necho unpacked\n")
    assert run(project, "use_tools; use_tools; mosquitto").stdout == "installed\n"


def test_a_browser_that_was_fetched_is_the_one_that_the_tests_use(project: Path) -> None:
    browser = project / "var/tools/bin/chromium"
    a_program(browser.with_name("fetched"), "#!/bin/sh\n")
    fetch = f'/bin/cp "{browser.with_name("fetched")}" "{browser}"'
    told = 'echo "${LOBBY_CHROMIUM:-none}"'
    seen = run(project, f"PATH=/nowhere; use_tools; {told}; {fetch}; use_tools; {told}")
    assert seen.stdout.splitlines() == ["none", str(browser)]


def test_an_old_python_is_refused_with_what_to_do(project: Path) -> None:
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        a_program(project.parent / "bin" / name, "#!/bin/sh\nexit 1\n")
    seen = run(project, "find_python")
    assert seen.returncode == 1
    assert "no Python 3.11 or newer" in seen.stderr


def test_an_environment_moved_from_another_folder_is_made_again(project: Path) -> None:
    a_program(project / ".venv/bin/python", "#!/bin/sh\nexit 0\n")
    a_program(project / ".venv/bin/pip", "#!/somewhere/else/.venv/bin/python\n")
    assert run(project, "environment_works").returncode == 1
    a_program(project / ".venv/bin/pip", f"#!/bin/sh\n'''exec' \"{project}/.venv/bin/python\" \"$0\"\n")
    assert run(project, "environment_works").returncode == 0


def test_a_stamp_holds_only_for_what_it_was_made_from(project: Path) -> None:
    (project / ".venv").mkdir()
    assert run(project, "stamp packages-runtime abc; stamped packages-runtime abc").returncode == 0
    assert run(project, "stamped packages-runtime abd").returncode == 1


def test_two_setups_in_one_folder_wait_for_each_other(project: Path) -> None:
    steps = "find_python() { :; }; fetch_debian_packages() { :; }; make_environment() { :; }"
    steps += "; install_python_packages() { :; }"
    holding = 'mkdir -p "$lobby_var"; exec 8>"$lobby_var/setup.lock"; flock 8; (sleep 0.3; flock -u 8) & '
    seen = run(project, f"{steps}; install_project() {{ echo done; }}; {holding} exec 8>&-; lobby_setup demo; wait")
    assert "waiting for it" in seen.stderr
    assert seen.stdout == "done\n"


def test_the_check_names_what_to_do_before_there_is_an_environment(project: Path) -> None:
    seen = subprocess.run(
        [project / "scripts/check"],
        cwd="/",
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert seen.returncode == 1
    assert "run scripts/test once" in seen.stderr
