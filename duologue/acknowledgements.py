"""Which messages have arrived, and which are safe: what clients and store report, passed on to the senders as PONGs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from duologue.core.chat import Chat
from duologue.core.commands import Ping
from duologue.core.errors import FatalPeerError
from duologue.core.events import Acknowledged
from duologue.link import Client
from duologue.storage.base import Store, Stored

ACKNOWLEDGE_WITHIN = 0.02
"""Seconds that a PONG may wait for others to join it, so that an ack does not wait for a heartbeat (reliability.md)."""


class Acknowledgements:
    """`client_of` finds who is logged in under a nickname."""

    def __init__(self, store: Store, *, client_of: Callable[[str], Client | None]) -> None:
        self.store = store
        self._client_of = client_of
        self._owed: set[Client] = set()

    def greet(self, client: Client) -> None:
        """The first PONG: all three sockets are attached. At once, because the client waits for it."""
        client.check_socket.tell(_state_of(client))

    def check_from_client(self, client: Client, ping: Ping) -> None:
        """A client's PING: it lives, and has received so many. Raises FatalPeerError for a count that cannot be."""
        if client.chat and ping.received is not None and ping.chat in (None, client.chat.id):
            self._note_received(client.chat, client.chat.partner_of(client.nickname), ping.received)
        self._owe(client)

    def _note_received(self, chat: Chat, sender: str, received: int) -> None:
        stream = chat.streams[sender]
        if not stream.received <= received <= stream.sent:
            raise FatalPeerError("bad_count", f"PING {received} cannot be: you had {stream.received} of {stream.sent}.")
        if received == stream.received:
            return
        stream.received = received
        self.store.received(chat.id, sender, received)
        client = self._client_of(sender)
        if client:
            self._owe(client)

    def stored(self, news: Iterable[Stored]) -> None:
        """The store answers for more than before."""
        for chat, sender, upto in news:
            client = self._client_of(sender)
            if client and client.chat and client.chat.id == chat:
                client.chat.streams[sender].stored = upto
                self._owe(client)

    def forget(self, client: Client) -> None:
        """`client` is gone, and is owed nothing."""
        self._owed.discard(client)

    def _owe(self, client: Client) -> None:
        """`client` gets a PONG within `ACKNOWLEDGE_WITHIN`, one for all that happens until then."""
        if not self._owed:
            asyncio.get_running_loop().call_later(ACKNOWLEDGE_WITHIN, self._acknowledge)
        self._owed.add(client)

    def _acknowledge(self) -> None:
        owed, self._owed = self._owed, set()
        for client in owed:
            client.check_socket.tell(_state_of(client))
            client.chat_socket.delay_acks()


def _state_of(client: Client) -> Acknowledged:
    if client.chat is None:
        return Acknowledged()
    stream = client.chat.streams[client.nickname]
    return Acknowledged(stream.stored, stream.received, client.chat.id)
