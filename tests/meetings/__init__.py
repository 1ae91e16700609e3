"""The meetings service: its rules, its questions, its addresses."""
