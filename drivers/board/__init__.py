"""Boards with lockable slots, over MQTT 5: parcel lockers, key cabinets, door controllers."""
