"""Earlier messages: requested, shown, exported."""
