"""Acknowledgements: reports of clients and of the store, passed on to the senders as PONGs.

They are about live chats, and about those that have ended until the store has all of them; later ones are for the
mailbox.
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
from duologue.core.text import shortened
from duologue.server.chats.receipts import Receipts
from duologue.server.metering import Metering
from duologue.server.session import Session
from duologue.server.storage.base import Store, Stored

ACKNOWLEDGE_WITHIN = 0.02
"""Seconds that a PONG may wait for others to join it, so that an ack does not wait for a heartbeat (reliability.md)."""


class Acknowledgements:
    """The acknowledgements that are owed. `session_of` finds who is logged in under a nickname."""

    def __init__(self, store: Store, metering: Metering, *, session_of: Callable[[str], Session | None]) -> None:
        self._store = store
        self._metering = metering
        self._client_of = session_of
        self._chats: dict[str, Chat] = {}
        self._ended: set[str] = set()
        self._owed: dict[Session, dict[Stream | None, None]] = {}  # who is to be told of what, in this order

    # Chats and clients come and go

    def opened(self, chat: Chat) -> None:
        self._chats[chat.id] = chat

    def ended(self, chat: Chat) -> None:
        """Mark `chat` as over. Its senders are still told of their last messages by the store, until `forget_chat`."""
        self._ended.add(chat.id)

    def forget_chat(self, chat: Chat) -> None:
        """Forget a chat that is over: the store has reported everything, and the mailbox does the rest."""
        self._ended.discard(chat.id)
        self._chats.pop(chat.id, None)

    def greet(self, session: Session) -> None:
        """Send the first PONG: all three sockets are attached. At once, because the client waits for it."""
        session.tell(Acknowledged())

    def forget(self, session: Session) -> None:
        """Forget `session`, which is gone."""
        self._owed.pop(session, None)

    # What is reported

    def listen(self, chat: Chat, session: Session) -> None:
        """Use the shortcut for the receipts of `session`, which takes part in `chat` from now on and reports little
        else.
        """
        hears, says = chat.hears(session.nickname), chat.says(session.nickname)
        note = partial(self._note_received, session, chat.id, hears, says)
        pay = self._metering.payer(session.check_socket, RECEIPT)
        receipts = Receipts(hears, is_certain=not session.has_resumed, note=note, pay=pay)
        session.check_socket.receive_through(receipts.reader)

    def check_from_client(self, session: Session, ping: Ping) -> bool:
        """Take a client's PING: it lives, and has received so many. Return False if it is about no live chat: then the
        store is asked.

        Raises FatalPeerError for a count that cannot be.
        """
        chat = session.chat if ping.stream is None else self._chats.get(chat_of(ping.stream))
        if chat is None or session.nickname not in chat.directions or ping.received is None:
            self._owe(session, None)
            return ping.stream is None
        if chat.id in self._ended:
            self._note_late(session, chat, ping.stream or chat.id, ping.received)
            return False
        if chat is session.chat and (ping.stream or not session.has_resumed):
            hears = chat.hears(session.nickname)
            stream = _stream_heard(hears, ping.stream)
            self._note_received(session, chat.id, hears, chat.says(session.nickname), stream, ping.received)
        else:  # sent before the /resume was answered, it says less than that does
            self._owe(session, None)
        return True

    def _note_received(
        self, session: Session, chat_id: str, hears: Direction, says: Direction, stream: Stream, received: int
    ) -> None:
        if hears.acknowledge(stream, received):
            self._store.received(chat_id, hears.sender, stream.name, stream.received)
            self.owe_sender(hears, stream)
        self._owe(session, says.current)

    def taken(self, chat: Chat, sender: str, count: int) -> Stream | None:
        """Note that `count` more messages of `sender` have reached a partner whose client does not say so; they come in
        order.

        Returns the stream if the chat is over: then the store has to be told too.
        """
        direction = chat.says(sender)
        stream = next((stream for stream in direction.streams if stream.received < stream.sent), None)
        if stream is None:
            return None
        stream.received = min(stream.received + count, stream.sent)
        self.owe_sender(direction, stream)
        if self._chats.get(chat.id) is not chat or chat.id in self._ended:
            return stream
        self._store.received(chat.id, sender, stream.name, stream.received)
        return None

    def _note_late(self, session: Session, chat: Chat, name: str, received: int) -> None:
        """Note a report about a chat that is over: it is for the store, and for PONGs that are still to come."""
        direction = chat.hears(session.nickname)
        stream = direction.named(name)
        if stream and stream.received < received <= stream.sent:
            stream.received = received
            self.owe_sender(direction, stream)

    def owe_sender(self, direction: Direction, stream: Stream) -> None:
        """Note that there is news of `stream` for its sender."""
        session = self._client_of(direction.sender)
        if session and stream is direction.current:
            self._owe(session, stream)

    def stored(self, news: Stored) -> None:
        """Note that the store answers for more than before."""
        chat = self._chats.get(news.chat)
        if chat is None:
            return
        direction = chat.directions[news.sender]
        stream = direction.named(news.stream)
        if stream is None:
            return
        stream.stored = news.upto
        self.owe_sender(direction, stream)

    # What is sent

    def _owe(self, session: Session, stream: Stream | None) -> None:
        """Send `session` a PONG within `ACKNOWLEDGE_WITHIN`, one for all that happens until then."""
        if not self._owed:
            asyncio.get_running_loop().call_later(ACKNOWLEDGE_WITHIN, self._acknowledge)
        self._owed.setdefault(session, {})[stream] = None

    def _acknowledge(self) -> None:
        owed, self._owed = self._owed, {}
        for session, streams in owed.items():
            for stream in streams:
                session.tell(_state_of(stream))
            session.chat_socket.delay_acks()


def _stream_heard(direction: Direction, name: str | None) -> Stream:
    stream = direction.at if name is None else direction.named(name)
    if stream is None:
        raise FatalPeerError("bad_count", f"Your partner sends in no stream {shortened(name or '')}.")
    return stream


def _state_of(stream: Stream | None) -> Acknowledged:
    if stream is None:
        return Acknowledged()
    return Acknowledged(stream.stored, stream.received, stream.name)
