"""Events that the server sends to a client."""
