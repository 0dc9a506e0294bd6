"""Events as lines and words that any screen can show."""
