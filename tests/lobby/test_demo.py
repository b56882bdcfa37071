"""`lobby demo`: from an empty folder to a lobby that can be played with, and back to nothing running."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from lobby.demo.building import WITH_PINS
from tests.lobby.demos import WHAT, Demo, alive, once, starting

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    with starting(tmp_path_factory.mktemp("demo") / "state") as demo:
        yield demo


def test_the_first_start_moves_a_building_in_and_every_page_answers(running: Demo) -> None:
    assert "  residents.xlsx: 603 rows" in running.said
    assert httpx.get(f"{running.url}/").status_code == 200
    assert httpx.get(f"{running.url}/window").status_code == 200
    page = running.seen("Wutong Lane, building 3")
    assert "running</small>" in page
    assert "Directory imported" in page or "Screen enrolled" in page


def test_pins_are_made_at_random_and_told_on_the_console_and_on_the_page(running: Demo) -> None:
    assert len(running.pins) == sum(WITH_PINS.values())
    assert len(set(running.pins.values())) == len(running.pins)
    page = httpx.get(f"{running.url}/").text
    assert all(f"<b>{pin}</b>" in page for pin in running.pins.values())
    assert (running.state / "demo.json").stat().st_mode & 0o077 == 0


def test_a_second_start_says_where_the_first_one_is_and_harms_nothing(running: Demo) -> None:
    status, said = once(running.state)
    assert status == 0
    assert f"A demo runs here already: {running.url}/window" in said
    status, said = once(running.state, "--fresh")
    assert status == 1
    assert "end it first" in said
    assert httpx.get(f"{running.url}/").status_code == 200


@pytest.mark.parametrize(("screen", "first_page"), [("kiosk", "/kiosk/"), ("desk", "/desk/")])
def test_a_browser_becomes_kiosk_and_desk_by_following_a_link(running: Demo, screen: str, first_page: str) -> None:
    with httpx.Client(follow_redirects=True, headers={"Accept": "text/html"}, timeout=30) as browser:
        opened = browser.get(f"{running.url}/open/{screen}")
        assert opened.status_code == 200
        assert opened.url.path.startswith(first_page)
        mine = dict(browser.cookies)
        assert browser.get(f"{running.url}/open/{screen}").status_code == 200
        assert dict(browser.cookies) == mine, "who is that screen already is not enrolled again"


def test_the_screens_may_lie_in_the_windows_frames_and_in_no_others(running: Demo) -> None:
    with httpx.Client(follow_redirects=True, timeout=30) as browser:
        policy = browser.get(f"{running.url}/open/kiosk").headers["content-security-policy"]
    assert f"frame-ancestors {running.url};" in policy or policy.endswith(f"frame-ancestors {running.url}")


def test_the_power_switch_keeps_the_service_off_until_it_is_pressed_again(running: Demo) -> None:
    before = running.pids["serve"]
    assert running.do("house/power", on=0) == 200
    running.seen("killed</small>")
    assert not alive(before)
    assert running.do("house/power", on=0) == 409
    assert running.do("house/power", on=1) == 200
    running.seen("running</small>")
    assert running.pids["serve"] != before


def test_a_service_that_dies_by_itself_is_started_again_and_the_console_says_so(running: Demo) -> None:
    before = running.pids["serve"]
    os.kill(before, signal.SIGKILL)
    running.listen("service ended unexpectedly (signal SIGKILL)")
    running.seen("running</small>")
    assert running.pids["serve"] != before


def test_the_brokers_plug_is_pulled_and_put_back(running: Demo) -> None:
    before = running.pids["mosquitto.conf"]
    assert running.do("house/fault", name="broker.plug_pulled") == 200
    running.seen("unplugged</small>")
    assert not alive(before)
    assert running.do("house/clear", name="broker.plug_pulled") == 200
    running.seen("plugged in</small>")
    assert alive(running.pids["mosquitto.conf"])


def test_ctrl_c_ends_all_of_it_and_the_next_start_goes_on_from_there(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with starting(state) as first:
        assert first.do("locker/fault", name="locker.opened_without_command", slot="B05") == 200
        assert first.do("locker/put", slot="B05", item="parcel") == 200
        assert first.do("locker/close", slot="B05") == 200
        first.seen("B05, shut, a parcel in it")
        pids, pins, url = first.pids, first.pins, first.url
        assert first.end() == 0
    assert [name for name, pid in pids.items() if alive(pid)] == []
    assert first.said[-1].startswith("Ended.")
    with starting(state) as second:
        assert second.pins == pins
        assert second.url == url
        assert not any(line.startswith("First start") for line in second.said)
        second.seen("B05, shut, a parcel in it")


def test_a_busy_port_is_named_and_another_one_taken(tmp_path: Path, running: Demo) -> None:
    taken = int(running.url.rpartition(":")[2])
    with starting(tmp_path / "state", "--port", str(taken)) as demo:
        assert any(line.startswith(f"Port {taken} is taken") for line in demo.said)
        assert httpx.get(f"{demo.url}/").status_code == 200
        assert httpx.get(f"{running.url}/").status_code == 200


def test_a_run_that_was_killed_is_tidied_up_and_fresh_begins_again(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with starting(state) as killed:
        pids, pins = killed.pids, killed.pins
        assert pids.keys() == set(WHAT)
        killed.end(signal.SIGKILL)
    assert all(alive(pid) for pid in pids.values())
    with starting(state, "--fresh") as fresh:
        assert any(line.startswith("The last demo was killed") for line in fresh.said)
        assert [name for name, pid in pids.items() if alive(pid)] == []
        assert fresh.pins.keys() == pins.keys()
        assert fresh.pins != pins


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    precious = tmp_path / "thesis.txt"
    precious.write_text("mine", encoding="utf-8")
    status, said = once(tmp_path, "--fresh")
    assert status == 1
    assert "which no demo made" in said
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_real_boxs_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "lobby.toml").touch()
    status, said = once(tmp_path, "--fresh")
    assert status == 1
    assert "Nothing was touched" in said
    assert (tmp_path / "ledger").exists()
