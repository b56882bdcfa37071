"""A decision that says no."""

from __future__ import annotations


class Refusal(Exception):
    """A rule refused. `code` is the stable word that texts and HTTP answers hang on, `rule` the id in docs/rules.md.

    `detail` holds what the text needs (numbers, names of fields), never personal data.
    """

    def __init__(self, code: str, rule: str = "", **detail: str | int) -> None:
        super().__init__(f"{code} ({rule})" if rule else code)
        self.code = code
        self.rule = rule
        self.detail = detail
