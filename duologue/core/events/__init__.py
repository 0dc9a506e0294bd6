"""What the server tells a client."""
