"""The web side of the house: every request passes the same guards, whichever room answers it."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from fastapi import APIRouter, FastAPI
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware

from edge.api import health
from edge.api.errors import answer_errors
from edge.api.guards import AccessLog, BodyCap, EnrolledOnly, OriginGuard, SecurityHeaders
from edge.api.health import Loops
from edge.api.metrics import Traffic
from edge.api.options import ApiOptions
from edge.house import House

PREFIX = "/api/v1"
ENROL_PATH = f"{PREFIX}/screens/enrolment"
OPEN_PATHS = (*health.PATHS, ENROL_PATH)

TITLE, VERSION = "lobby-edge", "1"
DOCS = "/api/docs"


def create_app(
    house: House, routers: Sequence[APIRouter], *, options: ApiOptions | None = None, loops: Loops = tuple
) -> FastAPI:
    """The app. `routers` bring their own full paths: the rooms' (`/api/v1/…`) and the screens' pages."""
    options, traffic = options or ApiOptions(), Traffic()
    app = FastAPI(
        title=TITLE,
        version=VERSION,
        docs_url=DOCS if options.docs else None,
        redoc_url=None,
        openapi_url=f"{PREFIX}/openapi.json" if options.docs else None,
        middleware=[
            Middleware(AccessLog, clock=house.clock, traffic=traffic),
            Middleware(SecurityHeaders, options=options),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(options.allowed_hosts), www_redirect=False),
            Middleware(OriginGuard, options=options),
            Middleware(EnrolledOnly, ledger=house.ledger, options=options, open_paths=OPEN_PATHS),
            Middleware(BodyCap, options=options),
        ],
    )
    app.state.house, app.state.options = house, options
    answer_errors(app)
    app.include_router(health.health_router(house, options, loops, traffic))
    for router in routers:
        app.include_router(router)
    return app


def openapi_text(app: FastAPI) -> str:
    """The interface's description as it is kept in docs/openapi.json: stable order, one change a line."""
    return orjson.dumps(app.openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"
