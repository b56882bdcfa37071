"""Message gateways: what carries a text to a resident's phone."""
