"""A receipt printer at its wire: bytes in, status bytes and paper out."""
