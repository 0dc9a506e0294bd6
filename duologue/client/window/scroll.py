"""What was said in one place, as blocks of a history to show. Sans-I/O; times are passed in.

All that came in this session is kept; of that only the newest is shown until somebody asks for more, so that a window
stays quick.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from duologue.client.history.since import local
from duologue.client.history.transcript import by_both, day_line, said_by
from duologue.client.view.base import Kind
from duologue.core.events.chat import Recalled
from duologue.core.text import visible

SHOWN = 2000
"""Entries that are shown: more than anybody looks through, and Tk paints as quickly as with ten."""

SLACK = 500
"""Entries above that before the oldest are taken out of the window, which costs some 50 ms (measured)."""

STEP = 500
"""Earlier entries that come at a time: as many as a server gives at most (docs/protocol.md)."""

MOST_KEPT = 50_000
"""Entries that are remembered, some 20 MB; the server has the others."""

CLOCKS_APART = 300
"""Seconds that the server's clock and ours may differ by, when a message is found in the history that has come live."""

AFTER_TIME = "  "
"""Between the time and what was said then."""

Piece = tuple[str, str]
"""A text and the name of the way in which it is painted."""


@dataclass(frozen=True, slots=True)
class ScrollEntry:
    """`text` and `speaker` are safe to show. `at` is in seconds since 1970; `number` is the server's, where it is
    known.
    """

    at: float
    kind: Kind
    text: str
    speaker: str = ""
    is_own: bool = False
    number: int | None = None


Block = tuple[Piece, ...]
"""One paragraph, with its line break."""


def said(nickname: str, text: str, at: float, *, is_own: bool = False, number: int | None = None) -> ScrollEntry:
    line = said_by(visible(nickname), text)
    return ScrollEntry(at, line.kind, line.text, line.speaker, is_own, number)


class Scroll:
    """`before` is the message before which the server has older ones; None: it has not, or was not asked yet."""

    def __init__(self) -> None:
        self._entries: list[ScrollEntry] = []
        self._numbers: set[int] = set()
        self._first = 0
        self.is_loaded = False
        self.before: int | None = None

    @property
    def has_earlier(self) -> bool:
        return self._first > 0 or self.before is not None

    @property
    def newest(self) -> ScrollEntry | None:
        return self._entries[-1] if self._entries else None

    def blocks(self) -> list[Block]:
        """All that is to be shown."""
        return [*_blocks(self._entries[self._first :], None)]

    def add(self, entry: ScrollEntry) -> list[Block]:
        """What comes at the end; nothing where it is here already."""
        if entry.number in self._numbers:
            return []
        if entry.number is not None:
            self._numbers.add(entry.number)
        day = local(self._entries[-1].at).date() if self._entries else None
        self._entries.append(entry)
        if len(self._entries) > MOST_KEPT:
            del self._entries[0]
            self._first = max(0, self._first - 1)
            self.before = None  # what stands before is not the server's next page any more
        return [*_blocks([entry], day)]

    def trim(self) -> bool:
        """Show only the newest again; whether that takes anything away."""
        surplus = len(self._entries) - self._first - SHOWN
        if surplus <= SLACK:
            return False
        self._first += surplus
        return True

    def show_earlier(self) -> bool:
        """Show more of what is remembered; whether there was any."""
        if self._first == 0:
            return False
        self._first = max(0, self._first - STEP)
        return True

    def __len__(self) -> int:
        return len(self._entries)

    def reach(self, message: Recalled, me: str) -> int | None:
        """The line in which that message stands, from 1, which is shown from now on; None where it is not here."""
        sought = said(message.sender, message.text, message.at, is_own=message.sender == me, number=message.number)
        places = (nth for nth in range(len(self._entries) - 1, -1, -1) if _is_sought(self._entries[nth], sought))
        found = next(places, None)
        if found is None:
            return None
        self._first = min(self._first, found)
        above = _blocks(self._entries[self._first : found + 1], None)
        lines = [text.count("\n") for block in above for text, _ in block]
        return sum(lines) - self._entries[found].text.count("\n")

    def load(self, messages: Sequence[Recalled], before: int | None, me: str) -> None:
        """A page of the history, oldest first, comes before all that is here, but for what has come live too."""
        live = [] if self.is_loaded else [entry for entry in self._entries if entry.speaker]
        old: list[ScrollEntry] = []
        for message in reversed(messages):
            entry = said(message.sender, message.text, message.at, is_own=message.sender == me, number=message.number)
            twin = next((one for one in live if _is_same(entry, one)), None)
            if twin:
                live.remove(twin)
            else:
                old.append(entry)
        self._entries[:0] = reversed(old)
        self._numbers.update(message.number for message in messages)
        self.is_loaded = True
        self.before = before


def found(messages: Sequence[Recalled], me: str) -> list[Block]:
    """Messages of several places, newest first as a search gives them, as blocks in the order of time."""
    entries = [
        ScrollEntry(message.at, Kind.MESSAGE, visible(message.text, keep="\n"), by_both(message), message.sender == me)
        for message in reversed(messages)
    ]
    return [*_blocks(entries, None)]


def _is_same(old: ScrollEntry, live: ScrollEntry) -> bool:
    if live.number is not None:
        return old.number == live.number
    is_alike = (old.kind, old.speaker, old.text) == (live.kind, live.speaker, live.text)
    return is_alike and old.at > live.at - CLOCKS_APART


def _is_sought(entry: ScrollEntry, sought: ScrollEntry) -> bool:
    """What was said live in a chat has no number here."""
    if entry.number is not None:
        return entry.number == sought.number
    is_alike = (entry.speaker, entry.text) == (sought.speaker, sought.text)
    return is_alike and abs(entry.at - sought.at) < CLOCKS_APART


def _blocks(entries: Sequence[ScrollEntry], day: date | None) -> Iterator[Block]:
    for entry in entries:
        moment = local(entry.at)
        if moment.date() != day:
            day = moment.date()
            yield ((f"{day_line(day).text}\n", "day"),)
        yield _block(entry, f"{moment:%H:%M}{AFTER_TIME}")


def _block(entry: ScrollEntry, time: str) -> Block:
    text = f"{entry.text}\n"
    if not entry.speaker:
        return ((time, "time"), (text, entry.kind.value))
    whose = "own" if entry.is_own else "speaker"
    if entry.kind is Kind.ACTION:
        return ((time, "time"), (f"* {entry.speaker} ", whose), (text, "action"))
    return ((time, "time"), (f"{entry.speaker}  ", whose), (text, "message"))
