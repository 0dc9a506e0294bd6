"""The native protocol (docs/protocol.md)."""
