"""The one menu of named faults: the same names in tests, in the virtual lobby and on the command line.

Each simulator keeps its own list as `FAULTS` in its `faults.py`; here they come together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One thing that can go wrong. `name` is the device's kind, a dot, and the fault: `locker.jam`.

    `zh` and `en` are its title for the menu, `does` says in one line what happens. `per_slot`: it can be laid on one
    slot alone. `once`: it strikes one time (at once or at the next occasion) and is over.
    """

    name: str
    zh: str
    en: str
    does: str
    per_slot: bool = False
    once: bool = False

    @property
    def device(self) -> str:
        """The kind of device that has it: `locker`, `printer`, `broker` …"""
        return self.name.partition(".")[0]


def menu() -> tuple[Fault, ...]:
    """Every fault of every device, in the order in which the menu shows them.

    The lists are fetched here and not at the top: each of them needs `Fault` from this file.
    """
    from simulators.broker_faults import FAULTS as BROKER
    from simulators.locker.faults import FAULTS as LOCKER
    from simulators.phone.faults import FAULTS as GATEWAY
    from simulators.printer.faults import FAULTS as PRINTER

    return (*LOCKER, *PRINTER, *GATEWAY, *BROKER)


def fault_named(name: str) -> Fault:
    """The fault of that name. Raises `LookupError`."""
    for fault in menu():
        if fault.name == name:
            return fault
    raise LookupError(f"no fault is called {name!r}")
