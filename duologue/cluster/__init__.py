"""Several servers that act as one."""
