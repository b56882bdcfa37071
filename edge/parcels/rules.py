"""Pure decisions about parcels: what is known and asked for in, a choice or a Refusal with its rule out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from edge.acts.state import ActRow, ActState
from edge.parcels.facts import Care, MailClass, Signature
from edge.refusal import Refusal
from edge.wall import SIZES, Cell, Size

DRAWN_LONGEST = 20_000  # characters of a drawn signature; a slow, careful one has about 4,000
_DRAWN = re.compile(r"(?:M\d{1,4} \d{1,4}(?:L\d{1,4} \d{1,4})+)+")
LABEL_LONGEST = 20
_LIKE_A_PHONE = re.compile(r"\d{7}")
NUMBER_LONGEST = 40  # the longest tracking numbers in use stay well under it (S10: 13, carriers: up to 30)


@dataclass(frozen=True)
class Draft:
    """An item as it is given for registration. `deliverer` is a courier's id, `deliverer_name` a name otherwise.

    `drawn` is the deliverer's signature on a screen, as `check_drawn` wants it.
    """

    number: str
    carrier: str
    unit: str
    addressee: str
    mail_class: MailClass = MailClass.EXPRESS
    quantity: int = 1
    care: tuple[Care, ...] = ()
    deliverer: str = ""
    deliverer_name: str = ""
    signature: Signature | None = None
    drawn: str = ""


@dataclass(frozen=True)
class WallNow:
    """What stands against a cell at this moment: claims and cells out (ledger), doors and sensors (board)."""

    claimed: Collection[str] = field(default_factory=frozenset)
    out: Collection[str] = field(default_factory=frozenset)
    not_ready: Collection[str] = field(default_factory=frozenset)
    online: bool = True

    def free(self, cell: Cell) -> bool:
        return cell.name not in self.claimed and cell.name not in self.out and cell.name not in self.not_ready


def clean_number(number: str) -> str:
    """A tracking number as it is kept: upper case, without blanks and dashes."""
    return "".join(ch for ch in number.upper() if ch.isalnum())


def check_complete(draft: Draft) -> None:
    """P1: date and time come from the box; each other field of the register must be there."""
    missing = [
        name
        for name, given in (
            ("number", clean_number(draft.number)),
            ("carrier", draft.carrier.strip()),
            ("unit", draft.unit),
            ("addressee", draft.addressee),
            ("deliverer", draft.deliverer or draft.deliverer_name.strip()),
            ("signature", draft.signature),
        )
        if not given
    ]
    if missing:
        raise Refusal("field_missing", rule="P1", field=missing[0], fields=" ".join(missing))
    if not 1 <= draft.quantity <= 999:
        raise Refusal("quantity_wrong", rule="P1")
    if len(clean_number(draft.number)) > NUMBER_LONGEST:
        raise Refusal("number_too_long", rule="P1")
    check_label("carrier", draft.carrier)
    check_drawn(draft.signature or "", draft.drawn, rule="P1")


def check_label(field: str, text: str) -> None:
    """What a thing is called (a carrier, a shelf) stands in the chain for good: it is short, and no phone fits in."""
    if len(text.strip()) > LABEL_LONGEST or _LIKE_A_PHONE.search(text):
        raise Refusal("invalid_input", field=field, fields=field)


def check_drawn(signature: str, drawn: str, *, rule: str) -> None:
    """Who signs on the screen has drawn something there: strokes as an SVG path of whole numbers, `M10 20L30 40…`."""
    if signature != Signature.SCREEN:
        return
    if len(drawn) > DRAWN_LONGEST or not _DRAWN.fullmatch(drawn):
        raise Refusal("signature_missing", rule=rule)


def check_locker_allowed(draft: Draft, *, consents: bool, statement: bool) -> None:
    """P8: nothing goes in that may not, whose addressee has not agreed, or whose terms were not read."""
    if draft.care:
        raise Refusal("not_for_locker", rule="P8", care=draft.care[0].value)
    if not consents:
        raise Refusal("no_consent", rule="P8")
    if not statement:
        raise Refusal("statement_needed", rule="P8")


def choose_cell(cells: Iterable[Cell], now: WallNow, wanted: Size, *, low: bool = False) -> Cell:
    """The smallest free cell that takes the parcel; only cells in wheelchair reach when asked for.

    Raises Refusal `locker_offline`, or `locker_full` with the size that is wanted.
    """
    if not now.online:
        raise Refusal("locker_offline", rule="P9")
    fitting = [cell for cell in cells if cell.size.fits(wanted) and now.free(cell) and (cell.low or not low)]
    if not fitting:
        raise Refusal("locker_full", rule="P9", size=wanted.value)
    return min(fitting, key=lambda cell: (SIZES.index(cell.size), cell.name))


def next_size(size: Size) -> Size:
    """The size above. Raises Refusal `no_bigger_cell`."""
    at = SIZES.index(size) + 1
    if at >= len(SIZES):
        raise Refusal("no_bigger_cell", rule="P9")
    return SIZES[at]


def check_put_in(act: ActRow, *, insists: bool) -> str:
    """What speaks for "it is in": `both`, or `person` alone where the sensors saw something else.

    Raises Refusal while the door was not seen open, or still stands open and nobody insists that it is shut.
    """
    if not act.opened:
        raise Refusal("door_not_open", slot=act.slot)
    if act.state is ActState.OPEN and insists:
        return "person"
    if act.state is ActState.OPEN:
        raise Refusal("door_still_open", slot=act.slot)
    return "both" if act.last_occupied else "person"


def check_not_put_in(act: ActRow) -> None:
    """The deliverer keeps the item; refused while the cell's sensor still feels something in it."""
    if act.last_occupied:
        raise Refusal("cell_not_empty", slot=act.slot)


def check_took_it(act: ActRow) -> str:
    """What speaks for "I have it": `both`, or `person` alone. Raises Refusal before the door was seen open."""
    if not act.opened:
        raise Refusal("door_not_open", slot=act.slot)
    return "both" if act.last_occupied is False else "person"


def check_tries(tries: int, most: int) -> None:
    """A door that did not open is tried again a set number of times, then it is the desk's."""
    if tries >= most:
        raise Refusal("tried_enough")


def check_may_take(household: str, takers_household: str) -> None:
    """P3: the owner or a registered family member of the addressee's household signs and takes it."""
    if not takers_household or household != takers_household:
        raise Refusal("not_registered_here", rule="P3")
