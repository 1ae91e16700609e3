"""The HTTP kit: what every service's routes share, from the bearer token to the problem document."""
