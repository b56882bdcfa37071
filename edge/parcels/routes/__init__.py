"""Parcels over HTTP: one route a use case, no rule in it."""

from fastapi import APIRouter

from edge.parcels.routes import desk, kiosk

router = APIRouter(prefix="/api/v1")
router.include_router(desk.router)
router.include_router(kiosk.router)

__all__ = ["router"]
