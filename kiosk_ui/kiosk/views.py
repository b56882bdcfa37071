"""What each page on the kiosk shows, and nothing more: names are masked and codes gone before they come here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from edge.wall import Wall
from kiosk_ui.texts import Lang

Words = Mapping[Lang, str]
"""A name that stands in several languages by itself."""


@dataclass(frozen=True)
class Problem:
    """What went wrong with the last press. `code` is a refusal's word; its texts are `refusal.<code>`."""

    code: str
    detail: Mapping[str, str | int]


@dataclass(frozen=True, kw_only=True)
class View:
    """A page: its template, its address (where it lives and where its forms go) and the key of its one form.

    `once` makes a repeated press harmless. `quiet_s` without a touch and the person is asked whether they are there
    (`warn_s`), then everything goes; 0 = the page waits for ever.
    """

    template: ClassVar[str]
    path: str
    once: str = ""
    problem: Problem | None = None
    quiet_s: int = 60
    warn_s: int = 20


@dataclass(frozen=True, kw_only=True)
class Start(View):
    """The first page. `greeting` is morning, noon, afternoon, evening or night; `out` what does not work now."""

    template: ClassVar[str] = "kiosk/start.html"
    now: datetime
    greeting: str
    open_tasks: tuple[str, ...] = ("collect", "drop")
    desk_tasks: tuple[str, ...] = ("keys", "release", "card", "leave")
    scan: bool = False
    out: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Pad(View):
    """Figures to enter. `what` names its texts (`pad.<what>.title` …); each field is (name, digits, secret);
    `other` is a key beside help: (address, text); `alone`: nothing else is there to go to."""

    template: ClassVar[str] = "kiosk/pad.html"
    what: str = "code"
    fields: tuple[tuple[str, int, bool], ...] = (("code", 8, False),)
    shortest: int = 0
    letters: bool = False
    scan: bool = False
    back: str = ""
    other: tuple[str, str] | None = None
    alone: bool = False


@dataclass(frozen=True)
class Item:
    """One parcel as its owner sees it: carrier, the last four of its number, since when, and where."""

    parcel: str
    carrier: Words
    ending: str
    since: datetime
    cell: str = ""
    where: Words | None = None


@dataclass(frozen=True, kw_only=True)
class Waiting(View):
    """What waits for this person: `cells` are opened one after another, `desk` lies there."""

    template: ClassVar[str] = "kiosk/waiting.html"
    name: str
    wall: Wall
    cells: tuple[Item, ...] = ()
    desk: tuple[Item, ...] = ()


class Stage(StrEnum):
    """How a door stands, as far as it was seen. The first four are the picture of the act."""

    REQUESTED = "requested"
    OPENING = "opening"
    OPEN = "open"
    CLOSE = "close"
    SHUT = "shut"
    NOT_OPENED = "not_opened"
    REFUSED = "refused"
    AWAY = "away"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Choice:
    """A key with its answer. `text` is a key of the catalogue."""

    answer: str
    text: str
    n: int | None = None
    words: Words | None = None
    off: bool = False


@dataclass(frozen=True, kw_only=True)
class DoorPage(View):
    """One physical act as it happens. `act` is collect or drop; texts are `door.<act>.<stage>`."""

    template: ClassVar[str] = "kiosk/door.html"
    act: str
    name: str
    item: Item
    wall: Wall
    cell: str
    where: Words
    stage: Stage
    full: bool = False
    main: Choice | None = None
    others: tuple[Choice, ...] = ()


@dataclass(frozen=True)
class Facade:
    """The building as a drawing: how many floors and flats a floor, and which are chosen (0: none yet)."""

    floors: int
    flats: int
    floor: int = 0
    flat: int = 0


@dataclass(frozen=True, kw_only=True)
class Choices(View):
    """A question with keys to answer it. `what` names its texts; `asked` is what its form's address carries along."""

    template: ClassVar[str] = "kiosk/choices.html"
    what: str
    values: Mapping[str, object] | None = None
    choices: tuple[Choice, ...] = ()
    narrow: bool = False
    back: str = ""
    by_phone: str = ""
    asked: str = ""
    house: Facade | None = None
    wall: Wall | None = None
    cell: str = ""


@dataclass(frozen=True, kw_only=True)
class Terms(View):
    """What a courier reads before a door opens (P8): what may not go in, how long it may lie, and the size."""

    template: ClassVar[str] = "kiosk/terms.html"
    name: str
    unit: str
    free_hours: int
    sizes: tuple[tuple[str, int], ...]
    house: Facade | None = None
    back: str = ""


@dataclass(frozen=True, kw_only=True)
class Result(View):
    """How it ended. `what` names its texts; `look` puts the diamond there; `slip` is the paper's state."""

    template: ClassVar[str] = "kiosk/result.html"
    quiet_s: int = 30
    warn_s: int = 0
    what: str = "thanks"
    n: int | None = None
    values: Mapping[str, object] | None = None
    look: bool = False
    slip: str = ""
    wall: Wall | None = None
    cell: str = ""
    main: Choice | None = None
    others: tuple[Choice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Desk(View):
    """The desk was called, or is where this is done. `told` says whether the desk's screen really shows the call."""

    template: ClassVar[str] = "kiosk/desk.html"
    quiet_s: int = 30
    warn_s: int = 0
    phone: str = ""
    told: bool = False


@dataclass(frozen=True, kw_only=True)
class Cleaning(View):
    """Nothing reacts for `seconds`, so that the glass can be wiped."""

    template: ClassVar[str] = "kiosk/cleaning.html"
    quiet_s: int = 0
    seconds: int = 60


@dataclass(frozen=True, kw_only=True)
class OutOfService(View):
    """What does not work, and what still does. Both are words with texts `works.<word>`."""

    template: ClassVar[str] = "kiosk/out.html"
    quiet_s: int = 0
    out: tuple[str, ...] = ()
    works: tuple[str, ...] = ()
    phone: str = ""
