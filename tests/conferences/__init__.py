"""The conferences service: its rules, its questions, its addresses."""
