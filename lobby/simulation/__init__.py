"""Whole days of the lobby on virtual time: people, faults and crashes out of one seed, and a witness."""
