"""What sensors and endings settle by themselves: a door that closed over a parcel, a visit that is over.

Both may come late, in any order, and after a restart; what they settle is the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from drivers.ports import Occupied, SlotState
from edge import eyes
from edge.acts import ActRow, ActState, Seen
from edge.acts.state import UNSETTLED
from edge.ledger import Tx
from edge.parcels.facts import CellReleased, ParcelUnsure
from edge.parcels.flows.collect import PURPOSE as COLLECT
from edge.parcels.flows.drop_off import PURPOSE as DROP_OFF
from edge.parcels.flows.placing import Placing, act_of, known
from edge.parcels.tables import ParcelRow, Where, parcel_in_cell, parcel_row, parcels_of, parcels_of_visit
from edge.visits import VisitRow, open_visits, visit_row


@dataclass(frozen=True)
class Settling:
    """Listens to acts and to visits on behalf of parcels; each method runs inside their decision."""

    placing: Placing

    def seen(self, tx: Tx, seen: Seen) -> None:
        """A sensor told something about a door that was opened for a parcel."""
        if seen.what == "closed":
            eyes.settle(tx, f"slot:{seen.act.device}/{seen.act.slot}", finding="closed", reason="left_open")
        if seen.what == "occupied" and parcel_in_cell(tx.db, seen.act.device, seen.act.slot) is None:
            eyes.raise_(tx, f"slot:{seen.act.device}/{seen.act.slot}", "unclaimed", seen.act.device, seen.act.slot)
        if seen.act.purpose not in (DROP_OFF, COLLECT):
            self._seen_by_staff(tx, seen)
        kind, _, parcel = seen.act.about.partition(":")
        row = parcel_row(tx.db, parcel) if kind == "parcel" else None
        if row is None or row.cell != seen.act.slot or row.device != seen.act.device:
            return
        if seen.act.purpose == DROP_OFF:
            self._dropped(tx, row, seen.act, over=_over(tx, row.visit))
        elif seen.act.purpose == COLLECT:
            self._taken(tx, row, seen.act)

    def looked(self, tx: Tx, device: str, slot: SlotState) -> None:
        """How a shut cell feels with nothing under way; where the register has it otherwise, somebody goes to look."""
        row = parcel_in_cell(tx.db, device, slot.slot)
        if slot.occupied is Occupied.NO and row is not None and row.state is Where.IN_CELL:
            eyes.raise_(tx, f"parcel:{row.parcel}", "sensor_disagrees", row.device, row.cell)
        if slot.occupied is Occupied.YES and row is None:
            eyes.raise_(tx, f"slot:{device}/{slot.slot}", "unclaimed", device, slot.slot)

    def _seen_by_staff(self, tx: Tx, seen: Seen) -> None:
        """Staff had the door opened: a parcel that is felt to be gone is still in the register as lying there."""
        row = parcel_in_cell(tx.db, seen.act.device, seen.act.slot)
        if row is None or row.state is not Where.IN_CELL:
            return
        if seen.what == "emptied":
            eyes.raise_(tx, f"parcel:{row.parcel}", "sensor_disagrees", row.device, row.cell)
        elif seen.what == "occupied":
            eyes.settle(tx, f"parcel:{row.parcel}", finding="in_cell", reason="sensor_disagrees")

    def visit_closed(self, tx: Tx, visit: VisitRow) -> None:
        """Nobody stands there any more: what is still open is settled from what was seen, or goes to the list."""
        if visit.purpose == "drop_off":
            for row in parcels_of_visit(tx.db, visit.visit):
                self._dropped(tx, row, act_of(tx.db, row), over=True)
        elif visit.purpose == "collect":
            self._leave(tx, visit)

    # -- into a cell -------------------------------------------------------------------------------------------

    def _dropped(self, tx: Tx, row: ParcelRow, act: ActRow | None, *, over: bool) -> None:
        if row.state is Where.IN_CELL and act is not None and act.last_occupied is False:
            eyes.raise_(tx, f"parcel:{row.parcel}", "sensor_disagrees", row.device, row.cell)
        if row.state not in (Where.IN_HAND, Where.UNSURE):
            return
        if act is not None and act.last_occupied and (over or act.state is ActState.CLOSED):
            self.placing.in_cell(tx, row, "sensor")
            if not over:
                self.placing.receipt(tx, row, "drop_off_receipt")
        elif over:
            self._never_in(tx, row, act)
        self._door_left(tx, act, over=over)

    def _never_in(self, tx: Tx, row: ParcelRow, act: ActRow | None) -> None:
        """The deliverer is gone and no sensor felt the parcel: they have it, or nobody knows while the door is open."""
        if act is None or act.state not in (*UNSETTLED, ActState.OPEN):
            self.placing.taken_back(tx, row, "left")
        elif row.state is not Where.UNSURE:
            tx.append(ParcelUnsure(parcel=row.parcel, why="door_unknown"))
            eyes.raise_(tx, f"parcel:{row.parcel}", "unsure", row.device, row.cell)

    # -- out of a cell -----------------------------------------------------------------------------------------

    def _taken(self, tx: Tx, row: ParcelRow, act: ActRow) -> None:
        """The cell was felt empty and its door shut: it is collected, whether somebody said so or not."""
        waits = row.state in (Where.IN_CELL, Where.UNSURE) and not _is_in_question(row)
        if waits and act.state is ActState.CLOSED and act.last_occupied is False:
            self._collected_by_sensor(tx, row, act)
            row = known(tx.db, row.parcel)
        if row.state is Where.COLLECTED and _over(tx, row.visit):
            self._release(tx, row.parcel)
        if act.state is ActState.OPEN and not _still_here(tx, act.actor.removeprefix("resident:")):
            self._door_left(tx, act, over=True)

    def _collected_by_sensor(self, tx: Tx, row: ParcelRow, act: ActRow) -> None:
        by = act.actor.removeprefix("resident:")
        here = tx.db.execute(
            "SELECT visit FROM visits WHERE who = ? AND purpose = 'collect' ORDER BY opened_at DESC LIMIT 1", (by,)
        ).fetchone()
        visit = here[0] if here else ""
        self.placing.collected(tx, row, by=by, visit=visit, seen="sensor", signature="code")

    def _leave(self, tx: Tx, visit: VisitRow) -> None:
        for row in parcels_of(tx.db, visit.who):
            act = act_of(tx.db, row)
            if act is None or act.purpose != COLLECT:
                continue
            if act.state is ActState.OPEN and act.last_occupied is False and not _is_in_question(row):
                self._collected_by_sensor(tx, row, act)
            self._door_left(tx, act, over=True)
        for row in parcels_of_visit(tx.db, visit.visit):
            self._door_left(tx, act_of(tx.db, row), over=True)
            self._release(tx, row.parcel)

    # -- the cell ----------------------------------------------------------------------------------------------

    def _release(self, tx: Tx, parcel: str) -> None:
        """A collected parcel keeps its cell until the visit is over (it may be opened again), and no longer."""
        row = parcel_row(tx.db, parcel)
        if row is not None and row.state is Where.COLLECTED and row.cell:
            tx.append(CellReleased(parcel=parcel, device=row.device, cell=row.cell, why="collected"))

    def _door_left(self, tx: Tx, act: ActRow | None, *, over: bool) -> None:
        if over and act is not None and act.state is ActState.OPEN:
            eyes.raise_(tx, f"slot:{act.device}/{act.slot}", "left_open", act.device, act.slot)


def _is_in_question(row: ParcelRow) -> bool:
    """Somebody said that what they found was not right. A door that stayed shut is none of that once it has opened."""
    return row.dispute not in ("", "did_not_open")


def _still_here(tx: Tx, resident: str) -> bool:
    """Whether the one who had the door opened may still stand before it."""
    return any(visit.who == resident and visit.purpose == "collect" for visit in open_visits(tx.db))


def _over(tx: Tx, visit: str) -> bool:
    row = visit_row(tx.db, visit)
    return row is None or bool(row.closed)
