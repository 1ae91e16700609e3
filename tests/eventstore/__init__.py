"""Tests of the log and of what stands on it."""
