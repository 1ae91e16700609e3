"""Read models: what a projection is, and how it is filled exactly once, parked, rebuilt, verified and asked about the past."""
