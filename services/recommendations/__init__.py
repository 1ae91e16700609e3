"""Recommendations and statements: from a body's resolution to answers, committees that took note, and measures that were verified."""
