"""What every page of ours is sent with, and which forms it takes back."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from edge.refusal import Refusal

_LOOPBACK = "http://127.0.0.1:* http://localhost:*"  # the virtual lobby shows our screens beside its own things

CSP = (
    "default-src 'none'; script-src 'self'; worker-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    f"frame-ancestors 'self' {_LOOPBACK}"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": CSP,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

FORM_BYTES = 8 * 1024
FIELD_LONGEST = 512
TEN_YEARS_S = 10 * 365 * 24 * 3600


def from_own_page(request: Request) -> bool:
    """Whether a form comes from a page of ours: a browser says where it was, and cannot be made to lie about it."""
    origin = request.headers.get("origin", "")
    return bool(origin) and urlsplit(origin).netloc == request.headers.get("host", "")


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a small form. Raises Refusal `form_too_large`."""
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > FORM_BYTES:
        raise Refusal("form_too_large")
    async with request.form(max_files=0, max_fields=40) as form:
        fields = {name: value for name, value in form.items() if isinstance(value, str)}
    if any(len(value) > FIELD_LONGEST for value in fields.values()):
        raise Refusal("form_too_large")
    return fields


def keep(response: Response, cookies: Mapping[str, str], *, for_good: frozenset[str] = frozenset()) -> Response:
    """Set cookies that only our own pages send back and no script reads; an empty one is dropped."""
    for name, value in cookies.items():
        if value:
            age = TEN_YEARS_S if name in for_good else None
            response.set_cookie(name, value, max_age=age, httponly=True, samesite="strict", path="/")
        else:
            response.delete_cookie(name, httponly=True, samesite="strict", path="/")
    return response
