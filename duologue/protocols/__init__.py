"""The front doors: one file a protocol, sans-I/O."""
