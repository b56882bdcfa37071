"""The desk: where staff receive, hand over, look, and see what works."""

from kiosk_ui.desk.routes import create_desk_router

__all__ = ["create_desk_router"]
