"""Serves every example page, in every look, from a process of its own: `python gallery.py` prints its address.

`/page/<name>?lang=en&theme=dark&screen=kiosk-small&wishes=large.low`
"""

from __future__ import annotations

import socket
from dataclasses import replace

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse

from kiosk_ui.assets import Assets, static_app
from kiosk_ui.kiosk.site import Site
from kiosk_ui.look import Screen, Shape, Theme, look_of
from kiosk_ui.pages import Pages
from kiosk_ui.texts import Lang, Texts
from tests.screens import examples

PLACE = {Lang.ZH: "梧桐里 3 栋", Lang.EN: "Wutong Lane, building 3"}


def app() -> FastAPI:
    texts = Texts.load()
    assets = Assets()
    pages = Pages(texts, assets)
    views = examples.pages(texts)
    served = FastAPI()
    served.mount("/static", static_app())

    @served.get("/page/{name}", response_class=HTMLResponse)
    def page(request: Request, name: str) -> str:
        asked = request.query_params
        screen = Screen(
            "kiosk-1", Shape(asked.get("screen", "kiosk-portrait")), theme=Theme(asked.get("theme", "light"))
        )
        look = look_of(screen, asked.get("wishes", ""))
        look = replace(look, lang=Lang(asked.get("lang", "zh-CN")))
        view = views[name]
        site = Site(PLACE, look, texts, worker="", home="/page/start")
        return pages.html(view.template, look, view=view, site=site)

    @served.post("/{rest:path}")
    def answer(rest: str) -> JSONResponse:
        return JSONResponse({"go": "/page/start?at=" + rest})

    return served


def main() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        print(f"http://127.0.0.1:{listening.getsockname()[1]}", flush=True)  # noqa: T201 - read by the test that started it
        uvicorn.Server(uvicorn.Config(app(), log_level="warning")).run(sockets=[listening])


if __name__ == "__main__":
    main()
