"""Chats at work: relay, delivery, acknowledgements, and mailboxes."""
