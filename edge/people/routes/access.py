"""HTTP for the house's own doors: screens, sign-in, PINs, a second person's consent.

Answers that hold a code or a token are told once and not kept, so these requests are not replayed: asking again makes a
new code and voids the one before.
"""

from __future__ import annotations

from fastapi import APIRouter, Depends, Request, Response

from edge.api.cookies import no_session_cookie, screen_cookie, session_cookie
from edge.api.visitors import Asks, ScreenOfKind, Staff, TheHouse, TheOptions, WhoOfKind, asking, token_of
from edge.people import access_tables, pin_flows, rules, screens, second_person, signing_in
from edge.people.access_facts import ScreenKind
from edge.people.routes import bodies
from edge.people.screens import ScreenPlan
from edge.people.who import require


async def issue_screen_code(house: TheHouse, who: Staff, plan: bodies.ScreenPlanned) -> bodies.CodeIssued:
    wanted = ScreenPlan(plan.name, plan.kind, plan.width_mm, plan.height_mm, plan.orientation)
    issued = await screens.issue_screen_code(house, who, wanted)
    return bodies.CodeIssued(code=issued.code, life_s=issued.life_s)


async def enrol_screen(
    house: TheHouse, options: TheOptions, entered: bodies.CodeEntered, response: Response
) -> bodies.ScreenGiven:
    enrolled = await screens.enrol_screen(house, entered.code)
    response.headers.append("set-cookie", screen_cookie(enrolled.screen.kind, enrolled.token, options))
    return bodies.ScreenGiven.of(enrolled.screen)


async def list_screens(house: TheHouse, who: Staff) -> list[bodies.ScreenGiven]:
    require(who, *rules.SENIORS)
    with house.ledger.reading() as db:
        return [bodies.ScreenGiven.of(row) for row in access_tables.screens(db)]


async def revoke_screen(house: TheHouse, who: Staff, asks: Asks, screen: str, why: bodies.Reasoned) -> bodies.Done:
    await screens.revoke_screen(house, who, screen, why.reason, asks.by(who, f"screen.revoke:{screen}"))
    return bodies.Done()


async def sign_in(
    house: TheHouse,
    options: TheOptions,
    screen: ScreenOfKind,
    given: bodies.NumberAndPin,
    response: Response,
) -> bodies.WhoGiven:
    signed = await signing_in.sign_in(house, screen, given.number, given.pin)
    response.headers.append("set-cookie", session_cookie(screen.kind, signed.token, options))
    return bodies.WhoGiven.of(signed.who, house.directory.name_of(signed.who.id))


async def who_am_i(house: TheHouse, who: WhoOfKind) -> bodies.WhoGiven:
    return bodies.WhoGiven.of(who, house.directory.name_of(who.id))


async def sign_out(
    house: TheHouse, options: TheOptions, screen: ScreenOfKind, request: Request, response: Response
) -> bodies.Done:
    await signing_in.sign_out(house, screen, token_of(request, screen.kind))
    response.headers.append("set-cookie", no_session_cookie(screen.kind, options))
    return bodies.Done()


async def issue_setup_code(house: TheHouse, who: Staff, wanted: bodies.SetupCodeWanted) -> bodies.CodeIssued:
    issued = await pin_flows.issue_setup_code(house, who, wanted.whose)
    return bodies.CodeIssued(code=issued.code, life_s=issued.life_s)


async def redeem_setup_code(house: TheHouse, screen: ScreenOfKind, chosen: bodies.PinChosen) -> bodies.Done:
    await pin_flows.redeem_setup_code(house, screen, chosen.number, chosen.code, chosen.pin)
    return bodies.Done()


async def change_pin(
    house: TheHouse, options: TheOptions, who: WhoOfKind, kind: ScreenKind, pins: bodies.PinChanged,
    response: Response,
) -> bodies.Done:  # fmt: skip
    await pin_flows.change_pin(house, who, pins.old_pin, pins.new_pin)
    response.headers.append("set-cookie", no_session_cookie(kind, options))
    return bodies.Done()


async def give_consent(house: TheHouse, who: Staff, asks: Asks, asked: bodies.ConsentAsked) -> bodies.ConsentGivenOut:
    request = asks.by(who, "consent.give")
    consent = await second_person.give_consent(house, who, asked.number, asked.pin, asked.act, request=request)
    return bodies.ConsentGivenOut(consent=consent, life_s=house.credentials.policy.consent_life_s)


def access_router() -> APIRouter:
    router = APIRouter(prefix="/api/v1", tags=["screens and sign-in"])
    add, keyed = router.add_api_route, [Depends(asking)]
    add("/screens", list_screens, methods=["GET"], summary="The house's screens")
    add("/screens/{screen}/revocation", revoke_screen, methods=["POST"], summary="Shut a screen's browser out")
    add("/sessions/{kind}", who_am_i, methods=["GET"], summary="Who is signed in at this screen")
    add("/consents", give_consent, methods=["POST"], summary="A second person consents to one act")
    for path, serve, summary in (
        ("/screens/codes", issue_screen_code, "Make a code that enrols one browser"),
        ("/screens/enrolment", enrol_screen, "Become the screen that a code stands for"),
        ("/sessions/{kind}", sign_in, "Sign in, or take over the screen from another"),
        ("/sessions/{kind}/end", sign_out, "Sign out"),
        ("/pins/codes", issue_setup_code, "Make a code with which somebody sets their PIN"),
        ("/pins/{kind}/setup", redeem_setup_code, "Set one's PIN with a code"),
        ("/pins/{kind}/change", change_pin, "Change one's own PIN"),
    ):
        add(path, serve, methods=["POST"], summary=summary, dependencies=keyed)
    return router
