"""Mail and parcels 邮件收发: one item, one identity, wherever it lies."""
