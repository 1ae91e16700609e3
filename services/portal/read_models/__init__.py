"""The questions that cross services, one module each."""
