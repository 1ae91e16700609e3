"""Personal data at rest: sealed under a key of the person it is about, opened only by who may, unreadable once that key is erased."""
