"""The relay, in this process and in others that are stopped, killed and lied to."""
