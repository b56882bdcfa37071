"""Parcels from the courier's hand to the resident's."""
