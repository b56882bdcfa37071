"""The way to the property company's central system.

Today the box works alone: it keeps its journal and signs checkpoints, and nothing leaves it.
"""
