"""What happens, in lines and words that any screen can show."""
