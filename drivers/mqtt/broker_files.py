"""What mosquitto is told: its configuration, who may come in, and who may say and hear what.

One user for the box and one for each device, each with a password of its own that is made once. A device may say only
its own topics and hear only its own commands; only the box may command; a stranger does not come in. A user's name
is its client id too, so nobody can throw another one out by borrowing its id.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from drivers.given import Dice

BOX_USER = "box"

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
_RESERVED = frozenset({BOX_USER, "edge"})
_PASSWORD_BYTES = 24
_SALT_BYTES = 12  # what mosquitto 2.0 expects in a `$7$` line
_ROUNDS = 101  # mosquitto_passwd's own; the passwords are 192 random bits, so stretching adds nothing

CONFIG = """\
# Made by lobby-edge at each start; changes here are lost. See docs/broker.md.
listener {port} {host}
set_tcp_nodelay true
max_connections 64

allow_anonymous false
password_file passwords
acl_file access
use_username_as_clientid true
allow_zero_length_clientid false

# What is retained survives a kill, all but the last second of it. Saving at each change would save at each QoS 1
# message too: measured, that is 2.5 times the time of a request and answer, and a write of the disk for each.
persistence true
persistence_file retained.db
persistence_location ./
autosave_on_changes false
autosave_interval 1
persistent_client_expiration 1h

# Nobody here says much or long; whoever does is broken.
max_qos 1
max_keepalive 60
max_packet_size 65536
max_inflight_messages 500
max_queued_messages 2000
max_queued_bytes 4194304
max_topic_alias 0
memory_limit 67108864
sys_interval 0

log_dest stderr
log_type error
log_type warning
log_type notice
connection_messages true
"""

_BOX_ACCESS = """\
user {user}
topic write lobby/v1/{box}/+/cmd/+
topic read lobby/v1/{box}/+/hb
topic read lobby/v1/{box}/+/state/+
topic read lobby/v1/{box}/+/event
topic read lobby/v1/{box}/+/status
topic read lobby/v1/{box}/edge/reply
"""

_DEVICE_ACCESS = """\
user {device}
topic read lobby/v1/{box}/{device}/cmd/+
topic write lobby/v1/{box}/{device}/hb
topic write lobby/v1/{box}/{device}/state/+
topic write lobby/v1/{box}/{device}/event
topic write lobby/v1/{box}/{device}/status
topic write lobby/v1/{box}/edge/reply
"""


@dataclass(frozen=True)
class BrokerPlan:
    """Whom the broker serves and where. Raises `ValueError` for a name that is no name, or taken."""

    box: str
    devices: tuple[str, ...]
    port: int
    host: str = "127.0.0.1"

    def __post_init__(self) -> None:
        for name in (self.box, *self.devices):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} cannot name a box or a device: small letters, digits and hyphens only")
        for device in self.devices:
            if device in _RESERVED:
                raise ValueError(f"no device may be called {device!r}")

    @property
    def users(self) -> tuple[str, ...]:
        return (BOX_USER, *self.devices)


def make_credentials(folder: Path, users: Iterable[str], dice: Dice) -> Mapping[str, Path]:
    """A password file for each user, made once and then kept: 0600 in a 0700 folder, the password alone in it."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = {user: folder / user for user in users}
    for file in files.values():
        if not file.exists():
            password = base64.urlsafe_b64encode(dice.bytes(_PASSWORD_BYTES)).decode()
            fresh = file.with_suffix(".new")
            fresh.touch(mode=0o600)
            fresh.write_text(password + "\n", encoding="ascii")
            fresh.replace(file)
    return files


def write_broker_files(folder: Path, plan: BrokerPlan, credentials: Mapping[str, Path], dice: Dice) -> None:
    """Configuration, hashed passwords and access rules, each 0600 in `folder`."""
    passwords = "".join(
        password_line(user, read_password(credentials[user]), dice.bytes(_SALT_BYTES)) for user in plan.users
    )
    _write(folder / "mosquitto.conf", CONFIG.format(port=plan.port, host=plan.host))
    _write(folder / "access", access_rules(plan))
    _write(folder / "passwords", passwords)


def access_rules(plan: BrokerPlan) -> str:
    """Who may say and hear what, in mosquitto's words."""
    devices = (_DEVICE_ACCESS.format(device=device, box=plan.box) for device in plan.devices)
    return "\n".join([_BOX_ACCESS.format(user=BOX_USER, box=plan.box), *devices])


def read_password(file: Path) -> str:
    return file.read_text(encoding="ascii").strip()


def password_line(user: str, password: str, salt: bytes) -> str:
    """A line of mosquitto's password file: PBKDF2 with SHA-512 (mosquitto 2.0, src/password_mosq.c)."""
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ROUNDS)
    salted, hashed = base64.b64encode(salt).decode(), base64.b64encode(digest).decode()
    return f"{user}:$7${_ROUNDS}${salted}${hashed}\n"


def _write(file: Path, text: str) -> None:
    file.touch(mode=0o600)
    file.write_text(text, encoding="utf-8")
