"""The interface is written down, and the written one is the true one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI

from edge.api import ApiOptions, create_app, openapi_text
from edge.house import House
from edge.parcels.routes import router as parcels
from edge.people.routes import router as people
from tests.api.front import Front, FrontParts, play
from tests.people.desk import desk_at

WRITTEN = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
WRITE = "LOBBY_WRITE_OPENAPI"  # set it to write the file anew, and look at the difference before committing it


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    with desk_at(tmp_path) as desk:
        parts = FrontParts(desk.clock, desk.chance, desk.ledger, desk.directory, desk.credentials)
        yield create_app(cast(House, parts), [parcels, people])


def operations(app: FastAPI) -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = app.openapi()["paths"]
    return {f"{method.upper()} {path}": one for path, methods in paths.items() for method, one in methods.items()}


def test_the_written_interface_is_the_one_that_answers(app: FastAPI) -> None:
    if os.environ.get(WRITE):
        WRITTEN.write_text(openapi_text(app), encoding="utf-8")
    assert WRITTEN.read_text(encoding="utf-8") == openapi_text(app), f"run this test with {WRITE}=1 and commit the file"


def test_every_post_asks_for_an_idempotency_key(app: FastAPI) -> None:
    posts = {name: one for name, one in operations(app).items() if name.startswith("POST")}
    assert len(posts) > 25
    lacking = [
        name
        for name, one in posts.items()
        if not any(p["name"] == "Idempotency-Key" and p["required"] for p in one.get("parameters", []))
    ]
    assert lacking == []


def test_everything_that_is_sent_is_a_closed_form(app: FastAPI) -> None:
    """A field that is not asked for is refused: a typing error is seen, and nothing unknown is carried along."""
    shapes = app.openapi()["components"]["schemas"]
    sent = {
        content["schema"]["$ref"].rsplit("/", 1)[-1]
        for one in operations(app).values()
        for content in one.get("requestBody", {}).get("content", {}).values()
        if "$ref" in content["schema"]
    }
    assert len(sent) > 10
    assert {name for name in sent if shapes[name].get("additionalProperties") is not False} == set()


def test_the_interface_is_shown_only_where_the_house_says_so(tmp_path: Path) -> None:
    async def shown(front: Front) -> list[int]:
        desk = await front.screen()
        return [(await desk.client.get(path)).status_code for path in ("/api/docs", "/api/v1/openapi.json")]

    for docs, status in ((False, 404), (True, 200)):

        async def scene(front: Front, status: int = status) -> None:
            assert await shown(front) == [status, status]

        play(tmp_path / str(docs), scene, options=ApiOptions(docs=docs))
