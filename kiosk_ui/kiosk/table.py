"""Which page lives at which address, and what a press on it does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, TypeVar

from starlette.routing import compile_path

from kiosk_ui.kiosk import addressee, collect, drop, dropping, start
from kiosk_ui.kiosk.here import Answer
from kiosk_ui.kiosk.views import View

Page = Callable[..., View]
"""`page(here, **what the address says)`. Raises `Go` or Refusal where it has nothing to show."""

Press = Callable[..., Answer | Awaitable[Answer]]
"""`press(here, form, **what the address says)`."""

PAGES: Mapping[str, Page] = {
    "/": start.start,
    "/desk": start.desk,
    "/cleaning": start.cleaning,
    "/out": start.out_of_service,
    "/collect": collect.code_page,
    "/collect/waiting": collect.waiting_page,
    "/collect/door/{parcel}": collect.door_page,
    "/collect/wrong/{parcel}": collect.wrong_page,
    "/collect/noted/{parcel}": collect.noted_page,
    "/collect/done/{parcel}": collect.done_page,
    "/drop": drop.sign_in_page,
    "/drop/pin": drop.new_pin_page,
    "/drop/number": drop.number_page,
    "/drop/to": addressee.page,
    "/drop/phone": addressee.phone_page,
    "/drop/terms": drop.terms_page,
    "/drop/care": drop.care_page,
    "/drop/door/{parcel}": dropping.door_page,
    "/drop/done/{parcel}": dropping.done_page,
}

PRESSES: Mapping[str, Press] = {
    "/comfort": start.comfort,
    "/leave": start.leave,
    "/desk": start.call_desk,
    "/collect": collect.enter_code,
    "/collect/waiting": collect.open_next,
    "/collect/door/{parcel}": collect.at_door,
    "/collect/wrong/{parcel}": collect.say_wrong,
    "/collect/noted/{parcel}": collect.after,
    "/collect/done/{parcel}": collect.after,
    "/drop": drop.sign_in,
    "/drop/pin": drop.set_new_pin,
    "/drop/number": drop.enter_number,
    "/drop/to": addressee.answer,
    "/drop/phone": addressee.by_phone,
    "/drop/terms": drop.agree,
    "/drop/care": drop.say_care,
    "/drop/door/{parcel}": dropping.at_door,
    "/drop/done/{parcel}": dropping.after,
}

T = TypeVar("T")


class Table(Generic[T]):
    def __init__(self, table: Mapping[str, T]) -> None:
        self._table = [(compile_path(path)[0], entry) for path, entry in table.items()]

    def find(self, path: str) -> tuple[T, dict[str, str]] | None:
        """What stands at an address, and what the address says to it."""
        for pattern, entry in self._table:
            if match := pattern.match(path):
                return entry, match.groupdict()
        return None
