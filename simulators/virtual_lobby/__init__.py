"""The page on which the hardware lives: wall, printer, phones, their faults, the power switches, the plugs."""
