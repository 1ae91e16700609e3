"""The addresses of the conferences service, one module for each noun."""
