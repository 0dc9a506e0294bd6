"""Storage that outlives the process: the users file and the messages; and stand-ins where nothing may be stored."""
