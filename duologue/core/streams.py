"""Streams: how far the messages of one person to another have come, and what each end holds of them.

Rules of docs/protocol.md 7 and 10, without a socket and without a store. Messages are counted, no line has a number:
the n-th line of a stream is message n.
"""

from __future__ import annotations

from dataclasses import dataclass

from duologue.core.commands.chat import StreamHeld
from duologue.core.errors import FatalPeerError


class Stream:
    """Numbered messages of one sender. `sent` have come in from the sender, the server answers for those up to
    `stored`, and `received` is the highest that the recipient is known to hold with none missing before it.

    Where the server was killed before it had stored what it had passed on, the recipient holds more than was `sent`.
    The sender, who has kept that, sends it again, and the recipient drops it.

    Of an older stream, whoever has received something of the next one holds 1 to `closed_at`; what came later (11.2)
    may still have to be handed over.

    `uncounted` are message lines that have gone on to the recipient and wait to be kept with others, each one message.
    """

    __slots__ = ("_sent", "_size", "closed_at", "is_begun", "is_recovered", "name", "received", "stored", "uncounted")

    def __init__(
        self,
        name: str,
        sent: int = 0,
        stored: int = 0,
        received: int = 0,
        *,
        is_begun: bool = True,
        is_recovered: bool = False,
    ) -> None:
        self.name = name
        self.stored = stored
        self.received = received
        self.is_begun = is_begun
        """False until the store has noted that the stream begins: nobody hears of it before, so its name cannot be used
        twice.
        """
        self.is_recovered = is_recovered
        """Whether it was read back from the store: then the recipient may hold more of it than the server knows of."""
        self.closed_at = received if is_recovered else sent
        self.uncounted: list[bytes] = []
        self._sent = sent
        self._size = 0

    @property
    def sent(self) -> int:
        return self._sent + len(self.uncounted)

    @sent.setter
    def sent(self, sent: int) -> None:
        self._sent = sent

    @property
    def size(self) -> int:
        """The bytes that have come in while this server runs."""
        return self._size + sum(map(len, self.uncounted))

    @property
    def is_late(self) -> bool:
        """Whether more of it has come since the next stream began."""
        return self.sent > self.closed_at

    def counts(self, messages: int, size: int) -> None:
        """Count messages of `size` bytes together."""
        self._sent += messages
        self._size += size

    def count_of(self, upto: int) -> int | None:
        """Return how many messages a client's `upto` stands for, or None where it cannot hold that many."""
        return upto if upto <= self.sent else self.sent if self.is_recovered else None


@dataclass(frozen=True, slots=True)
class Resumption:
    """The answer to a sender that comes back, as in ChatResumed. `is_new` says that `stream` begins with it."""

    had: int
    stream: Stream
    is_new: bool


def chat_of(stream: str) -> str:
    """Return the id of the chat that a stream belongs to: the first stream of either direction is named after it."""
    return stream.partition(".")[0]


class Direction:
    """The messages of `sender` to `recipient`. `streams` are all streams so far, oldest first; the sender sends in the
    last.

    The recipient has been handed everything before the stream `at`, and of that one the messages 1 to `pushed`. While
    messages go straight to the recipient nobody counts `pushed`: see `now_behind`.
    """

    def __init__(self, sender: str, recipient: str, streams: list[Stream]) -> None:
        self.sender = sender
        self.recipient = recipient
        self.streams = streams
        self._at = 0
        self.pushed = 0
        self._left: dict[int, int] = {}  # how far streams had been handed over that were left for late lines

    @property
    def current(self) -> Stream:
        """The stream that the sender sends in."""
        return self.streams[-1]

    @property
    def at(self) -> Stream:
        """The stream that the recipient is being handed."""
        return self.streams[self._at]

    @property
    def is_level(self) -> bool:
        """Whether the recipient has been handed everything."""
        return self.at is self.current and self.pushed == self.current.sent

    @property
    def is_at_end(self) -> bool:
        """Whether an older stream has been handed over whole, so that the next one may begin."""
        if self.at is self.current or self.pushed < self.at.sent:
            return False
        return self.streams[self._at + 1].is_begun

    def now_behind(self) -> None:
        """Note that everything in this stream so far went straight to the recipient, and that what follows does not."""
        self.pushed = self.at.sent

    def next_stream(self, *, by_device: bool = False) -> None:
        """Hand the recipient the following stream from now on, but for those that were left with nothing missing.

        `by_device` (see `recipient_returns`): from its beginning, though others of this person have received some of
        it.
        """
        self._at += 1
        self.pushed = self._left.pop(self._at, 0 if by_device else self.at.received)
        while self._at + 1 in self._left and self.pushed == self.at.sent:
            self._at += 1
            self.pushed = self._left.pop(self._at)

    def go_back(self, stream: Stream, pushed: int) -> bool:
        """Hand the recipient what follows message `pushed` of an older stream, and go on then where it was. Return
        False where its turn comes anyway.

        Called after `now_behind`, before what has come late is counted.
        """
        place = self.streams.index(stream)
        if place >= self._at:
            return False
        for passed in range(place + 1, self._at):
            self._left.setdefault(passed, self.streams[passed].sent)
        self._left[self._at] = self.pushed
        self._at, self.pushed = place, pushed
        return True

    def is_ahead(self, name: str) -> bool:
        """Return whether the recipient is still to be handed the beginning of a stream."""
        return any(stream.name == name for stream in self.streams[self._at + 1 :])

    def named(self, name: str) -> Stream | None:
        current = self.streams[-1]
        if current.name == name:
            return current
        return next((stream for stream in reversed(self.streams) if stream.name == name), None)

    # What the two ends report

    def acknowledge(self, stream: Stream, upto: int) -> bool:
        """Note that the recipient holds 1 to `upto` of `stream`; return whether that is news.

        Raises FatalPeerError for a count that cannot be.
        """
        if upto <= stream.received:
            return False
        held = stream.count_of(upto)
        if held is None:
            raise FatalPeerError("bad_count", f"PING {upto} cannot be: {stream.sent} were sent to you.")
        is_news = held > stream.received
        stream.received = held
        return is_news

    def recipient_returns(self, held: StreamHeld | None, *, by_device: bool = False) -> list[Stream]:
        """Take the recipient back; `held` says what it has, without it counts what is known of it.

        `received` is what the person has, on whichever device. `by_device`: the recipient is one of several, and is
        handed what follows what it holds itself; what was before that it is told otherwise
        (`server/chats/following.py`).

        Returns the streams of which more has been received than was known. Raises FatalPeerError for what cannot be.
        """
        news = self._note_held(held) if held else []
        self._left.clear()
        named = self.named(held.name) if held and by_device else None
        if held and named:
            self._at, self.pushed = self.streams.index(named), min(held.upto, named.sent)
            return news
        lacking = (number for number, stream in enumerate(self.streams) if stream.received < stream.sent)
        self._at = next(lacking, len(self.streams) - 1)
        self.pushed = min(self.at.received, self.at.stored) if by_device else self.at.received
        return news

    def _note_held(self, held: StreamHeld) -> list[Stream]:
        stream = self.named(held.name)
        upto = stream.count_of(held.upto) if stream else None
        if stream is None or upto is None:
            raise FatalPeerError("bad_count", "Nobody sent you what your /resume says that you hold.")
        before = self.streams[: self.streams.index(stream)]
        news = [older for older in before if older.received < older.closed_at]
        for older in news:
            older.received = older.closed_at
        if upto > stream.received:
            stream.received = upto
            news.append(stream)
        return news

    def sender_returns(self, held: StreamHeld | None) -> Resumption:
        """Take the sender back; `held` says which stream it remembers, and up to where as stored.

        Without it, or where the sender's memory and ours do not fit together, a new stream begins: a new message must
        never be taken for an older one of the same number.
        """
        remembered = self.named(held.name) if held else None
        if held is None or remembered is None:
            return Resumption(held.upto if held else 0, self._begin(), is_new=True)
        if remembered is self.current and held.upto <= remembered.sent:
            return Resumption(remembered.sent, remembered, is_new=False)
        had = max(held.upto, remembered.sent)
        return Resumption(had, self._begin(), is_new=True)

    def stored_of(self, held: StreamHeld | None) -> int:
        """Return how many messages the store answers for of the stream that a session names; 0 where it is unknown."""
        stream = self.named(held.name) if held else None
        return stream.stored if stream else 0

    def _begin(self) -> Stream:
        self.current.closed_at = self.current.sent
        stream = Stream(f"{chat_of(self.current.name)}.{len(self.streams) + 1}")
        self.streams.append(stream)
        return stream
