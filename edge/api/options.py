"""How the web side of the house is set up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

KIB = 1 << 10


@dataclass(frozen=True)
class ApiOptions:
    """`allowed_hosts` are names under which the box may be spoken to; its own pages are always allowed origins.

    `allowed_origins` are other pages that may call it, `frame_ancestors` pages that may show it in a frame (the virtual
    lobby does). `open_paths` are beginnings of paths that any browser may see: style sheets, the enrolment page.
    `enrol_page` is where a browser that is no screen is sent. `ops_hosts` may read metrics and device states.
    """

    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    allowed_origins: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ()
    open_paths: tuple[str, ...] = ("/enrol", "/static/")
    enrol_page: str = "/enrol"
    ops_hosts: tuple[str, ...] = ("127.0.0.1", "::1")
    secure_cookies: bool = False
    docs: bool = False
    body_cap: int = 64 * KIB
    body_caps: Mapping[str, int] = field(default_factory=lambda: {"/api/v1/imports/": 8 * 1024 * KIB})
    body_within_s: float = 20.0
    writer_within_s: float = 5.0
