"""What stands on the slips of parcels, looked up at the moment of printing: words and values, no text for people.

Slips lie about in a lobby, so they bear masked names and the last four of a phone (H3).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from edge.house import House
from edge.ledger import Connection
from edge.parcels.flows.placing import FORMS, known
from edge.parcels.tables import ParcelRow
from edge.people.masking import mask_name
from edge.slips import SlipRow


def bring_forms(house: House) -> None:
    """Tell the house's slips where the forms of parcels get their words. Once, when the house is put together."""
    for form in FORMS:
        house.slips.form(form, partial(slip_data, house))


def slip_data(house: House, slip: SlipRow) -> Mapping[str, str]:
    """The values of one slip about a parcel. Raises Refusal `no_such_parcel`."""
    with house.ledger.reading() as db:
        row = known(db, slip.about.removeprefix("parcel:"))
        deliverer = deliverer_name(house, db, row)
    addressee, taker = house.directory.find(row.addressee), house.directory.find(row.collected_by)
    return {
        "parcel": row.parcel,
        "number": row.number,
        "carrier": row.carrier,
        "mail_class": row.mail_class,
        "quantity": str(row.quantity),
        "care": row.care,
        "unit": house.directory.label_of(row.unit),
        "name": addressee.masked if addressee else "",
        "phone_tail": addressee.phone[-4:] if addressee else "",
        "cell": row.cell,
        "shelf": row.shelf,
        "state": row.state.value,
        "deliverer": deliverer,
        "signature": row.signature,
        "staff": house.directory.name_of(row.registered_by) if row.channel == "desk" else "",
        "taker": taker.masked if taker else "",
        "taken_against": row.collected_signature,
        "handed_by": house.directory.name_of(row.handed_by) if row.handed_by.startswith("staff:") else "",
        "registered_at": row.registered_at,
        "collected_at": row.collected_at,
        "free_hours": str(house.settings.policy.free_hours),
    }


def deliverer_name(house: House, db: Connection, row: ParcelRow) -> str:
    """Who brought it, masked: a courier of the directory, or the name that was sealed with the parcel."""
    courier = house.directory.find(row.deliverer)
    if courier is not None:
        return courier.masked
    sealed = house.ledger.vault.open(db, row.deliverer)
    return mask_name(sealed["name"]) if sealed else ""
