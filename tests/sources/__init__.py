"""Sources: one contract suite for all of them, and what only one can get wrong."""
