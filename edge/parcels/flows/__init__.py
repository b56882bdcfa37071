"""What people do with parcels, one function a use case: read, decide, commit, open a door, commit what was seen."""

from edge.parcels.flows.cells import bring_back, staff_open, take_out
from edge.parcels.flows.collect import (
    collect_next,
    did_not_open,
    dispute,
    identify,
    is_open,
    open_again,
    took_it,
)
from edge.parcels.flows.desk import (
    found,
    hand_over,
    new_code,
    register,
    remind,
    settle_eyes,
    shelve,
)
from edge.parcels.flows.drop_off import (
    begin,
    does_not_fit,
    door_did_not_open,
    door_is_open,
    drop_at_desk,
    drop_off,
    not_put_in,
    put_in,
    to_desk,
    try_again,
)
from edge.parcels.flows.placing import Placing, placing_of
from edge.parcels.flows.settling import Settling

__all__ = [
    "Placing",
    "Settling",
    "begin",
    "bring_back",
    "collect_next",
    "did_not_open",
    "dispute",
    "does_not_fit",
    "door_did_not_open",
    "door_is_open",
    "drop_at_desk",
    "drop_off",
    "found",
    "hand_over",
    "identify",
    "is_open",
    "new_code",
    "not_put_in",
    "open_again",
    "placing_of",
    "put_in",
    "register",
    "remind",
    "settle_eyes",
    "shelve",
    "staff_open",
    "take_out",
    "to_desk",
    "took_it",
    "try_again",
]
