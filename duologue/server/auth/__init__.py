"""Who somebody is: passwords, session tokens, and the way in."""
