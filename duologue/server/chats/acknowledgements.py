"""Which messages have arrived, and which are safe: what clients and store report, passed on to the senders as PONGs.

Of live chats, and of those that have ended until the store has all of them; what arrives later is for the mailbox.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial

from duologue.core.commands.chat import Ping
from duologue.core.costs import RECEIPT
from duologue.core.errors import FatalPeerError
from duologue.core.events.chat import Acknowledged
from duologue.core.requests import Chat
from duologue.core.streams import Direction, Stream, chat_of
from duologue.protocols.native.wire import shown
from duologue.server.chats.receipts import Receipts
from duologue.server.metering import Metering
from duologue.server.session import Client
from duologue.server.storage.base import Store, Stored

ACKNOWLEDGE_WITHIN = 0.02
"""Seconds that a PONG may wait for others to join it, so that an ack does not wait for a heartbeat (reliability.md)."""


class Acknowledgements:
    """`client_of` finds who is logged in under a nickname."""

    def __init__(self, store: Store, metering: Metering, *, client_of: Callable[[str], Client | None]) -> None:
        self.store = store
        self._metering = metering
        self._client_of = client_of
        self._chats: dict[str, Chat] = {}
        self._ended: set[str] = set()
        self._owed: dict[Client, dict[Stream | None, None]] = {}  # who is to hear of what, in this order

    # Chats and clients come and go

    def opened(self, chat: Chat) -> None:
        self._chats[chat.id] = chat

    def ended(self, chat: Chat) -> None:
        """Its senders still hear from the store of their last messages, until `forget_chat`."""
        self._ended.add(chat.id)

    def forget_chat(self, chat: Chat) -> None:
        """The store has reported all it will of a chat that is over; what else becomes of it is for the mailbox."""
        self._ended.discard(chat.id)
        self._chats.pop(chat.id, None)

    def greet(self, client: Client) -> None:
        """The first PONG: all three sockets are attached. At once, because the client waits for it."""
        client.check_socket.tell(Acknowledged())

    def forget(self, client: Client) -> None:
        """`client` is gone, and is owed nothing."""
        self._owed.pop(client, None)

    # What is reported

    def listen(self, chat: Chat, client: Client) -> None:
        """`client` takes part in `chat` from now on, and most of what it reports is how much of it it has."""
        hears, says = chat.hears(client.nickname), chat.says(client.nickname)
        note = partial(self._note_received, client, chat.id, hears, says)
        pay = self._metering.payer(client.check_socket, RECEIPT)
        receipts = Receipts(hears, is_certain=not client.has_resumed, note=note, pay=pay)
        client.check_socket.receive_through(receipts.reader)

    def check_from_client(self, client: Client, ping: Ping) -> bool:
        """A client's PING: it lives, and has received so many. False: it is about no live chat, so ask the store.

        Raises FatalPeerError for a count that cannot be.
        """
        chat = client.chat if ping.stream is None else self._chats.get(chat_of(ping.stream))
        if chat is None or client.nickname not in chat.directions or ping.received is None:
            self._owe(client, None)
            return ping.stream is None
        if chat.id in self._ended:
            self._note_late(client, chat, ping.stream or chat.id, ping.received)
            return False
        if chat is client.chat and (ping.stream or not client.has_resumed):
            hears = chat.hears(client.nickname)
            stream = _stream_heard(hears, ping.stream)
            self._note_received(client, chat.id, hears, chat.says(client.nickname), stream, ping.received)
        else:  # said before the /resume was answered, it says less than that does
            self._owe(client, None)
        return True

    def _note_received(
        self, client: Client, chat_id: str, hears: Direction, says: Direction, stream: Stream, received: int
    ) -> None:
        if hears.acknowledge(stream, received):
            self.store.received(chat_id, hears.sender, stream.name, stream.received)
            self.owe_sender(hears, stream)
        self._owe(client, says.current)

    def taken(self, chat: Chat, sender: str, count: int) -> Stream | None:
        """So many more of what `sender` says have reached a partner whose client does not say so; they come in order.

        Where the chat is over, the answer is the stream, and the store has to hear of it too.
        """
        direction = chat.says(sender)
        stream = next((stream for stream in direction.streams if stream.received < stream.sent), None)
        if stream is None:
            return None
        stream.received = min(stream.received + count, stream.sent)
        self.owe_sender(direction, stream)
        if self._chats.get(chat.id) is not chat or chat.id in self._ended:
            return stream
        self.store.received(chat.id, sender, stream.name, stream.received)
        return None

    def _note_late(self, client: Client, chat: Chat, name: str, received: int) -> None:
        """Of a chat that is over: what it says is for the store, and for PONGs that are still to come."""
        direction = chat.hears(client.nickname)
        stream = direction.named(name)
        if stream and stream.received < received <= stream.sent:
            stream.received = received
            self.owe_sender(direction, stream)

    def owe_sender(self, direction: Direction, stream: Stream) -> None:
        """There is news of `stream` for the one who sends in it."""
        client = self._client_of(direction.sender)
        if client and stream is direction.current:
            self._owe(client, stream)

    def stored(self, news: Stored) -> None:
        """The store answers for more than before."""
        chat = self._chats.get(news.chat)
        if chat is None:
            return
        direction = chat.directions[news.sender]
        stream = direction.named(news.stream)
        if stream is None:
            return
        stream.stored = news.upto
        self.owe_sender(direction, stream)

    # What is said

    def _owe(self, client: Client, stream: Stream | None) -> None:
        """`client` gets a PONG within `ACKNOWLEDGE_WITHIN`, one for all that happens until then."""
        if not self._owed:
            asyncio.get_running_loop().call_later(ACKNOWLEDGE_WITHIN, self._acknowledge)
        self._owed.setdefault(client, {})[stream] = None

    def _acknowledge(self) -> None:
        owed, self._owed = self._owed, {}
        for client, streams in owed.items():
            for stream in streams:
                client.check_socket.tell(_state_of(stream))
            client.chat_socket.delay_acks()


def _stream_heard(direction: Direction, name: str | None) -> Stream:
    stream = direction.at if name is None else direction.named(name)
    if stream is None:
        raise FatalPeerError("bad_count", f"Your partner sends in no stream {shown(name or '')}.")
    return stream


def _state_of(stream: Stream | None) -> Acknowledged:
    if stream is None:
        return Acknowledged()
    return Acknowledged(stream.stored, stream.received, stream.name)
