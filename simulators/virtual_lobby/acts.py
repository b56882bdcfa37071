"""What a person can do on the page: at which device, and with which words. Anything else is not passed on."""

from __future__ import annotations

from collections.abc import Mapping

FAULT = ("name", "slot")

ACTS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("locker", "close"): ("slot",),
    ("locker", "put"): ("slot", "item"),
    ("locker", "take"): ("slot",),
    ("locker", "power"): ("on",),
    ("locker", "fault"): FAULT,
    ("locker", "clear"): FAULT,
    ("printer", "tear"): (),
    ("printer", "feed"): ("lines",),
    ("printer", "refill"): (),
    ("printer", "power"): (),
    ("printer", "fault"): ("name",),
    ("printer", "clear"): ("name",),
    ("phone", "fault"): ("name",),
    ("phone", "clear"): ("name",),
    ("house", "power"): ("on",),
    ("house", "fault"): ("name",),
    ("house", "clear"): ("name",),
}
"""(device, act) -> the arguments that go with it."""

HOME_OF_FAULT: Mapping[str, str] = {"locker": "locker", "printer": "printer", "gateway": "phone", "broker": "house"}
"""The kind of device that has a fault -> whose control port lays it."""


def arguments(device: str, what: str, given: Mapping[str, object]) -> dict[str, object] | None:
    """The act's own arguments out of what a page sent; None for what is no act."""
    names = ACTS.get((device, what))
    if names is None:
        return None
    return {name: given[name] for name in names if isinstance(given.get(name), str | int)}
