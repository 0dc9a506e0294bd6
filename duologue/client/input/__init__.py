"""What is typed, and what it means."""
