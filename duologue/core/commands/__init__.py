"""Commands that a client can send to the server."""
