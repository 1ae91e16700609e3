"""The judge of what clients saw, and the histories that it is itself tested on."""
