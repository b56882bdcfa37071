"""Every device at its wire, with a menu of faults, and the virtual lobby on which people play with them."""
