"""The message gateway, as the settings name it."""

from __future__ import annotations

from drivers.errors import Unavailable
from drivers.gateway.driver import HttpGateway
from drivers.gateway.transport import GatewayUnusable, HttpTransport, read_token
from drivers.ports import DeviceStatus, Health, MessageGateway, OutgoingMessage
from edge.settings import GatewaySettings, SettingsUnusable

NAME = "gateway"


class NoGateway:
    """A box without a gateway: nobody is told by phone, and the desk sees that it must tell them."""

    @property
    def name(self) -> str:
        return NAME

    def status(self) -> DeviceStatus:
        return DeviceStatus(NAME, Health.OFFLINE, "not_fitted")

    async def send(self, message: OutgoingMessage) -> None:  # noqa: ARG002 - the port asks for it
        raise Unavailable(NAME, "not_fitted")


def gateway_from(settings: GatewaySettings) -> MessageGateway:
    """Raises `SettingsUnusable` for an address or token that cannot be used."""
    if not settings.url:
        return NoGateway()
    try:
        token = read_token(settings.token_file) if settings.token_file else ""
        return HttpGateway(NAME, HttpTransport(settings.url, token))
    except GatewayUnusable as error:
        raise SettingsUnusable(f"gateway: {error}") from None
