"""Faults that cross processes: the real service as api and worker processes that are killed, frozen and ended while people use it."""
