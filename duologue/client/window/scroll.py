"""The messages of one place, as blocks of a history to show. Sans-I/O; times are passed in.

Everything from this session is kept; only the newest of it is shown until somebody asks for more, so that a window
stays fast.
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
"""Entries that are shown: more than anybody looks through, and Tk paints as fast as with ten."""

SLACK = 500
"""Entries above that number before the oldest are removed from the window, which takes some 50 ms (measured)."""

STEP = 500
"""Earlier entries that are added at a time: the most that a server returns (docs/protocol.md)."""

MOST_KEPT = 50_000
"""Entries that are kept, some 20 MB; the server has the others."""

CLOCKS_APART = 300
"""Seconds by which the server's clock and ours may differ, when a live message is recognised in the history."""

AFTER_TIME = "  "
"""Separates the time from what was said then."""

Piece = tuple[str, str]
"""A text and the name of its format."""


@dataclass(frozen=True, slots=True)
class ScrollEntry:
    """One entry. `text` and `speaker` are safe to show. `at` is in seconds since 1970; `number` is the server's, if
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
    """The entries of one place. `before` is the message before which the server has older ones; None if it has none, or
    was not asked yet.
    """

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
        """Return everything to show."""
        return [*_blocks(self._entries[self._first :], None)]

    def add(self, entry: ScrollEntry) -> list[Block]:
        """Add an entry; return the blocks to append, none if it is here already."""
        if entry.number in self._numbers:
            return []
        if entry.number is not None:
            self._numbers.add(entry.number)
        day = local(self._entries[-1].at).date() if self._entries else None
        self._entries.append(entry)
        if len(self._entries) > MOST_KEPT:
            del self._entries[0]
            self._first = max(0, self._first - 1)
            self.before = None  # what precedes these is no longer the server's next page
        return [*_blocks([entry], day)]

    def trim(self) -> bool:
        """Show only the newest again; return whether that removes anything."""
        surplus = len(self._entries) - self._first - SHOWN
        if surplus <= SLACK:
            return False
        self._first += surplus
        return True

    def show_earlier(self) -> bool:
        """Show more of what is kept; return whether there was any."""
        if self._first == 0:
            return False
        self._first = max(0, self._first - STEP)
        return True

    def __len__(self) -> int:
        return len(self._entries)

    def reach(self, message: Recalled, me: str) -> int | None:
        """Show that message from now on; return its line, counted from 1, or None if it is not here."""
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
        """Put a page of the history, oldest first, before everything here, leaving out what also arrived live."""
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
    """Return messages of several places, newest first as a search returns them, as blocks in chronological order."""
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
    """Return whether this is the entry. What was said live in a chat has no number here."""
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
