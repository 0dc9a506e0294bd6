"""The protocols of the five old systems, for their original clients."""
