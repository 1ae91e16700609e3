"""Reactions: events become commands, each once."""
