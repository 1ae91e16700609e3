"""Side-by-side measurements: what we claim about speed and size comes from `make bench`."""
