"""The questions that the meetings service answers, one module each."""
