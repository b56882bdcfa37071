"""What the routes of parcels are sent."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from edge.parcels.facts import Care, MailClass, Signature
from edge.parcels.rules import Draft
from edge.parcels.tables import Where
from edge.wall import Size

Word = Annotated[str, Field(max_length=80)]
StableWord = Annotated[str, Field(pattern=r"^[a-z_]{0,30}$")]  # one of ours: it stands in the chain as it is
Note = Annotated[str, Field(max_length=400)]


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ItemBody(Body):
    """An item as it is registered (P1)."""

    number: Word
    carrier: Word
    unit: Word
    addressee: Word
    mail_class: MailClass = MailClass.EXPRESS
    quantity: int = 1
    care: tuple[Care, ...] = ()

    def draft(
        self, *, deliverer: str = "", name: str = "", signature: Signature | None = None, drawn: str = ""
    ) -> Draft:
        return Draft(
            **self.model_dump(include=set(ItemBody.model_fields)),
            deliverer=deliverer,
            deliverer_name=name,
            signature=signature,
            drawn=drawn,
        )


class DeskItemBody(ItemBody):
    """`deliverer` is a courier's id, `deliverer_name` anybody else's name; `drawn` a signature on the screen."""

    deliverer: Word = ""
    deliverer_name: Word = ""
    signature: Signature
    drawn: Annotated[str, Field(max_length=20_000)] = ""
    shelf: Word


class DropOffBody(ItemBody):
    """`statement`: the courier has read what may not go in and how long it lies free of charge (P8)."""

    size: Size
    statement: bool
    low: bool = False


class ToDeskBody(ItemBody):
    why: StableWord


class PutInBody(Body):
    insists: bool = False


class SizeBody(Body):
    size: Size


class CodeBody(Body):
    """A pickup code's digits (with the phone's last four where policy asks for them) or a QR token."""

    code: Word
    phone_tail: Word = ""


class DisputeBody(Body):
    what: StableWord


class ShelfBody(Body):
    shelf: Word


class HandOverBody(Body):
    parcels: Annotated[tuple[Word, ...], Field(min_length=1, max_length=50)]
    taker: Word
    signature: Signature
    drawn: Annotated[str, Field(max_length=20_000)] = ""


class FoundBody(Body):
    where: Where
    note: Note
    shelf: Word = ""


class FindingBody(Body):
    finding: StableWord
    note: Note = ""


class OpenBody(Body):
    reason: Note
    consent: Word = ""


class ReasonBody(Body):
    reason: Note


class SlipBody(Body):
    good: bool
    note: Note = ""
