"""Units, households, occupants, staff and couriers."""
