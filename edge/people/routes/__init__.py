"""HTTP for people: one route a use case, and no rule in it."""

from fastapi import APIRouter

from edge.people.routes.access import access_router
from edge.people.routes.imports import import_router
from edge.people.routes.people import directory_router

router = APIRouter()
for part in (directory_router(), access_router(), import_router()):
    router.include_router(part)

__all__ = ["router"]
