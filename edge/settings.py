"""What a building decides about its box: one TOML file, checked at start, frozen afterwards.

Amounts, day counts and quotas are policy and stand here, never in code. Secrets are not settings: they lie in
files of their own that only the service can read.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class SettingsUnusable(Exception):
    """The settings file cannot be used; the text names the field and what is wrong with it."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BoxSettings(_Part):
    id: str = Field(default="lobby-1", pattern=r"^[a-z0-9][a-z0-9-]{1,30}$")
    name_zh: str = "大堂"
    name_en: str = "Lobby"
    timezone: str = "Asia/Shanghai"
    desk_phone: str = ""


class HttpSettings(_Part):
    host: str = "127.0.0.1"
    port: int = Field(default=8080, ge=0, le=65535)
    allowed_hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    allowed_origins: tuple[str, ...] = ()
    frame_ancestors: tuple[str, ...] = ()
    docs: bool = False


class BrokerSettings(_Part):
    """`password_file` holds the box's password alone; never written into this file."""

    host: str = "127.0.0.1"
    port: int = Field(default=1883, ge=1, le=65535)
    user: str = "box"
    password_file: Path | None = None
    ca_file: Path | None = None


class ColumnSettings(_Part):
    name: str = Field(pattern=r"^[A-Z]$")
    cells: str
    low: tuple[int, ...] = ()
    screen_after: int = -1


class LockerSettings(_Part):
    device: str = "locker-1"
    columns: tuple[ColumnSettings, ...] = ()


class PrinterSettings(_Part):
    """`url` is `tcp://host:9100`, `serial:/dev/ttyUSB0?baud=115200` or `usb:/dev/usb/lp0`; empty: no printer."""

    device: str = "printer-1"
    url: str = ""
    width_dots: int = Field(default=576, ge=384, le=832)


class GatewaySettings(_Part):
    """Where messages to residents are handed over; empty: none, the desk sees that nobody is told."""

    url: str = ""
    token_file: Path | None = None


class Policy(_Part):
    """What the house leaves to the property company."""

    code_digits: int = Field(default=8, ge=6, le=12)
    code_needs_phone_tail: bool = False
    free_hours: int = Field(default=48, ge=1)
    reopen_grace_s: int = Field(default=120, ge=0)
    visit_idle_s: int = Field(default=180, ge=30)
    open_watch_s: int = Field(default=6, ge=1)
    tries_per_door: int = Field(default=2, ge=1, le=5)
    second_person_opens: bool = True
    wrong_codes_free: int = Field(default=5, ge=1)
    wrong_codes_first_wait_s: int = Field(default=30, ge=1)
    wrong_codes_longest_wait_s: int = Field(default=3600, ge=1)
    notice_tries: int = Field(default=6, ge=1)
    reserve_mb: int = Field(default=64, ge=1)


class AccessSettings(_Part):
    """How long people stay signed in, and how long codes and consents live."""

    desk_idle_s: int = Field(default=900, ge=30)
    kiosk_idle_s: int = Field(default=120, ge=30)
    longest_session_s: int = Field(default=12 * 3600, ge=600)
    consent_life_s: int = Field(default=120, ge=15)
    screen_code_life_s: int = Field(default=600, ge=60)
    setup_code_life_s: int = Field(default=7 * 24 * 3600, ge=600)


class Settings(_Part):
    access: AccessSettings = AccessSettings()
    box: BoxSettings = BoxSettings()
    http: HttpSettings = HttpSettings()
    broker: BrokerSettings = BrokerSettings()
    locker: LockerSettings = LockerSettings()
    printer: PrinterSettings = PrinterSettings()
    gateway: GatewaySettings = GatewaySettings()
    policy: Policy = Policy()


def load(path: Path) -> Settings:
    """Read and check a settings file. Raises `SettingsUnusable` naming the field."""
    try:
        return Settings.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise SettingsUnusable(f"there is no settings file at {path}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsUnusable(f"{path} is not valid TOML: {error}") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise SettingsUnusable(f"{path}: {field}: {first['msg']}") from None
