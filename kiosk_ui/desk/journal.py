"""The journal's lines about one thing, as staff read them: when, what, who."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import orjson

from edge.acts.tables import acts_about
from edge.ledger import Connection
from edge.notices import notices_about
from edge.parcels.tables import ParcelRow
from edge.slips import slips_about
from kiosk_ui.desk.context import Here

MOST = 200


@dataclass(frozen=True)
class JournalLine:
    seq: int
    at: str
    who: str
    what: str
    why: str


def about_parcel(here: Here, db: Connection, row: ParcelRow) -> list[JournalLine]:
    """Everything that was written about a parcel, its doors, papers and messages; nothing can be older than itself."""
    about = f"parcel:{row.parcel}"
    subjects = [about]
    subjects += [f"act:{act.act}" for act in acts_about(db, about)]
    subjects += [f"slip:{slip.slip}" for slip in slips_about(db, about)]
    subjects += [f"notice:{notice.notice}" for notice in notices_about(db, about)]
    return _lines(here, db, subjects, since=row.seq)


def about_subject(
    here: Here, db: Connection, subject: str, *, newest: int = 20_000, most: int = MOST
) -> list[JournalLine]:
    """The last lines that were written about one subject, at most `most`, among the newest entries."""
    return _lines(here, db, [subject], since=max(0, here.house.ledger.head.seq - newest), most=most)


def _lines(here: Here, db: Connection, subjects: Iterable[str], *, since: int, most: int = MOST) -> list[JournalLine]:
    wanted = list(subjects)
    marks = ", ".join("?" * len(wanted))
    sql = (
        f"SELECT seq, at, actor, kind, data FROM entry WHERE seq >= ? AND subject IN ({marks})"  # noqa: S608 - marks only
        " ORDER BY seq DESC LIMIT ?"
    )
    found = db.execute(sql, (since, *wanted, most)).fetchall()
    return [_line(here, *values) for values in reversed(found)]


def _line(here: Here, seq: int, at: str, actor: str, kind: str, data: bytes) -> JournalLine:
    said = orjson.loads(data)
    return JournalLine(
        seq=seq,
        at=here.times.stamp(at),
        who=here.words.actor(actor),
        what=_what(here, kind, said),
        why=_why(here, said),
    )


def _what(here: Here, kind: str, said: dict[str, object]) -> str:
    """`parcel.found` is worded by where, `act.observed` by what was seen: the kind's own text, or a closer one."""
    for name in ("what", "where", "state", "finding"):
        key = f"desk.entry.{kind}.{said.get(name, '')}"
        if here.desk.pages.texts.has(key):
            return here.say(key, None, **_shown(said))
    key = f"desk.entry.{kind}"
    return here.say(key, None, **_shown(said)) if here.desk.pages.texts.has(key) else here.words.word("entry", kind)


_SHOWN = ("cell", "slot", "shelf", "slip", "copy", "screen")


def _shown(said: dict[str, object]) -> dict[str, str]:
    """What texts may use. Persons are ids there, and ids are not shown."""
    shown = {name: str(said.get(name, "")) for name in _SHOWN}
    return {**shown, "cell": shown["cell"] or shown["slot"]}


def _why(here: Here, said: dict[str, object]) -> str:
    """A person's own words (a note, a reason they typed), else the machine's word in ours."""
    return here.words.reason(str(said.get("note") or said.get("reason") or said.get("why") or ""))
