"""Who stands before a route: the dependencies with which a route says whom it serves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request

from edge.api.cookies import SESSION_COOKIES, screen_tokens
from edge.api.options import ApiOptions
from edge.house import House
from edge.ledger import Request as LedgerRequest
from edge.people.access_facts import ScreenKind
from edge.people.access_tables import screen_by_token
from edge.people.known import Screen
from edge.people.signing_in import who_is_signed_in
from edge.people.tokens import token_hash
from edge.people.who import Role, Who, kiosk_itself
from edge.refusal import Refusal

PRINTABLE = r"^[\x21-\x7e]+$"


def house_of(request: Request) -> House:
    house: House = request.app.state.house
    return house


def options_of(request: Request) -> ApiOptions:
    options: ApiOptions = request.app.state.options
    return options


def screens_of(request: Request) -> list[Screen]:
    """The screens that this browser is: one, or none before it is enrolled."""
    screens: list[Screen] = request.state.screens
    return screens


def screen_of(request: Request, kind: ScreenKind) -> Screen | None:
    return next((screen for screen in screens_of(request) if screen.kind is kind), None)


def is_still(request: Request, screen: Screen) -> bool:
    """Whether this browser is the screen now: it may have been revoked since its live view began."""
    tokens = [token for kind, _, token in screen_tokens(request.cookies) if kind is screen.kind]
    with house_of(request).ledger.reading() as db:
        found = [screen_by_token(db, token_hash(token)) for token in tokens]
    return any(one is not None and one.name == screen.name for one in found)


def token_of(request: Request, kind: ScreenKind) -> str:
    return request.cookies.get(SESSION_COOKIES[kind], "")


def signed_in(request: Request, screen: Screen, *, moved: bool = True) -> Who:
    """Who is signed in at this screen. `moved=False` for a live view: looking on is not doing something.

    Raises Refusal `sign_in_first`, `session_over`.
    """
    house = house_of(request)
    with house.ledger.reading() as db:
        return who_is_signed_in(house, db, screen, token_of(request, screen.kind), moved=moved)


async def anyone_enrolled(request: Request) -> Screen:
    """Any screen of the house, signed in or not."""
    screens = screens_of(request)
    if not screens:
        raise Refusal("not_enrolled")
    return screens[0]


async def desk_screen(request: Request) -> Screen:
    """A desk, whether somebody is signed in or not."""
    return _screen(request, ScreenKind.DESK)


async def kiosk_screen(request: Request) -> Screen:
    return _screen(request, ScreenKind.KIOSK)


async def screen_of_kind(request: Request, kind: ScreenKind) -> Screen:
    """The screen of the kind that stands in the path."""
    return _screen(request, kind)


async def who_of_kind(request: Request, kind: ScreenKind) -> Who:
    """Whoever is signed in at the screen of the kind that stands in the path."""
    return signed_in(request, _screen(request, kind))


async def staff(request: Request) -> Who:
    """A member of staff, signed in at a desk."""
    who = signed_in(request, _screen(request, ScreenKind.DESK))
    if Role.COURIER in who.roles:
        raise Refusal("sign_in_first")
    return who


async def kiosk(request: Request) -> Who:
    """The kiosk itself: a resident who proves with a code what is theirs."""
    return kiosk_itself(_screen(request, ScreenKind.KIOSK).name)


async def courier(request: Request) -> Who:
    """A courier, signed in at a kiosk."""
    who = signed_in(request, _screen(request, ScreenKind.KIOSK))
    if Role.COURIER not in who.roles:
        raise Refusal("sign_in_first")
    return who


async def desk_or_kiosk(request: Request) -> Who:
    """Staff at a desk, else a courier at a kiosk, else the kiosk itself."""
    if screen_of(request, ScreenKind.DESK) is not None and token_of(request, ScreenKind.DESK):
        return await staff(request)
    if screen_of(request, ScreenKind.KIOSK) is None:
        return await staff(request)  # says what is missing
    return await courier(request) if token_of(request, ScreenKind.KIOSK) else await kiosk(request)


def _screen(request: Request, kind: ScreenKind) -> Screen:
    screen = screen_of(request, kind)
    if screen is None:
        raise Refusal("wrong_screen" if screens_of(request) else "not_enrolled")
    return screen


@dataclass(frozen=True)
class Asking:
    """What makes a repeat of this request recognisable."""

    key: str
    fingerprint: str

    def by(self, who: Who, usecase: str) -> LedgerRequest:
        """The ledger's request: the key counts for this person and this use case."""
        return LedgerRequest(actor=who.id, key=f"{usecase}:{who.id}:{self.key}", fingerprint=self.fingerprint)


async def asking(
    request: Request,
    idempotency_key: Annotated[
        str,
        Header(
            alias="Idempotency-Key",
            min_length=8,
            max_length=128,
            pattern=PRINTABLE,
            description="A new value for each thing that is wanted; the same one when the same thing is asked again.",
        ),
    ],
) -> Asking:
    """The Idempotency-Key that every POST carries, and a keyed hash of the body.

    Keyed, because a plain hash of a body with a six-digit PIN in it is found by trying.
    """
    seen = request.url.path.encode() + b"\n" + await request.body()
    return Asking(idempotency_key, house_of(request).ledger.hmac("request body", seen).hex())


Staff = Annotated[Who, Depends(staff)]
Kiosk = Annotated[Who, Depends(kiosk)]
Courier = Annotated[Who, Depends(courier)]
DeskOrKiosk = Annotated[Who, Depends(desk_or_kiosk)]
AnyScreen = Annotated[Screen, Depends(anyone_enrolled)]
DeskScreen = Annotated[Screen, Depends(desk_screen)]
KioskScreen = Annotated[Screen, Depends(kiosk_screen)]
ScreenOfKind = Annotated[Screen, Depends(screen_of_kind)]
WhoOfKind = Annotated[Who, Depends(who_of_kind)]
Asks = Annotated[Asking, Depends(asking)]
TheHouse = Annotated[House, Depends(house_of)]
TheOptions = Annotated[ApiOptions, Depends(options_of)]
