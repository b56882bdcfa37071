"""Message gateways: what carries a text to a resident's phone."""

from drivers.gateway.driver import HttpGateway, Patience
from drivers.gateway.transport import GatewayUnusable, HttpTransport, Link, Transport, read_token

__all__ = ["GatewayUnusable", "HttpGateway", "HttpTransport", "Link", "Patience", "Transport", "read_token"]
