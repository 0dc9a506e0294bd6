"""What a client knows and does without a socket or a screen."""
