"""The web side put together: the API's rooms, the screens, and what a browser may see before it is one."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.routing import Mount

from edge.api.app import create_app
from edge.api.options import ApiOptions
from edge.house import House
from edge.parcels.flows.slip_data import bring_forms
from edge.parcels.routes import router as parcels
from edge.people.routes import router as people
from edge.settings import Settings
from kiosk_ui.assets import static_app
from kiosk_ui.desk import create_desk_router
from kiosk_ui.kiosk.kiosk import create_kiosk_router
from kiosk_ui.papers import SlipPapers
from kiosk_ui.texts import Texts
from kiosk_ui.wording import PhoneWording
from lobby.supervision import Supervisor
from lobby.wiring import Words


def words(settings: Settings) -> Words:
    """The house's own texts, for paper and phones."""
    texts = Texts.load()
    return Words(SlipPapers(texts, settings.box), PhoneWording(texts, settings.box))


def create_site(house: House, supervisor: Supervisor) -> FastAPI:
    """Everything that this box answers over HTTP."""
    bring_forms(house)
    http = house.settings.http
    options = ApiOptions(
        allowed_hosts=http.allowed_hosts,
        allowed_origins=http.allowed_origins,
        frame_ancestors=http.frame_ancestors,
        docs=http.docs,
    )
    routers = [parcels, people, create_kiosk_router(house), create_desk_router(house)]
    app = create_app(house, routers, options=options, loops=supervisor.loops)
    app.routes.append(Mount("/static", static_app()))
    return app
