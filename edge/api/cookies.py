"""The cookies of a browser in the house: which screen it is, and who is signed in at it. Scripts cannot read them.

One browser may be a kiosk and a desk (in the virtual lobby's window it is), so each kind has its own pair. A browser
that is one screen for good may keep its token in the common one.
"""

from __future__ import annotations

from collections.abc import Mapping
from http.cookies import SimpleCookie

from edge.api.options import ApiOptions
from edge.people.access_facts import ScreenKind

SCREEN_COOKIES = {ScreenKind.KIOSK: "lobby_kiosk", ScreenKind.DESK: "lobby_desk"}
COMMON_COOKIE = "lobby_screen"
SESSION_COOKIES = {ScreenKind.KIOSK: "lobby_courier", ScreenKind.DESK: "lobby_session"}

SCREEN_COOKIE_S = 400 * 24 * 3600  # the longest that browsers keep one (RFC 6265bis, 5.5)


def screen_tokens(cookies: Mapping[str, str]) -> list[tuple[ScreenKind, str, str]]:
    """What a browser shows: the kind of screen, the cookie's name, the token."""
    names = [(kind, name) for kind, own in SCREEN_COOKIES.items() for name in (own, COMMON_COOKIE)]
    return [(kind, name, cookies[name]) for kind, name in names if cookies.get(name)]


def renewed_cookie(name: str, token: str, options: ApiOptions) -> str:
    """A kiosk runs for years, so a cookie that is used lasts anew."""
    return _cookie(name, token, options, SCREEN_COOKIE_S)


def screen_cookie(kind: ScreenKind, token: str, options: ApiOptions) -> str:
    return _cookie(SCREEN_COOKIES[kind], token, options, SCREEN_COOKIE_S)


def session_cookie(kind: ScreenKind, token: str, options: ApiOptions) -> str:
    """Ends with the browser; the service ends it earlier."""
    return _cookie(SESSION_COOKIES[kind], token, options, None)


def no_session_cookie(kind: ScreenKind, options: ApiOptions) -> str:
    return _cookie(SESSION_COOKIES[kind], "", options, 0)


def _cookie(name: str, value: str, options: ApiOptions, max_age_s: int | None) -> str:
    jar: SimpleCookie = SimpleCookie()
    jar[name] = value
    crumb = jar[name]
    crumb["path"] = "/"
    crumb["httponly"] = True
    crumb["samesite"] = "Strict"
    crumb["secure"] = options.secure_cookies
    if max_age_s is not None:
        crumb["max-age"] = max_age_s
    return crumb.OutputString()
