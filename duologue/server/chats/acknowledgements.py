"""Acknowledgements: reports of clients and of the store, passed on to the senders as PONGs.

They are about live chats, and about those that have ended until the store has all of them; later ones are for the
mailbox.
"""

from __future__ import annotations

import asyncio
from functools import partial
from random import random
from weakref import WeakKeyDictionary

from duologue.core.commands.chat import Ping
from duologue.core.costs import RECEIPT
from duologue.core.errors import FatalPeerError
from duologue.core.events.chat import Acknowledged
from duologue.core.requests import Chat
from duologue.core.streams import Direction, Stream, chat_of
from duologue.core.text import shortened
from duologue.server.chats.receipts import Receipts
from duologue.server.chats.reporter import Reporter
from duologue.server.metering import Metering
from duologue.server.session import Session
from duologue.server.storage.base import Store, Stored


class Acknowledgements:
    """The acknowledgements that are owed."""

    def __init__(self, store: Store, metering: Metering) -> None:
        self._store = store
        self._metering = metering
        self._speakers: WeakKeyDictionary[Direction, Session] = WeakKeyDictionary()
        self._late_speakers: dict[
            tuple[str, str], Session
        ] = {}  # by sender and stream: those of both have the same names
        self._chats: dict[str, Chat] = {}
        self._ended: set[str] = set()
        self._reporters: dict[Session, Reporter] = {}

    # Chats and clients come and go

    def opened(self, chat: Chat) -> None:
        self._chats[chat.id] = chat

    def chat(self, chat_id: str) -> Chat | None:
        """Return a chat that is on, or of which the store has still to report the end."""
        return self._chats.get(chat_id)

    def ended(self, chat: Chat) -> None:
        """Mark `chat` as over. Its senders are still told of their last messages by the store, until `forget_chat`."""
        self._ended.add(chat.id)

    def forget_chat(self, chat: Chat) -> None:
        """Forget a chat that is over: the store has reported everything, and the mailbox does the rest."""
        self._ended.discard(chat.id)
        for direction in chat.directions.values():
            for stream in direction.streams:
                self._late_speakers.pop((direction.sender, stream.name), None)
        self._chats.pop(chat.id, None)

    def live(self, chat_id: str) -> Chat | None:
        """Return a chat that is not over."""
        return None if chat_id in self._ended else self._chats.get(chat_id)

    def greet(self, session: Session) -> None:
        """Send the first PONG: all three sockets are attached. At once, because the client waits for it."""
        session.tell(Acknowledged())

    def forget(self, session: Session) -> None:
        """Forget `session`, which is gone."""
        reporter = self._reporters.pop(session, None)
        if reporter:
            reporter.stop()

    # What is reported

    def listen(self, chat: Chat, session: Session) -> None:
        """Use the shortcut for the receipts of `session`, which takes part in `chat` from now on and reports little
        else.
        """
        self._speakers[chat.says(session.nickname)] = session
        hears = chat.hears(session.nickname)
        note = partial(self._note_short, session, chat.id, hears)
        pay = self._metering.payer(session.check_socket, RECEIPT)
        receipts = Receipts(hears, is_certain=not session.has_resumed, note=note, pay=pay)
        session.check_socket.receive_through(receipts.reader)

    def check_from_client(self, session: Session, ping: Ping) -> bool:
        """Take a client's PING: it lives, and has received so many. Return False if it is about no live chat: then the
        store is asked.

        Raises FatalPeerError for a count that cannot be.
        """
        self._answer(session, is_asked=ping.received == 0 and ping.stream is not None)
        chat = session.chat if ping.stream is None else self._chats.get(chat_of(ping.stream))
        if chat is None or session.nickname not in chat.directions or ping.received is None:
            return ping.stream is None
        if chat.id in self._ended:
            self._note_late(session, chat, ping.stream or chat.id, ping.received)
            return False
        if ping.received == 0 and ping.stream:
            self._tell_of_older(session, chat.says(session.nickname), ping.stream)
            return True
        # Sent before the /resume was answered, it says less than that does.
        if chat is session.chat and (ping.stream or not session.has_resumed):
            hears = chat.hears(session.nickname)
            self._note_received(chat.id, hears, _stream_heard(hears, ping.stream), ping.received)
        elif session.device and ping.stream:
            self._note_followed(chat, chat.hears(session.nickname), ping.stream, ping.received)
        return True

    @staticmethod
    def _tell_of_older(session: Session, says: Direction, name: str) -> None:
        """Answer a question about a stream of before; it may have the name of one of the partner's."""
        stream = says.named(name)
        if stream and stream is not says.current:
            session.tell(Acknowledged(stream.stored, min(stream.received, stream.stored), stream.name))

    def _note_followed(self, chat: Chat, hears: Direction, name: str, received: int) -> None:
        """Note what a session has of a chat that another holds. It hears only what is stored, and may remember more
        than a server does that was killed: what cannot be says nothing.
        """
        stream = hears.named(name)
        if stream and received <= stream.sent:
            self._note_received(chat.id, hears, stream, received)

    def _note_short(self, session: Session, chat_id: str, hears: Direction, stream: Stream, received: int) -> None:
        self._answer(session, is_asked=received == 0)
        self._note_received(chat_id, hears, stream, received)

    def _note_received(self, chat_id: str, hears: Direction, stream: Stream, received: int) -> None:
        if hears.acknowledge(stream, received):
            self._store.received(chat_id, hears.sender, stream.name, stream.received)
            self.owe_sender(hears, stream)

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
        is_now = stream is direction.current
        session = self._speakers.get(direction) if is_now else self._late_speakers.get((direction.sender, stream.name))
        if session and not session.is_over and (is_now or stream.is_late):
            self._reporter(session).news(stream)

    def spoke_late(self, session: Session, stream: Stream) -> None:
        """Note who hands in what is left of an older stream."""
        self._late_speakers[session.nickname, stream.name] = session

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

    def _answer(self, session: Session, *, is_asked: bool) -> None:
        """Answer a PING; one that asks (`PING 0 <stream>`) waits for nothing."""
        reporter = self._reporter(session)
        if is_asked:
            reporter.answer_at_once()
        else:
            reporter.answer()

    def _reporter(self, session: Session) -> Reporter:
        reporter = self._reporters.get(session)
        if reporter is None:
            reporter = self._reporters[session] = Reporter(session, asyncio.get_running_loop(), random())
        return reporter


def _stream_heard(direction: Direction, name: str | None) -> Stream:
    stream = direction.at if name is None else direction.named(name)
    if stream is None:
        raise FatalPeerError("bad_count", f"Your partner sends in no stream {shortened(name or '')}.")
    return stream
