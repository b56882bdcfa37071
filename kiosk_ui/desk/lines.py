"""Lines of the board and of lists: what, who, more, since when, and the one next action."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from edge import eyes
from edge.acts.tables import act_row
from edge.eyes import EyesRow
from edge.ledger import Connection
from edge.notices import NoticeRow, notices_about
from edge.parcels.tables import ParcelRow, Where, parcel_row
from edge.slips import SlipRow, slips_about
from kiosk_ui.desk.context import Here
from kiosk_ui.desk.walls import is_late


@dataclass(frozen=True)
class Line:
    """A row: `alert` marks its age, `look` puts the diamond there; `do` is the text of the key that leads on."""

    what: str
    who: str
    more: str
    age: str
    href: str
    do: str
    alert: bool = False
    look: bool = False


@dataclass(frozen=True)
class Told:
    """Whether the addressee knows (P2): how often they were told, when last, or that nothing reached them."""

    times: int
    last: str
    failed: bool
    waiting: bool


def told_of(db: Connection, parcel: str) -> Told:
    notices = notices_about(db, f"parcel:{parcel}")
    sent = [notice for notice in notices if notice.state == "sent"]
    latest: NoticeRow | None = notices[-1] if notices else None
    return Told(
        times=len(sent),
        last=sent[-1].sent_at if sent else "",
        failed=latest is not None and latest.state == "failed",
        waiting=latest is not None and latest.state == "queued",
    )


def told_words(here: Here, told: Told) -> str:
    if told.failed:
        return here.say("desk.told.failed")
    if told.times > 1:
        return here.say("desk.told.times", told.times)
    if told.times:
        return here.say("desk.told.at", None, when=here.times.when(told.last))
    return here.say("desk.told.waiting" if told.waiting else "desk.told.not")


def parcel_line(here: Here, db: Connection, row: ParcelRow, *, serving: bool = False) -> Line:
    """`serving`: its addressee is being looked at, so they most likely stand at the desk."""
    told = told_of(db, row.parcel)
    tail = here.say("desk.tail", None, carrier=here.words.carrier(row.carrier), tail=row.number[-4:])
    parts = [tail, here.words.care(row), here.words.place(row), told_words(here, told)]
    late = is_late(here, row)
    action = "hand_over" if serving and row.state is Where.ON_SHELF else next_action(row)
    return Line(
        what=here.words.unit(row.unit),
        who=here.words.masked(row.addressee),
        more=here.say("desk.dot").join(part for part in parts if part),
        age=here.times.age(row.placed_at or row.registered_at),
        href=f"/parcels/{row.parcel}?do={action}",
        do=here.say(f"desk.do.{action}"),
        alert=late or told.failed,
    )


def next_action(row: ParcelRow) -> str:
    """The one thing to do next about an uncollected parcel."""
    if row.state is Where.TO_DESK:
        return "shelve"
    if row.state is Where.UNSURE:
        return "found"
    return "remind"


def eyes_lines(here: Here, db: Connection, rows: Iterable[EyesRow] | None = None) -> list[Line]:
    return [_eyes_line(here, db, row) for row in (eyes.waiting(db) if rows is None else rows)]


def _eyes_line(here: Here, db: Connection, row: EyesRow) -> Line:
    return Line(
        what=about_short(here, db, row),
        who=eyes_title(here, row),
        more=eyes_more(here, db, row),
        age=here.times.age(row.since),
        href=f"/eyes/{row.number}",
        do=here.say("desk.do.look"),
        alert=True,
        look=True,
    )


def about_short(here: Here, db: Connection, row: EyesRow) -> str:
    """What to go and look at: the door, the slip, the parcel's unit, the device."""
    kind, _, name = row.about.partition(":")
    if row.slot:
        return row.slot
    if kind == "parcel":
        parcel = parcel_row(db, name)
        return here.words.unit(parcel.unit) if parcel else name
    return here.say("desk.device.gateway") if kind == "device" and name == here.house.gateway.name else name


def eyes_title(here: Here, row: EyesRow) -> str:
    kind = row.about.partition(":")[0]
    key = f"desk.eyes.{kind}.{row.reason}"
    return here.say(key) if here.desk.pages.texts.has(key) else here.words.word("eyes", row.reason)


def eyes_more(here: Here, db: Connection, row: EyesRow) -> str:
    """What the box last knew, in one line."""
    kind, _, name = row.about.partition(":")
    act = act_row(db, name) if kind == "act" else None
    if act is not None:
        purpose = here.words.word("purpose", act.purpose)
        asked = here.say("desk.eyes.asked", None, when=here.times.when(act.requested_at), purpose=purpose)
        return here.say("desk.dot").join((asked, here.words.word("why", act.reason or row.reason)))
    if kind == "parcel" and (parcel := parcel_row(db, name)) is not None:
        tail = here.say("desk.tail", None, carrier=here.words.carrier(parcel.carrier), tail=parcel.number[-4:])
        return here.say("desk.dot").join((tail, here.words.masked(parcel.addressee), here.words.place(parcel)))
    return here.words.word("eyes_more", row.reason if kind != "device" else "gateway")


@dataclass(frozen=True)
class SlipLine:
    slip: SlipRow
    form: str
    state: str
    lamp: str


def slip_lines(here: Here, db: Connection, parcel: str) -> list[SlipLine]:
    """A parcel's papers with the state of each."""
    return [slip_line(here, slip) for slip in slips_about(db, f"parcel:{parcel}")]


_LAMPS = {"issued": "on", "spoiled": "off", "numbered": "off", "printing": "off"}


def slip_line(here: Here, slip: SlipRow) -> SlipLine:
    state = here.say(f"desk.slip.{slip.state.value}")
    if slip.reason:
        state = here.say("desk.slip.because", None, state=state, why=here.words.word("paper_why", slip.reason))
    return SlipLine(slip, here.say(f"paper.{slip.form}.title"), state, _LAMPS.get(slip.state.value, "look"))
