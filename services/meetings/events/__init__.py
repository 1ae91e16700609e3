"""The facts of the meetings service, one module per kind of stream."""
