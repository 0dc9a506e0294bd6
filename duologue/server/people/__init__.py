"""People: who is here, how they are, and who is told."""
