"""Recommendations: the rules, what follows from meetings, what is asked for, and the whole slice over HTTP."""
