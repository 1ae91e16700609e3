"""The addresses of the notifications service, a file for each noun."""
