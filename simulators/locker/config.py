"""What a locker is told at its start: a JSON file."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edge.settings import BrokerSettings, ColumnSettings
from edge.wall import Wall, wall_from


class ConfigUnusable(Exception):
    """The file cannot be used; the text says why."""


class LockerConfig(BaseModel):
    """`flash`: where its memory lies, None: it forgets. `control`: its control port, 0: a free one.

    `password_file` of the broker holds the device's password alone. With a `seed` its chance is repeatable.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    box: str = "lobby-1"
    device: str = "locker-1"
    columns: tuple[ColumnSettings, ...]
    broker: BrokerSettings
    flash: Path | None = None
    control: int = Field(default=0, ge=0, le=65535)
    heartbeat_s: float = Field(default=2.0, gt=0)
    coil_wait_s: float = Field(default=0.0, ge=0)
    seed: int | None = None

    def wall(self) -> Wall:
        return wall_from(self.device, [column.model_dump() for column in self.columns])


def load(path: Path) -> LockerConfig:
    """Raises `ConfigUnusable`."""
    try:
        config = LockerConfig.model_validate_json(path.read_bytes())
        config.wall()
    except OSError as error:
        raise ConfigUnusable(f"{path}: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise ConfigUnusable(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError as error:
        raise ConfigUnusable(f"{path}: {error}") from None
    return config
