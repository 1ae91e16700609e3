"""The ways on which a letter leaves the house, a file for each."""
