"""The read models of the notifications service, a file for each question."""
