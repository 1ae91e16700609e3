"""Timers: what falls due is sent once."""
