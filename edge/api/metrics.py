"""Numbers for Prometheus, in its text format 0.0.4. Written here: prometheus-client is 3 MB for these forty lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@dataclass(frozen=True)
class Sample:
    """One number. `kind` is counter or gauge; `labels` never hold what belongs to a person."""

    name: str
    help: str
    value: float
    kind: str = "gauge"
    labels: Mapping[str, str] = field(default_factory=dict)


def render(samples: Iterable[Sample]) -> str:
    """The page: samples of one name stand together, under one help and type line."""
    by_name: dict[str, list[Sample]] = {}
    for sample in samples:
        by_name.setdefault(sample.name, []).append(sample)
    lines: list[str] = []
    for name, same in by_name.items():
        lines += [f"# HELP {name} {same[0].help}", f"# TYPE {name} {same[0].kind}"]
        lines += [f"{name}{_labels(sample.labels)} {sample.value:g}" for sample in same]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    inner = ",".join(f'{name}="{value.translate(_ESCAPES)}"' for name, value in labels.items())
    return f"{{{inner}}}" if inner else ""


class Traffic:
    """Requests answered since the start, by route and status."""

    def __init__(self) -> None:
        self._count: Counter[tuple[str, str, int]] = Counter()
        self._seconds: Counter[tuple[str, str]] = Counter()

    def note(self, method: str, route: str, status: int, took_s: float) -> None:
        self._count[method, route, status] += 1
        self._seconds[method, route] += took_s  # type: ignore[assignment]  # a Counter of seconds

    def samples(self) -> Iterable[Sample]:
        for (method, route, status), count in self._count.items():
            labels = {"method": method, "route": route, "status": str(status)}
            yield Sample("lobby_http_requests_total", "Requests answered.", count, "counter", labels)
        for (method, route), seconds in self._seconds.items():
            labels = {"method": method, "route": route}
            yield Sample("lobby_http_seconds_total", "Time spent answering.", seconds, "counter", labels)
