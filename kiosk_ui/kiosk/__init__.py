"""The kiosk: pages for residents and couriers at the locker."""
