"""The two text clients: one for terminals, and a plain one."""
