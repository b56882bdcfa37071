"""What every page of the desk has at hand: the house, who is signed in, how they want to see it, and the words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.responses import HTMLResponse, RedirectResponse, Response

from edge import eyes
from edge.chance import new_id
from edge.house import House
from edge.ledger import Request
from edge.parcels.tables import IN_THE_HOUSE, count_by_state
from edge.people.who import Who
from edge.refusal import Refusal
from kiosk_ui.desk.look import DeskLook
from kiosk_ui.desk.refusals import Problem, problem_of
from kiosk_ui.desk.times import Times
from kiosk_ui.desk.words import Words
from kiosk_ui.pages import Pages
from kiosk_ui.texts import Lang

ROOT = "/desk"
NO_STORE = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


@dataclass(frozen=True)
class Desk:
    """One for the service's life."""

    house: House
    pages: Pages

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.house.settings.box.timezone)

    @property
    def place(self) -> Mapping[Lang, str]:
        box = self.house.settings.box
        return {Lang.ZH: box.name_zh, Lang.EN: box.name_en}


@dataclass(frozen=True)
class Counts:
    """What the rail counts: uncollected parcels and the needs-eyes list; `calls` are kiosks at which somebody waits."""

    parcels: int
    eyes: int
    calls: list[tuple[int, str]]


@dataclass(frozen=True)
class Fields:
    """A form as it was sent."""

    sent: FormData

    def text(self, name: str) -> str:
        value = self.sent.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def many(self, name: str) -> tuple[str, ...]:
        return tuple(value for value in self.sent.getlist(name) if isinstance(value, str))

    def number(self, name: str, otherwise: int = 0) -> int:
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else otherwise


@dataclass(frozen=True)
class Here:
    """One request at the desk. `who` has no id on the pages before the sign-in."""

    desk: Desk
    who: Who
    look: DeskLook
    path: str = "/"
    query: str = ""
    from_htmx: bool = False

    def by(self, who: Who) -> Here:
        """The same request, now that it is known whose it is."""
        return replace(self, who=who)

    @property
    def house(self) -> House:
        return self.desk.house

    @property
    def words(self) -> Words:
        return Words(self.desk.pages.texts, self.look.lang, self.house.directory, self.house.ledger)

    @property
    def times(self) -> Times:
        return Times(self.desk.pages.texts, self.look.lang, self.desk.zone, self.house.clock.now())

    def say(self, key: str, n: int | None = None, **values: object) -> str:
        return self.words.say(key, n, **values)

    # -- asking ------------------------------------------------------------------------------------------------

    def once(self) -> str:
        """The key of a form: pressed twice, it does one thing."""
        return new_id(self.house.chance, 20)

    def request(self, use_case: str, form: Fields) -> Request:
        """Who asks for what, repeatable by the form's own key."""
        once = form.text("once")
        sent = sorted((name, value) for name, value in form.sent.multi_items() if isinstance(value, str))
        # Keyed, because a plain hash of a form with a PIN in it is found by trying.
        fingerprint = self.house.ledger.hmac("desk form", repr((use_case, sent)).encode()).hex()
        key = f"desk.{use_case}:{self.who.id}:{once}" if once else ""
        return Request(actor=self.who.id, key=key, fingerprint=fingerprint if key else "")

    # -- answering ---------------------------------------------------------------------------------------------

    def problem(self, refusal: Refusal) -> Problem:
        return problem_of(self.desk.pages.texts, self.look.lang, refusal)

    def html(self, template: str, /, **values: object) -> str:
        values = {"problem": None, "layout": "desk/page.html", "live_only": False, **values}
        return self.desk.pages.html(f"desk/{template}", self.look, site=Site(self), **values)

    def page(self, template: str, status: int = 200, /, **values: object) -> HTMLResponse:
        return HTMLResponse(self.html(template, **values), status_code=status, headers=NO_STORE)

    def go(self, path: str) -> Response:
        """Show another page of the desk. What was done stays done when the browser asks for it again."""
        target = f"{ROOT}{path}"
        if self.from_htmx:
            return Response(status_code=204, headers={**NO_STORE, "HX-Redirect": target})
        return RedirectResponse(target, status_code=303, headers=NO_STORE)


@dataclass(frozen=True)
class Site:
    """What every template reads besides its own values."""

    here: Here

    @property
    def root(self) -> str:
        return ROOT

    @property
    def path(self) -> str:
        return self.here.path

    @property
    def place(self) -> str:
        return self.here.desk.place[self.here.look.lang]

    @property
    def place_whole(self) -> str:
        """The place for where there is little room: no line ends between a number and what it counts (3 栋)."""
        return re.sub(r"(?<=\d) ", "\N{NO-BREAK SPACE}", self.place)

    @property
    def me(self) -> str:
        return self.here.words.actor(self.here.who.id)

    @property
    def roles(self) -> str:
        said = [self.here.say(f"desk.role.{role.value}") for role in sorted(self.here.who.roles)]
        return self.here.say("paper.and").join(said)

    @property
    def words(self) -> Words:
        return self.here.words

    @property
    def times(self) -> Times:
        return self.here.times

    @property
    def counts(self) -> Counts:
        with self.here.house.ledger.reading() as db:
            states = count_by_state(db)
            entries = eyes.waiting(db)
        calls = [(row.number, row.about.partition(":")[2]) for row in entries if row.reason == "called"]
        return Counts(sum(states.get(state, 0) for state in IN_THE_HOUSE), len(entries), calls)

    def once(self) -> str:
        return self.here.once()

    def other_language(self) -> tuple[str, str]:
        other = self.here.look.lang.other
        return ("en" if other is Lang.EN else "zh", self.here.desk.pages.texts.plain(other, "desk.language.self"))

    def choices(self, family: str, words: Sequence[str]) -> list[tuple[str, str]]:
        """(word, text) of a set of stable words, in their order."""
        return [(word, self.here.words.word(family, word)) for word in words]
