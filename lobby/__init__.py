"""The front door: the `lobby` command and the wiring of one box."""
