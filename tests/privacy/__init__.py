"""Sealing, the keyring and erasure."""
