"""The residents' phones: a message gateway at its wire, and what it shows."""
