"""The addresses of the meetings service, one module for each noun."""
