"""The MQTT 5 link under every board."""
