"""The conferences service: conferences open to everybody, who registers, what is contributed, and what results."""
