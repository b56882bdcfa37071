"""What travels between the box and the central system."""
