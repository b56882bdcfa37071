"""The screens: kiosk for residents and couriers, desk for staff."""
