"""The facts of the conferences service, one module per kind of stream."""
