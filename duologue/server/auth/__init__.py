"""Authentication: passwords, session tokens, and the login."""
