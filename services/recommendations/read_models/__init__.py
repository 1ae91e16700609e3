"""The questions that the recommendations service answers, one module each."""
