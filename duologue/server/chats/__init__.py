"""Chats at work: passing on, delivering, acknowledging, and what waits."""
