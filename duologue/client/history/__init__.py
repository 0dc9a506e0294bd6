"""What was said before: asked for, read, exported."""
