"""The store for `--history off`: keeps messages that have not been received, in memory.

A message counts as stored when its recipient holds it: until then only its sender is sure to have it, as this process
may end. So what is kept here may be handed in again.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import NoReturn, TypeVar

from duologue.core.errors import PeerError
from duologue.core.streams import chat_of
from duologue.server.storage.answers import or_refusal
from duologue.server.storage.backlog import PIECE_OVERHEAD, STREAM_BEHIND_BYTES, Backlog, Backlogs
from duologue.server.storage.base import (
    ChatProgress,
    Commit,
    KeptLetter,
    KnownAccount,
    Letter,
    LiveChat,
    LiveRoom,
    Message,
    Pressure,
    Report,
    Stored,
    StreamProgress,
    Undelivered,
)
from duologue.server.storage.held_chats import HeldChat, HeldMailbox, HeldStream, Unheard, UnreceivedReplay
from duologue.server.storage.held_lines import HeldLines
from duologue.server.storage.letters import (
    LETTER,
    STREAMS_OF_A_CHAT,
    bad_number,
    check_number,
    has_mailbox,
    is_gone,
    is_there,
)
from duologue.server.storage.shares import MailboxLimits, Shares
from duologue.server.storage.stored_lines import texts
from duologue.server.storage.undelivered import MESSAGE_OVERHEAD, NUMBER_BITS

# Chats that are over with nothing left of them, remembered so that what is sent again is recognised: 10 MB of them.
REMEMBERED_CHATS = 10_000
# Who has talked with whom in this run, and what was answered to those who are blocked: 10 MB of each at most.
REMEMBERED_PAIRS = 50_000

T = TypeVar("T")


class Unreceived:
    """The store in memory. `report` is told what has been received, `pressure` of which sender more than
    STREAM_BEHIND_BYTES have not been.

    `mailbox` is how many messages may wait for somebody; what else a chat ends with is left to its sender. `wall_clock`
    is in seconds since 1970: messages are numbered on from its microseconds, so that a later process has higher
    numbers, and a page can still count them.
    """

    newest = 0
    live_chats: Sequence[LiveChat] = ()
    live_rooms: Sequence[LiveRoom] = ()
    blocks: Sequence[tuple[str, str]] = ()
    asking: Sequence[tuple[str, str]] = ()
    accounts: Sequence[KnownAccount] = ()

    def __init__(
        self, report: Report, *, pressure: Pressure, mailbox: MailboxLimits, wall_clock: Callable[[], float] = time.time
    ) -> None:
        self._report = report
        self._limit = mailbox.messages
        self._shares = Shares(mailbox, waiting_for=lambda _: ())
        self._backlogs = Backlogs(pressure, stream_limit=STREAM_BEHIND_BYTES, total_limit=math.inf)
        self._current: dict[tuple[str, str], HeldStream] = {}
        self._chats: dict[str, HeldChat] = {}
        self._settled: dict[str, None] = {}  # chats that are over and have been received whole, in this order
        self._mailboxes: dict[str, HeldMailbox] = {}
        self._arrived = int(wall_clock() * 1_000_000)
        self._talked: dict[tuple[str, str], None] = {}  # who knows whom, in the order of their last chat or letter
        self._unheard: dict[tuple[str, str], Unheard] = {}  # by stream and sender, in this order

    # Live chats

    def chat_started(self, chat_id: str, asker: str, target: str, at: float) -> None:
        chat = self._chats[chat_id] = HeldChat(chat_id, asker, target)
        self._note(self._talked, (asker, target), None)
        self._note(self._talked, (target, asker), None)
        for sender in (asker, target):
            self._begin(chat, chat_id, Backlog(chat_id, sender))

    def stream_began(self, chat_id: str, sender: str, stream: str) -> None:
        self._begin(self._chats[chat_id], stream, self._current[chat_id, sender].backlog)

    def append(self, chat_id: str, sender: str, lines: bytes, count: int, at: float, stream: str | None = None) -> None:
        into = self._live(chat_id, sender, stream) if stream else self._current[chat_id, sender]
        into.held.append(lines, count, at)
        if into.received >= into.held.last:  # its partner was faster than those who count
            into.held.let_go(into.received)
            return
        backlog = into.backlog
        backlog.size += len(lines) + PIECE_OVERHEAD
        if backlog.size > STREAM_BEHIND_BYTES:
            self._backlogs.grown(backlog, ())

    def expect(self, collect: Callable[[], None]) -> None:
        """Do nothing: nothing is written."""

    def received(self, chat_id: str, sender: str, stream: str, upto: int) -> None:
        known = self._live(chat_id, sender, stream)
        if upto > known.received:
            self._receive(self._chats[chat_id], known, upto)
            self._report(Commit([Stored(chat_id, sender, stream, upto)]))

    def replay(self, chat_id: str, sender: str, stream: str, after: int) -> UnreceivedReplay:
        return UnreceivedReplay(self._live(chat_id, sender, stream).held, after)

    def _live(self, chat_id: str, sender: str, stream: str) -> HeldStream:
        current = self._current[chat_id, sender]
        if current.name == stream:
            return current
        older = self._chats[chat_id].said_by(sender, stream)
        if older is None:
            raise KeyError(stream)
        return older

    def chat_ended(self, chat_id: str, reason: str, at: float) -> None:
        chat = self._chats[chat_id]
        if chat.reason is not None:
            return
        chat.reason = reason
        for sender in (chat.asker, chat.target):
            self._current.pop((chat_id, sender)).backlog.size = 0
        self._backlogs.shrunk()
        for stream in chat.streams:
            self._keep_for_later(stream)
        self._settle(chat)

    # Letters, and chats that are over

    async def hand_in(self, letter: Letter) -> KeptLetter:
        """Keep a letter. It is not safe yet: only what has been received counts as stored."""
        check_number(letter)
        chat = self._chats.get(chat_of(letter.stream)) or HeldChat(
            chat_of(letter.stream), letter.sender, letter.recipient, LETTER
        )
        is_between_them = {chat.asker, chat.target} == {letter.sender, letter.recipient}
        if chat.reason is None or not is_between_them or letter.sender in chat.gone:
            raise bad_number(letter.stream, letter.number)
        stream = chat.said_by(letter.sender, letter.stream)
        unheard = self._unheard.get((letter.stream, letter.sender))
        progress = stream.progress if stream else unheard.progress if unheard else None
        if progress and is_there(letter, _last(stream, unheard), progress.received):
            return KeptLetter(progress, None)
        if letter.recipient in chat.gone:
            raise is_gone(letter)
        if stream is None and len(chat.streams) >= STREAMS_OF_A_CHAT:
            raise bad_number(letter.stream, letter.number)
        if has_mailbox(letter.recipient):
            self._shares.check(letter)
            if not letter.is_heard:
                return KeptLetter(self._answer_unheard(letter, progress), None)
        stream = self._take(letter, chat, stream)
        self._note(self._talked, (letter.sender, letter.recipient), None)
        return KeptLetter(stream.progress, self._arrived)

    async def hand_in_all(self, letters: Sequence[Letter]) -> list[KeptLetter | PeerError]:
        return [await or_refusal(self.hand_in(letter)) for letter in letters]

    def _answer_unheard(self, letter: Letter, known: StreamProgress | None) -> StreamProgress:
        """Answer as for any letter that has not been received; nothing is kept of it but the answer."""
        before = letter.number - 1
        answer = known or StreamProgress(letter.stream, letter.sender, letter.recipient, before, before)
        self._note(self._unheard, (letter.stream, letter.sender), Unheard(answer, letter.number))
        self._shares.taken(letter)
        return answer

    @staticmethod
    def _note(among: dict[tuple[str, str], T], key: tuple[str, str], value: T) -> None:
        """Note `value`; of too many, the oldest are forgotten."""
        among.pop(key, None)
        among[key] = value
        if len(among) > REMEMBERED_PAIRS:
            del among[next(iter(among))]

    async def have_talked(self, me: str, other: str) -> bool:
        return (me, other) in self._talked

    async def accounts_are(self, seen: Sequence[tuple[str, str]], born: Sequence[tuple[str, str]]) -> int:
        """Let go of what was kept for earlier accounts. Births are noted by who asks: they end with this process."""
        newcomers = {nickname for nickname, _ in born}
        for chat in [*self._chats.values()] if newcomers else ():
            self._disown(chat, newcomers & {chat.asker, chat.target})
        for nickname in newcomers:
            self._mailboxes.pop(nickname, None)
        self._shares.forget(newcomers)
        self._talked = {pair: None for pair in self._talked if newcomers.isdisjoint(pair)}
        self._unheard = {
            key: unheard
            for key, unheard in self._unheard.items()
            if newcomers.isdisjoint((unheard.progress.sender, unheard.progress.recipient))
        }
        self._arrived += 1
        return self._arrived

    def _disown(self, chat: HeldChat, gone: set[str]) -> None:
        chat.gone |= gone
        for stream in chat.streams:
            if stream.recipient in gone:
                stream.held.cut_off(stream.received)
        if gone and chat.id in self._chats:  # settling one can have another forgotten
            self._settle(chat)

    def block_is(self, nickname: str, other: str, is_on: bool) -> None:
        """Do nothing: blocks last as long as this process does, and so does who may ask."""

    def asking_is(self, nickname: str, who: str) -> None:
        pass

    def room_is(self, room: LiveRoom) -> None:
        """Do nothing: rooms live as long as this process does."""

    def room_gone(self, room_id: str) -> None:
        pass

    async def synced(self) -> None:
        """Do nothing: what is kept here is on no disk, so there is nothing to wait for."""

    async def undelivered(self, me: str, after: int, limit_bytes: int) -> list[Undelivered]:
        number, position = after >> NUMBER_BITS, after & (1 << NUMBER_BITS) - 1
        found: list[Undelivered] = []
        for arrival, (stream, first, last) in self._mailbox(me).arrivals.items():
            if limit_bytes <= 0:
                break
            if arrival >= number:
                start = max(first - 1, stream.received, position if arrival == number else 0)
                limit_bytes -= _read(stream, arrival, start, last, limit_bytes, found)
        return found

    async def receive_all(self, me: str, number: int) -> Sequence[StreamProgress]:
        return ()  # no list shows what waits

    async def receipt(self, stream: str, recipient: str, upto: int) -> StreamProgress | None:
        chat = self._over(stream)
        known = chat.said_by(chat.partner_of(recipient), stream) if chat else None
        if chat is None or known is None or known.recipient != recipient or recipient in chat.gone:
            return None
        upto = min(upto, known.held.last)
        if upto > known.received:
            self._receive(chat, known, upto)
        return None if known.sender in chat.gone else known.progress

    async def progress(self, stream: str, sender: str) -> StreamProgress | None:
        chat = self._over(stream)
        known = chat.said_by(sender, stream) if chat else None
        if chat and known:
            return None if sender in chat.gone else known.progress
        unheard = self._unheard.get((stream, sender))
        return unheard.progress if unheard else None

    async def chat_standing(self, chat_id: str, me: str, stream: str | None) -> ChatProgress | None:
        chat = self._chats.get(chat_id)
        if chat is None or chat.reason in (None, LETTER) or me not in {chat.asker, chat.target} - chat.gone:
            return None
        mine = chat.said_by(me, stream)
        return ChatProgress(chat.partner_of(me), str(chat.reason), max(mine.held.last, mine.received) if mine else 0)

    # What is not kept

    async def history(self, me: str, partner: str, *, before: int | None = None, limit: int) -> Sequence[Message]:
        raise _no_history()

    async def room_history(
        self, room_id: str, *, asker: str, before: int | None = None, limit: int
    ) -> Sequence[Message]:
        raise _no_history()

    async def search(self, me: str, words: str, limit: int, rooms: Sequence[str] = ()) -> Sequence[Message]:
        raise _no_history()

    async def after(self, me: str, number: int, limit: int, rooms: Sequence[str] = ()) -> NoReturn:
        raise _no_history()

    async def count_after(self, me: str, number: int, most: int, rooms: Sequence[str] = ()) -> NoReturn:
        raise _no_history()

    async def listed(self, me: str, before: int | None = None, limit: int = 50, rooms: Sequence[str] = ()) -> NoReturn:
        raise _no_history()

    async def mark(self, me: str, conversation: str, number: int) -> NoReturn:
        raise _no_history()

    async def close(self) -> None:
        pass

    # Streams and mailboxes

    def _begin(self, chat: HeldChat, name: str, backlog: Backlog) -> None:
        stream = HeldStream(name, backlog, chat.partner_of(backlog.sender))
        chat.streams.append(stream)
        self._current[chat.id, backlog.sender] = stream

    def _over(self, stream: str) -> HeldChat | None:
        chat = self._chats.get(chat_of(stream))
        return None if chat is None or chat.reason is None else chat

    def _mailbox(self, nickname: str) -> HeldMailbox:
        return self._mailboxes.get(nickname) or HeldMailbox()

    def _receive(self, chat: HeldChat, stream: HeldStream, upto: int) -> None:
        before, had_waited, stream.received = stream.received, stream.unreceived, upto
        gone = stream.held.let_go(upto)
        if chat.reason is None:
            stream.backlog.size -= sum(map(len, gone)) + PIECE_OVERHEAD * len(gone)
            self._backlogs.shrunk()
        elif had_waited:
            self._hand_over(stream, before)
            self._settle(chat)

    def _hand_over(self, stream: HeldStream, before: int) -> None:
        """Take what has been received since `before` out of the mailbox."""
        mailbox = self._mailboxes[stream.recipient]
        for arrival, (whose, first, last) in [*mailbox.arrivals.items()]:
            if whose is stream and first <= stream.received:
                count = min(last, stream.received) - max(first - 1, before)
                self._shares.put(stream.recipient, stream.sender, -count)
                if last <= stream.received:
                    del mailbox.arrivals[arrival]
        if not mailbox.arrivals:
            del self._mailboxes[stream.recipient]

    def _keep_for_later(self, stream: HeldStream) -> None:
        """Put a chat that is over into the mailbox, as far as there is room. Its sender has the rest, to hand it in."""
        waiting = self._shares.waiting(stream.recipient)
        room = max(0, self._limit - waiting) if has_mailbox(stream.recipient) else 0
        stream.held.cut_off(stream.received + room)
        if stream.unreceived:
            self._put(stream, stream.received + 1)
            self._shares.put(stream.recipient, stream.sender, stream.unreceived)

    def _take(self, letter: Letter, chat: HeldChat, stream: HeldStream | None) -> HeldStream:
        if stream is None:
            before = letter.number - 1
            backlog = Backlog(chat.id, letter.sender)
            stream = HeldStream(letter.stream, backlog, letter.recipient, before, HeldLines(before))
            chat.streams.append(stream)
            self._chats[chat.id] = chat
        self._arrived += 1
        self._settled.pop(chat.id, None)
        if has_mailbox(letter.recipient):
            stream.held.last = letter.number - 1
            stream.held.append(letter.line, 1, letter.at)
            self._put(stream, letter.number)
            self._shares.taken(letter)
        else:
            stream.held.last = stream.received = letter.number
            self._settle(chat)
        return stream

    def _put(self, stream: HeldStream, first: int) -> None:
        mailbox = self._mailboxes.setdefault(stream.recipient, HeldMailbox())
        self._arrived += 1
        mailbox.arrivals[self._arrived] = stream, first, stream.held.last

    def _settle(self, chat: HeldChat) -> None:
        if any(stream.unreceived for stream in chat.streams):
            return
        self._settled[chat.id] = None
        if len(self._settled) > REMEMBERED_CHATS:
            oldest = next(iter(self._settled))
            del self._settled[oldest], self._chats[oldest]


def _last(stream: HeldStream | None, unheard: Unheard | None) -> int:
    """Return the number of the last message that came, heard or not."""
    return max(max(stream.held.last, stream.received) if stream else 0, unheard.last if unheard else 0)


def _read(stream: HeldStream, arrival: int, start: int, last: int, limit: int, found: list[Undelivered]) -> int:
    """Add to `found` what `limit` has room for; return the size of that."""
    size = 0
    while start < last and size < limit:
        most = min(last - start, (limit - size) // MESSAGE_OVERHEAD + 1)
        part = stream.held.part(start, limit - size, most)
        assert part, "what waits is held"
        for number, text in enumerate(texts(part.lines), part.first):
            cursor = (arrival << NUMBER_BITS) + number
            found.append(Undelivered(cursor, stream.name, stream.sender, number, part.at, text))
        start = part.first + part.messages - 1
        size += len(part.lines) + part.messages * MESSAGE_OVERHEAD
    return size


def _no_history() -> PeerError:
    return PeerError("no_history", "This server keeps no history.")
