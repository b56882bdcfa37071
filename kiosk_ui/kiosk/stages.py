"""From what is known of an act to the picture that a person at the door compares with what they see."""

from __future__ import annotations

from edge.acts import ActRow, ActState
from kiosk_ui.kiosk.views import Stage

_STAGES = {
    ActState.REQUESTED: Stage.REQUESTED,
    ActState.ACTUATED: Stage.OPENING,
    ActState.OPEN: Stage.OPEN,
    ActState.CLOSED: Stage.SHUT,
    ActState.JAMMED: Stage.NOT_OPENED,
    ActState.REFUSED: Stage.REFUSED,
    ActState.UNKNOWN: Stage.UNKNOWN,
}


def stage_of(act: ActRow, *, done: bool | None, away: bool) -> Stage:
    """`done`: the sensor's word that the parcel is where it was to go (out, or in); None when it said nothing. `away`:
    the locker cannot be reached now, so there is no point in trying again."""
    if act.state is ActState.SETTLED:
        return Stage.OPEN if act.opened else Stage.NOT_OPENED
    if act.state is ActState.OPEN and done:
        return Stage.CLOSE
    if act.state is ActState.REFUSED and away:
        return Stage.AWAY
    return _STAGES[act.state]
