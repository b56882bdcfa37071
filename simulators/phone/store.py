"""What the phones showed, kept in a file: a code that somebody was sent must outlive the demo that sent it.

One JSON object a line, appended. A last line torn by the end of the process is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import orjson

from simulators.phone.model import Shown


def kept(path: Path) -> Iterator[Shown]:
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        try:
            fields = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        yield Shown(**{**fields, "at": datetime.fromisoformat(fields["at"])})


def keep(path: Path, shown: Shown) -> None:
    with path.open("ab") as file:
        file.write(orjson.dumps(shown) + b"\n")
