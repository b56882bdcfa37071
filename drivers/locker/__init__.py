"""Boards with lockable slots."""
