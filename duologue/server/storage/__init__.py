"""What outlives the process: the users file and the messages; and what keeps them where nothing may."""
