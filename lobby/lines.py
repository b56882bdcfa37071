"""The wire to the broker, as the settings name it."""

from __future__ import annotations

from drivers.mqtt.broker_files import read_password
from drivers.mqtt.link import Wire
from drivers.mqtt.paho_wire import PahoWire
from edge.settings import BrokerSettings, SettingsUnusable


def wire_from(settings: BrokerSettings) -> Wire:
    """Raises `SettingsUnusable` where the password cannot be read."""
    return PahoWire(settings.host, settings.port, settings.user, _password(settings), settings.ca_file)


def _password(settings: BrokerSettings) -> str:
    if settings.password_file is None:
        raise SettingsUnusable("broker.password_file: name the file that holds the box's password for the broker")
    try:
        return read_password(settings.password_file)
    except OSError as error:
        raise SettingsUnusable(f"broker.password_file: {settings.password_file}: {error.strerror}") from None
