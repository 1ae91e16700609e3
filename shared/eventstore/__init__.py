"""The log: gap-free, append-only, idempotent by command id, written in batches."""
