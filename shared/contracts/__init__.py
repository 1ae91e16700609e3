"""The published language: one module of contracts for each publishing service, additive only."""
