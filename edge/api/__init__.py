"""The web side of the house: the app, its guards, and the one table from error to status and words."""

from edge.api.app import ENROL_PATH, OPEN_PATHS, PREFIX, create_app, openapi_text
from edge.api.options import ApiOptions

__all__ = ["ENROL_PATH", "OPEN_PATHS", "PREFIX", "ApiOptions", "create_app", "openapi_text"]
