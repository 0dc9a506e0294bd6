"""What outlives the process: the users file, and the messages kept until they are received."""
