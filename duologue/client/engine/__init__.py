"""The client's state and rules, without a socket or a screen."""
