"""People: who is here, their presence, and who is told."""
