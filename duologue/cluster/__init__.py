"""The seam for several servers that act as one. There is one so far."""
