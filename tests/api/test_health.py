"""Alive, ready, and in numbers; and silent about people."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from drivers.ports import Health
from edge.api import ApiOptions
from edge.api.metrics import Sample, render
from tests.api.front import Front, play


@dataclass(frozen=True)
class Loop:
    name: str
    running: bool
    restarts: int


def loops() -> tuple[Loop, ...]:
    return (Loop("acts", running=True, restarts=0), Loop('odd "name"\n', running=False, restarts=3))


def test_a_healthy_house_is_alive_and_ready(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        anybody = front.browser()
        assert (await anybody.get("/healthz")).json() == {"status": "alive"}
        ready = await anybody.get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["devices"]["printer-1"] == {"health": "online", "reason": ""}
        assert ready.json()["loops"]["acts"] == {"running": True, "restarts": 0}

    play(tmp_path, scene, loops=loops)


def test_a_printer_without_paper_is_told_and_stops_nothing(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        front.desk.printer.health, front.desk.printer.reason = Health.DEGRADED, "paper"
        ready = await front.browser().get("/readyz")
        assert ready.status_code == 200
        assert ready.json()["devices"]["printer-1"] == {"health": "degraded", "reason": "paper"}

    play(tmp_path, scene)


def test_a_ledger_that_cannot_be_written_is_neither_alive_nor_ready(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        front.desk.ledger.close()
        anybody = front.browser()
        for path, status in (("/healthz", "stuck"), ("/readyz", "not_ready")):
            answer = await anybody.get(path)
            assert answer.status_code == 503
            assert answer.json()["status"] == status

    play(tmp_path, scene)


def test_being_asked_how_it_is_writes_nothing(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        before = front.desk.ledger.head
        for path in ("/healthz", "/readyz", "/metrics"):
            assert (await front.browser().get(path)).status_code == 200
        assert front.desk.ledger.head == before

    play(tmp_path, scene)


def test_from_elsewhere_one_learns_only_whether_it_is_ready(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        anybody = front.browser()
        assert (await anybody.get("/readyz")).json() == {"status": "ready"}
        assert (await anybody.get("/metrics")).status_code == 404

    play(tmp_path, scene, options=ApiOptions(ops_hosts=("192.0.2.1",)), loops=loops)


_LINE = re.compile(r'[a-z_]+(\{[a-z_]+="(?:[^"\\\n]|\\.)*"(,[a-z_]+="(?:[^"\\\n]|\\.)*")*\})? -?[0-9.e+]+')


def test_metrics_are_in_prometheus_text_format_and_name_no_person(tmp_path: Path) -> None:
    async def scene(front: Front) -> None:
        await front.desk.staff("S01")
        desk = await front.signed_in()
        await desk.get("/search?q=zhang")
        page = await front.browser().get("/metrics")
        assert page.headers["content-type"].startswith("text/plain; version=0.0.4")
        lines = page.text.splitlines()
        assert all(_LINE.fullmatch(line) for line in lines if not line.startswith("#"))
        assert 'lobby_http_requests_total{method="GET",route="/api/v1/search",status="200"} 1' in lines
        assert 'lobby_device_online{device="printer-1"} 1' in lines
        assert "lobby_ledger_entries_total 5" in lines
        assert "lobby_needs_eyes 0" in lines
        assert 'lobby_loop_restarts_total{loop="odd \\"name\\"\\n"} 3' in lines
        assert any(line.startswith("process_resident_memory_bytes ") for line in lines)
        for word in ("zhang", "S01", "staff:"):
            assert word not in page.text

    play(tmp_path, scene, loops=loops)


def test_samples_of_one_name_stand_together_under_one_type_line() -> None:
    page = render(
        [Sample("a", "A.", 1, labels={"x": "1"}), Sample("b", "B.", 2), Sample("a", "A.", 3, labels={"x": "2"})]
    )
    assert page == '# HELP a A.\n# TYPE a gauge\na{x="1"} 1\na{x="2"} 3\n# HELP b B.\n# TYPE b gauge\nb 2\n'
