"""The rules of a conversation between two people, without a socket, a clock or a file."""
