"""What the guides in `docs/` say, done."""
