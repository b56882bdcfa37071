"""A browser becomes a screen of the house with a one-time code. Until then it is shown nothing else."""

from __future__ import annotations

from collections.abc import Mapping

from edge.api.cookies import screen_cookie
from edge.api.options import ApiOptions
from edge.house import House
from edge.people import screens
from edge.people.access_facts import ScreenKind
from edge.people.tokens import SCREEN_CODE_DIGITS
from kiosk_ui.kiosk.here import Answer
from kiosk_ui.kiosk.site import ROOT
from kiosk_ui.kiosk.views import Pad, Problem, View

PATH = "/enrol"
_HOMES = {ScreenKind.KIOSK: f"{ROOT}/", ScreenKind.DESK: "/desk/"}


def page(once: str, problem: Problem | None) -> View:
    return Pad(
        path=PATH,
        once=once,
        problem=problem,
        quiet_s=0,
        what="enrol",
        alone=True,
        fields=(("enrol", SCREEN_CODE_DIGITS, False),),
    )


async def enrol(house: House, options: ApiOptions, form: Mapping[str, str]) -> Answer:
    """Raises Refusal `screen_code_wrong`."""
    enrolled = await screens.enrol_screen(house, form.get("enrol", ""))
    kind = enrolled.screen.kind
    return Answer(_HOMES[kind], cookies=(screen_cookie(kind, enrolled.token, options),))
