"""The files that pages load: addressed by what they hold, so that a browser keeps them until they change."""

from __future__ import annotations

import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

STATIC = Path(__file__).parent / "static"
_SERVED = {".css", ".js", ".svg"}
_FOR_GOOD = "public, max-age=31536000, immutable"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AROUND = re.compile(r"\s*([{};,>!])\s*")
_DOUBLED = re.compile(r"#([0-9a-f])\1([0-9a-f])\2([0-9a-f])\3\b")


@dataclass(frozen=True)
class Asset:
    body: bytes
    mark: str
    media_type: str


class Assets:
    """`url("tokens.css")` is `/static/tokens.css?v=…`. Files are read once, at start."""

    def __init__(self, folder: Path = STATIC, prefix: str = "/static") -> None:
        self.prefix = prefix
        files = (file for file in folder.rglob("*") if file.suffix in _SERVED)
        self.files: Mapping[str, Asset] = {str(file.relative_to(folder)): _read(file) for file in files}

    def url(self, name: str) -> str:
        return f"{self.prefix}/{name}?v={self.files[name].mark}"


class StaticApp:
    """What is asked for with its mark is kept for good, anything else is asked for again (and mostly answered 304)."""

    def __init__(self, assets: Assets) -> None:
        self._files = assets.files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        asset = self._files.get(name) if request.method in {"GET", "HEAD"} else None
        await _answer(request, asset)(scope, receive, send)


def _answer(request: Request, asset: Asset | None) -> Response:
    if asset is None:
        return Response(status_code=404)
    kept = _FOR_GOOD if request.query_params.get("v") == asset.mark else "no-cache"
    headers = {"Cache-Control": kept, "ETag": f'"{asset.mark}"', "X-Content-Type-Options": "nosniff"}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)


def static_app(assets: Assets | None = None) -> StaticApp:
    """To be mounted at `Assets.prefix`."""
    return StaticApp(assets or Assets())


def squeezed(css: str) -> str:
    """A style sheet without its comments and the blanks that only people need (colons in selectors keep theirs)."""
    bare = " ".join(_COMMENT.sub("", css).split())
    short = _DOUBLED.sub(r"#\1\2\3", bare)
    return _AROUND.sub(r"\1", short).replace(": ", ":").replace(";}", "}").replace(" * ", "*").replace(" / ", "/")


def _read(file: Path) -> Asset:
    body = file.read_bytes()
    if file.suffix == ".css":
        body = squeezed(body.decode()).encode()
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return Asset(body, hashlib.sha256(body).hexdigest()[:10], media_type)
