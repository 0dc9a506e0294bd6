"""The terminal and the plain text client."""
