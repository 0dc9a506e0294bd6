"""Chats at work: carries out what the rules decide about one, with relay, store and acknowledgements.

Knows who takes part. The rules are in `core`.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable

from duologue.core.commands.chat import Ping, ResumeChat, SendLetter
from duologue.core.effects import CloseChat, OpenChat, PauseChat, ReopenChat
from duologue.core.privacy import Privacy
from duologue.core.requests import Chat
from duologue.core.streams import Stream
from duologue.server.backpressure import Backpressure
from duologue.server.chats.acknowledgements import Acknowledgements
from duologue.server.chats.bookkeeping import Bookkeeping
from duologue.server.chats.delivery import Delivery
from duologue.server.chats.following import FollowService
from duologue.server.chats.late_lines import LateLines
from duologue.server.chats.mailbox import Mailbox
from duologue.server.chats.rest import Rests
from duologue.server.history import HistoryReader
from duologue.server.metering import Metering
from duologue.server.metrics import Traffic
from duologue.server.people.directory import Directory
from duologue.server.session import Hold, Session
from duologue.server.storage.base import Commit, Store, StoreError
from duologue.server.tables import Connections
from duologue.server.tasks import Tasks

log = logging.getLogger(__name__)

ChatEffect = OpenChat | PauseChat | ReopenChat | CloseChat


class ChatService:
    """Live and paused chats. `written` is told of each letter; `wall_clock` dates what is stored, `traffic` counts."""

    def __init__(
        self,
        store: Store,
        backpressure: Backpressure,
        metering: Metering,
        connections: Connections,
        directory: Directory,
        privacy: Privacy,
        *,
        page: int,
        written: Callable[[str, str], None],
        wall_clock: Callable[[], float],
        traffic: Traffic,
    ) -> None:
        self._store = store
        self._traffic = traffic
        self._connections = connections
        self._directory = directory
        self._wall_clock = wall_clock
        self._behind: set[tuple[str, str]] = set()
        self._tasks = Tasks()
        rests = Rests()
        self._bookkeeping = Bookkeeping(store)
        self.acknowledgements = Acknowledgements(store, metering)
        self.following = FollowService(store, backpressure, chat_of=self.acknowledgements.chat)
        self.delivery = Delivery(
            store,
            backpressure,
            metering,
            rests,
            self._bookkeeping,
            page=page,
            keeper=self._keeper,
            taken=self._taken,
            handed=self.following.handed_over,
        )
        self._late_lines = LateLines(
            store,
            self.delivery,
            live=self.acknowledgements.live,
            spoke_late=self.acknowledgements.spoke_late,
            counted=self._count_one,
            wall_clock=wall_clock,
        )
        self.history = HistoryReader(store, self._bookkeeping, privacy.is_heard)
        self.mailbox = Mailbox(
            store,
            backpressure,
            directory,
            privacy,
            rests,
            written=written,
            wall_clock=wall_clock,
        )

    # What the rules decide

    def perform(self, effect: ChatEffect) -> None:
        match effect:
            case OpenChat(chat):
                self._open(chat)
            case PauseChat(chat, nickname, number):
                self._take_out(chat, self._session(nickname, number))
            case ReopenChat():
                self._reopen(effect)
            case CloseChat():
                self._close(effect)

    def _open(self, chat: Chat) -> None:
        self._store.chat_started(chat.id, chat.asker, chat.target, self._wall_clock())
        self.acknowledgements.opened(chat)
        for nickname, number in chat.holders.items():
            session = self._session(nickname, number)
            self._take_in(chat, session)
            self.delivery.join(chat, session)
        log.info("chat started", extra={"chat": chat.id})

    def _session(self, nickname: str, number: int) -> Session:
        session = self._directory.session(nickname, number)
        assert session, "the rules let a session go before it is gone"
        return session

    def restore(self, chat: Chat) -> None:
        """Take over a chat from the server that ran before, which waits for both of its people."""
        self.acknowledgements.opened(chat)

    def _note_held(self, effect: ReopenChat) -> None:
        chat, hears = effect.chat, effect.chat.hears(effect.nickname)
        for stream in effect.held:
            self._store.received(chat.id, hears.sender, stream.name, stream.received)
            self.acknowledgements.owe_sender(hears, stream)

    def begin_stream(self, session: Session, effect: ReopenChat, begun: Stream, then: Callable[[], None]) -> None:
        """Begin a new stream of `session`, which comes back with it. Nobody may be told of it before the store has
        noted it; `then` they are.

        Until then nothing more is read from it.
        """
        begun.is_begun = False
        self._note_held(effect)
        self._store.stream_began(effect.chat.id, session.nickname, begun.name)
        self._tasks.answer(session.chat_socket, self._begin_stream(begun, then))

    async def _begin_stream(self, begun: Stream, then: Callable[[], None]) -> None:
        await self._store.synced()
        begun.is_begun = True
        then()

    def _take_in(self, chat: Chat, session: Session) -> None:
        self.acknowledgements.listen(chat, session)
        self._connections.set_in_chat(session.row, True)

    def _take_out(self, chat: Chat, session: Session) -> None:
        self.delivery.leave(chat, session)
        session.check_socket.receive_through(None)
        self._connections.set_in_chat(session.row, False)

    def _reopen(self, effect: ReopenChat) -> None:
        chat, session = effect.chat, self._session(effect.nickname, effect.session)
        self._note_held(effect)
        session.has_resumed = True
        self._take_in(chat, session)
        self.delivery.rejoin(chat, session, effect.begun)
        if (chat.id, session.nickname) in self._behind:
            session.chat_socket.hold(Hold.STORE)
        log.info("chat resumed", extra={"chat": chat.id})

    def _close(self, effect: CloseChat) -> None:
        chat = effect.chat
        self._bookkeeping.settle()
        self._store.chat_ended(chat.id, effect.reason.value, self._wall_clock())
        for nickname in (chat.asker, chat.target):
            holder = self._in_chat(chat.id, nickname)
            if holder:
                self._take_out(chat, holder)
                self.mailbox.chat_is_over(holder, chat)
                self.following.handed_over(holder)
            if holder is None or holder.device:
                self.mailbox.push(nickname)
        self.delivery.close(chat)
        self.acknowledgements.ended(chat)
        self._tasks.run(self._forget(chat))
        log.info("chat ended", extra={"chat": chat.id})

    async def _forget(self, chat: Chat) -> None:
        with contextlib.suppress(StoreError):  # then nothing more is reported either
            await self._store.synced()
        self.acknowledgements.forget_chat(chat)
        self._traffic.forget(chat.id)

    def settle(self) -> None:
        """Give the store all that was said until now."""
        self._bookkeeping.settle()

    # Letters

    def send_letter(self, session: Session, letter: SendLetter) -> None:
        """Carry out `/msg`: a letter, or the rest of a stream."""
        session.speaks_in(letter.stream)
        if not self._late_lines.take(session, letter):
            self.mailbox.send(session, letter)

    def _count_one(self) -> None:
        self._traffic.messages += 1

    # Reports of clients

    def check_from_client(self, session: Session, ping: Ping) -> None:
        """Take a client's PING. Raises FatalPeerError for a count that cannot be."""
        if not self.acknowledgements.check_from_client(session, ping):
            self.mailbox.check_from_client(session, ping.stream or "", ping.received or 0)

    def resume_ended(self, session: Session, command: ResumeChat) -> None:
        """Answer a `/resume` of a chat that is over."""
        self.mailbox.resume(session, command)

    # Reports of the store

    def stored(self, commit: Commit) -> None:
        """Note that the store answers for more than before."""
        for item in commit.stored:
            self.acknowledgements.stored(item)
            self.delivery.stored(item.chat, item.sender)
            self._traffic.stored(item.chat, item.sender, item.stream, item.upto)
        self.following.committed(commit)

    def store_is_behind(self, chat: str, sender: str, is_behind: bool) -> None:
        """Stop reading from `sender`, with whom the disk does not keep up, until it does; nothing is dropped."""
        session = self._in_chat(chat, sender)
        if is_behind:
            self._behind.add((chat, sender))
            if session:
                session.chat_socket.hold(Hold.STORE)
        else:
            self._behind.discard((chat, sender))
            if session:
                session.chat_socket.release(Hold.STORE)

    def _in_chat(self, chat_id: str, nickname: str) -> Session | None:
        """Return the session through which somebody takes part in a chat now."""
        mine = self._directory.sessions_of(nickname)
        return next((session for session in mine if session.chat and session.chat.id == chat_id), None)

    def _taken(self, chat: Chat, sender: str, count: int) -> None:
        stream = self.acknowledgements.taken(chat, sender, count)
        if stream:
            self.mailbox.received(chat.partner_of(sender), stream.name, stream.received)

    def _keeper(self, chat_id: str, sender: str) -> Callable[[bytes, int], None]:
        """Return what keeps messages of `sender`, and counts them: called for each, so what it needs is at hand."""
        store, traffic, wall_clock = self._store, self._traffic, self._wall_clock

        def keep(lines: bytes, count: int) -> None:
            store.append(chat_id, sender, lines, count, wall_clock())
            traffic.messages += count
            if traffic.sample is None:
                self._follow(chat_id, sender)

        return keep

    def _follow(self, chat_id: str, sender: str) -> None:
        session = self._in_chat(chat_id, sender)
        if session and session.chat:
            stream = session.chat.says(sender).current
            self._traffic.follow(chat_id, sender, stream.name, stream.sent)
