"""The command line, and the embedded form: all services in one process."""
