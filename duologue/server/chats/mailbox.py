"""Mailboxes: letters, and undelivered messages of chats that are over, kept for those who are away.

Everything here goes through the store, at the pace of people; live chats never pass through.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from duologue.core.commands.chat import ResumeChat, SendLetter
from duologue.core.errors import PeerError
from duologue.core.events.chat import (
    Acknowledged,
    ChatEnded,
    ChatUnknown,
    Event,
    KeptFor,
    MessageFrom,
    NotKept,
)
from duologue.core.names import is_guest
from duologue.core.privacy import Privacy
from duologue.core.requests import Chat, ChatEnd
from duologue.protocols.native.wire import encode_message
from duologue.server.backpressure import Backpressure
from duologue.server.chats.rest import Rests
from duologue.server.people.directory import Directory
from duologue.server.session import Session
from duologue.server.storage.base import Letter, Store, StreamProgress
from duologue.server.tasks import Tasks

ALL_STREAMS = "*"
"""In a PING, the stream of a client that shows the list of conversations: what waits up to a number is there."""

PAGE_BYTES = 64 * 1024
"""Bytes of letters read at a time: half a send queue, so that there is room for other events."""


class Mailbox:
    """All mailboxes. `wall_clock` dates the letters. `written` is told of each that was taken. They are handed to
    clients that name no device; others follow what is stored.

    One question of a socket is answered at a time: meanwhile it is not read from.
    """

    def __init__(
        self,
        store: Store,
        backpressure: Backpressure,
        directory: Directory,
        privacy: Privacy,
        rests: Rests,
        *,
        written: Callable[[str, str], None],
        wall_clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._directory = directory
        self._privacy = privacy
        self._rests = rests
        self._written = written
        self._backpressure = backpressure
        self._wall_clock = wall_clock
        self._visits: dict[Session, Visit] = {}
        self._tasks = Tasks()

    # Arriving and leaving

    def open(self, session: Session) -> None:
        """Begin to hand over what waits for `session`."""
        self._visits[session] = Visit()
        self._push(session)

    def close(self, session: Session) -> None:
        self._visits.pop(session, None)
        self._rests.forget(session)

    def chat_is_over(self, session: Session, chat: Chat) -> None:
        """Hand over the rest of `chat`, of which `session` has received a part, from the store: on its chat socket, so
        that it comes after that part.
        """
        visit = self._visits.get(session)
        if visit is None:
            return
        direction = chat.hears(session.nickname)
        visit.begun_in_chat.update(stream.name for stream in direction.streams)
        handed = visit.handed
        for stream in direction.streams:
            handed[stream.name] = direction.pushed if stream is direction.at else stream.sent
            if stream is direction.at:
                break
        if not direction.is_level:
            self._rests.rest_begins(session)
            self._push(session)

    # Letters in

    def send(self, session: Session, letter: SendLetter) -> None:
        """Carry out `/msg`, from `session`."""
        self._tasks.answer(session.chat_socket, self._take(session, letter))

    async def _take(self, session: Session, letter: SendLetter) -> None:
        try:
            recipient = self._recipient_of(session, letter)
            line, at = encode_message(letter.text), self._wall_clock()
            is_heard = self._privacy.is_heard(session.nickname, recipient)
            kept_letter = await self._store.hand_in(
                Letter(letter.stream, letter.number, session.nickname, recipient, line, at, is_heard)
            )
        except PeerError as error:
            session.tell(NotKept(letter.nickname, letter.stream, letter.number, error.code, error.text))
            return
        self._tell_sender(kept_letter.progress)
        if recipient not in self._directory:
            session.tell(KeptFor(recipient, letter.stream, letter.number))
        reader = self._directory.without_device(recipient)
        if reader and is_heard:
            message = MessageFrom(session.nickname, int(at), letter.stream, letter.number, letter.text)
            await self._deliver(reader, message)
        self._written(session.nickname, recipient)

    async def _deliver(self, reader: Session, message: MessageFrom) -> None:
        if is_guest(reader.nickname):
            reader.tell(message)
            return
        self._push(reader)
        await self._visits[reader].idle.wait()  # what the sender says next, in a chat perhaps, comes after it

    def _recipient_of(self, session: Session, letter: SendLetter) -> str:
        recipient = self._directory.find_person(letter.nickname)
        if recipient == session.nickname:
            raise PeerError("yourself", "That is you. Write to somebody else.")
        if not self._directory.is_registered(recipient):
            raise PeerError("unknown", f"{recipient} doesn't exist.")
        self._privacy.check_may_turn_to(session.nickname, recipient)
        self._check_reads(recipient)
        return recipient

    def _check_reads(self, recipient: str) -> None:
        """Refuse a letter to a guest who does not read: there is no mailbox, and the queue is full."""
        reader = self._directory.without_device(recipient) if is_guest(recipient) else None
        if reader and self._backpressure.is_full(reader):
            raise PeerError("does_not_read", f"{recipient} does not read at this moment. Try again later.")

    # Letters out

    def push(self, nickname: str) -> None:
        """Hand over what waits for somebody, as far as there is room."""
        reader = self._directory.without_device(nickname)
        if reader:
            self._push(reader)

    def _push(self, session: Session) -> None:
        visit = self._visits.get(session)
        if visit:
            visit.is_due = True
            self.go_on(session)

    def go_on(self, session: Session) -> None:
        """Go on: there is room in the queue to `session`; harmless when nothing waits."""
        visit = self._visits.get(session)
        if visit and visit.is_due and not visit.is_running:
            visit.is_running = True
            visit.idle.clear()
            self._tasks.run(self._hand_over(session, visit))

    async def _hand_over(self, session: Session, visit: Visit) -> None:
        try:
            while visit.is_due and self._visits.get(session) is visit and not self._backpressure.is_full(session):
                visit.is_due = False
                if await self._hand_over_page(session, visit):
                    visit.is_due = True
        finally:
            visit.is_running = False
            visit.idle.set()
            if not visit.is_due:
                self._rests.rest_ends(session)

    async def _hand_over_page(self, session: Session, visit: Visit) -> bool:
        """Hand over one page; return False when nothing more waits."""
        page = await self._store.undelivered(session.nickname, visit.cursor, PAGE_BYTES)
        for message in page:
            visit.cursor = message.cursor
            if message.number > visit.handed.get(message.stream, 0):
                visit.handed[message.stream] = message.number
                is_rest = message.stream in visit.begun_in_chat
                carrier = session.chat_socket if is_rest else session.login_socket
                carrier.tell(MessageFrom(message.sender, int(message.at), message.stream, message.number, message.text))
        return bool(page)

    # Receipts

    def check_from_client(self, session: Session, stream: str, received: int) -> None:
        """Note that `session` holds 1 to `received` of a stream that is no live chat's; 0 asks for the progress of its
        own letter.
        """
        self._tasks.answer(session.check_socket, self._note(session, stream, received))

    async def _note(self, session: Session, stream: str, received: int) -> None:
        if stream == ALL_STREAMS:
            for progress in await self._store.receive_all(session.nickname, received):
                self._tell_sender(progress)
        elif received:
            await self._receive(session.nickname, stream, received)
        else:
            self._tell_sender(await self._store.progress(stream, session.nickname))

    def received(self, nickname: str, stream: str, received: int) -> None:
        """Note the same for a client that does not send PINGs itself."""
        self._tasks.run(self._receive(nickname, stream, received))

    async def _receive(self, nickname: str, stream: str, received: int) -> None:
        self._tell_sender(await self._store.receipt(stream, nickname, received))

    def _tell_sender(self, progress: StreamProgress | None) -> None:
        if progress is None:
            return
        delivered = min(progress.received, progress.stored)
        for sender in self._directory.sessions_of(progress.sender):
            sender.tell(Acknowledged(progress.stored, delivered, progress.stream))

    # A chat that is over

    def resume(self, session: Session, command: ResumeChat) -> None:
        """Answer a `/resume` of a chat that is over."""
        self._tasks.answer(session.chat_socket, self._answer_resume(session, command))

    async def _answer_resume(self, session: Session, command: ResumeChat) -> None:
        stream = command.sent.name if command.sent else None
        progress = await self._store.chat_standing(command.chat, session.nickname, stream)
        answer: Event = ChatUnknown(command.chat)
        if progress:
            reason = ChatEnd(progress.reason) if progress.reason in _REASONS else ChatEnd.LOST
            answer = ChatEnded(progress.partner, reason, command.chat, progress.had)
        session.tell(answer)


class Visit:
    """The progress of one session through its mailbox: its cursor, and what has been handed over, by stream.

    `begun_in_chat` are the streams of which it has received a part in a chat.
    """

    def __init__(self) -> None:
        self.cursor = 0
        self.handed: dict[str, int] = {}
        self.begun_in_chat: set[str] = set()
        self.is_due = False
        self.is_running = False
        self.idle = asyncio.Event()
        self.idle.set()


_REASONS = {reason.value for reason in ChatEnd}
