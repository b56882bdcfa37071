"""How long things live and how often one may be wrong, all on the service's own clock."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BudgetPolicy:
    """`free` wrong tries cost nothing; then `first_wait_s`, doubled each time up to `longest_wait_s`.

    After `forget_after_s` without a further failure, counted from the end of the wait, it begins anew.
    """

    free: int
    first_wait_s: int
    longest_wait_s: int
    forget_after_s: int

    def wait_s(self, failures: int) -> int:
        if failures <= self.free:
            return 0
        doublings = min(failures - self.free - 1, 30)
        return min(self.first_wait_s << doublings, self.longest_wait_s)


# A desk stands among staff: waits grow slowly, so that nobody shuts a colleague out for long.
STAFF_PIN = BudgetPolicy(free=4, first_wait_s=5, longest_wait_s=300, forget_after_s=3600)
# A kiosk stands in public: at the longest wait a 6-digit PIN takes decades to find.
COURIER_PIN = BudgetPolicy(free=3, first_wait_s=15, longest_wait_s=900, forget_after_s=6 * 3600)


@dataclass(frozen=True)
class AccessPolicy:
    desk_idle_s: int = 15 * 60
    kiosk_idle_s: int = 300  # longer than a visit; the page itself forgets a courier after its own, shorter time
    longest_session_s: int = 12 * 3600  # a long shift
    consent_life_s: int = 120
    screen_code_life_s: int = 10 * 60
    setup_code_life_s: int = 7 * 24 * 3600
    staff_pin: BudgetPolicy = STAFF_PIN
    courier_pin: BudgetPolicy = COURIER_PIN
