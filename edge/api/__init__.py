"""The HTTP app: who may ask, and the one table from error to status and text."""
