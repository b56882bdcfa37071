"""The register as a file: it bears names, so it leaves the box only with a second person's approval (H3)."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum

from edge.house import House
from edge.ledger import Request, Tx
from edge.parcels.facts import RegisterExported
from edge.parcels.tables import ParcelRow, RegisterFilter, register_page
from edge.people.second_person import use_consent
from edge.people.who import SENIOR_ROLES, Role, Who, require

MOST_ROWS = 20_000  # a file that a spreadsheet still opens without trouble; more is asked for by dates


class FileKind(StrEnum):
    CSV = "csv"
    XLSX = "xlsx"


def exporting(kind: FileKind, wanted: RegisterFilter) -> str:
    """How a consent names this act: what was agreed to is this file with this filter and no other."""
    return f"export_register:{kind.value} {spelled(wanted)}".strip()


def spelled(wanted: RegisterFilter) -> str:
    """A filter in stable words: `state=on_shelf since=2026-11-01T…`; empty for the whole register."""
    return " ".join(f"{name}={value}" for name, value in asdict(wanted).items() if value and name != "before")


async def export_register(
    house: House, who: Who, request: Request, kind: FileKind, wanted: RegisterFilter, *, consent: str
) -> list[ParcelRow]:
    """The rows of an approved file, newest first. That it was made, by whom and with whose approval is written down
    before a row is given out. Raises Refusal consent_needed, consent_used, consent_expired, consent_same_person (H3).
    """
    require(who, Role.FRONT_DESK, *SENIOR_ROLES, rule="H3")

    def decide(tx: Tx) -> list[ParcelRow]:
        use_consent(house, tx, consent, exporting(kind, wanted), who)
        rows = register_page(tx.db, wanted, MOST_ROWS)
        tx.append(
            RegisterExported(
                file_kind=kind.value, wanted=spelled(wanted), rows=len(rows), consent=consent, screen=who.screen
            )
        )
        return rows

    return await house.ledger.commit(Request(actor=request.actor), decide)
