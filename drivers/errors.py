"""What can go wrong between the box and a device.

Three answers, never merged, because each asks for another act of the caller:

- `Unavailable`: nothing was sent, so nothing moved; trying again is safe.
- `OutcomeUnknown`: something was sent and nobody saw what came of it; never repeat it blindly.
- `Rejected`: the device refused and says why; nothing moved.
"""

from __future__ import annotations


class DeviceError(Exception):
    """A device did not do what it was asked. `device` is its name, `reason` a stable machine word."""

    def __init__(self, device: str, reason: str) -> None:
        super().__init__(f"{device}: {reason}")
        self.device = device
        self.reason = reason


class Unavailable(DeviceError):
    """The device cannot be reached; nothing was sent."""


class OutcomeUnknown(DeviceError):
    """It was sent, and no answer came in time. Only an observation or a person can settle it."""


class Rejected(DeviceError):
    """The device refused, with its own code (`reason`); nothing moved."""
