"""The web protocol (docs/web.md)."""
