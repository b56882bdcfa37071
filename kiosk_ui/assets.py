"""The files that pages load: addressed by what they hold, so that a browser keeps them until they change."""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
_FOR_GOOD = "public, max-age=31536000, immutable"


class Assets:
    """`url("tokens.css")` is `/static/tokens.css?v=…`. Files are read once, at start."""

    def __init__(self, folder: Path = STATIC, prefix: str = "/static") -> None:
        self.folder = folder
        self.prefix = prefix
        self._marks = {str(file.relative_to(folder)): _mark(file) for file in folder.rglob("*") if file.is_file()}

    def url(self, name: str) -> str:
        return f"{self.prefix}/{name}?v={self._marks[name]}"


class StaticApp(StaticFiles):
    """What is asked for with its mark is kept for good, anything else is asked for again (and mostly answered 304)."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        marked = scope.get("query_string", b"").startswith(b"v=")
        answer.headers["Cache-Control"] = _FOR_GOOD if marked else "no-cache"
        return answer


def static_app(folder: Path = STATIC) -> StaticApp:
    """To be mounted at `Assets.prefix`."""
    return StaticApp(directory=folder)


def _mark(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]
