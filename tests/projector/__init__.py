"""Projections: applied once, parked, rebuilt, verified, asked about the past."""
