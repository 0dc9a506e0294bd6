"""The server: sessions, chats, rooms, network and storage of one running process."""
