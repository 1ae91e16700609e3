"""The questions that the conferences service answers, one module each."""
