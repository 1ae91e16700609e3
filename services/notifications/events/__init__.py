"""The facts of the notifications service, one module per kind of stream."""
