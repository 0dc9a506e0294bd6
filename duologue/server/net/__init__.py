"""Sockets: the only place where the server touches the network."""
