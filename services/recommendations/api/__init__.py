"""The addresses of the recommendations service, one module for each part of a recommendation's way."""
