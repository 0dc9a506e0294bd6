"""What a talker writes down, so that a killed one is known to have done it: one line an entry, written at once."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.faults.messages import identity_of


@dataclass(frozen=True, slots=True)
class Began:
    """Another life of the process begins."""

    me: str
    partner: str


@dataclass(frozen=True, slots=True)
class Said:
    """Message `number` is about to be said. `before` is what the client counted as sent then."""

    number: int
    before: int = 0


@dataclass(frozen=True, slots=True)
class Stored:
    """The client says that the server answers for everything up to message `number`."""

    number: int


@dataclass(frozen=True, slots=True)
class Heard:
    text: str


@dataclass(frozen=True, slots=True)
class Noted:
    """Something else that happened, at a time of the machine's monotonic clock."""

    at: float
    what: str


_LONGEST_LINE = 1 << 16

Entry = Began | Said | Stored | Heard | Noted


class Journal:
    """To write in. It goes on where the life before has ended, without the line that one could not finish."""

    def __init__(self, path: Path) -> None:
        path.touch()
        _drop_broken_line(path)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND)

    def began(self, me: str, partner: str) -> None:
        self._write(f"began {me} {partner}")

    def said(self, number: int, before: int) -> None:
        self._write(f"said {number} {before}")

    def stored(self, number: int) -> None:
        self._write(f"stored {number}")

    def heard(self, text: str) -> None:
        self._write(f"heard {json.dumps(text)}")

    def noted(self, what: str) -> None:
        self._write(f"noted {time.monotonic()} {what}")

    def _write(self, line: str) -> None:
        os.write(self._file, f"{line}\n".encode())


def _drop_broken_line(path: Path) -> None:
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        start = file.seek(max(0, size - _LONGEST_LINE))
        file.truncate(start + file.read().rfind(b"\n") + 1)


def entries(lines: Iterable[bytes]) -> Iterator[Entry]:
    """Whole lines only: what does not end in LF was never written."""
    for line in lines:
        word, _, rest = line.decode().partition(" ")
        if rest.endswith("\n"):
            yield _READ[word](rest[:-1])


def _began(rest: str) -> Began:
    return Began(*rest.split())


def _said(rest: str) -> Said:
    return Said(*map(int, rest.split()))


def _stored(rest: str) -> Stored:
    return Stored(int(rest))


def _heard(rest: str) -> Heard:
    return Heard(json.loads(rest))


def _noted(rest: str) -> Noted:
    at, what = rest.split(" ", 1)
    return Noted(float(at), what)


_READ: dict[str, Callable[[str], Entry]] = {
    "began": _began,
    "said": _said,
    "stored": _stored,
    "heard": _heard,
    "noted": _noted,
}


class Follower:
    """Reads a journal while it is being written, and knows how far its talker has got."""

    def __init__(self, path: Path) -> None:
        path.touch()
        self._file = path.open("rb")
        self._rest = b""
        self.said = self.stored = self.heard = 0
        self.last_said: Said | None = None
        self.notes: list[Noted] = []

    def read_on(self) -> None:
        *lines, self._rest = (self._rest + self._file.read()).split(b"\n")
        for entry in entries(line + b"\n" for line in lines if line):
            self._note(entry)

    def _note(self, entry: Entry) -> None:
        match entry:
            case Said(number):
                self.said, self.last_said = max(self.said, number), entry
            case Stored(number):
                self.stored = max(self.stored, number)
            case Heard(text):
                identity = identity_of(text)
                self.heard = max(self.heard, identity.number if identity else 0)
            case Noted():
                self.notes.append(entry)

    def close(self) -> None:
        self._file.close()


def read(path: Path) -> Iterator[Entry]:
    """The whole journal."""
    with path.open("rb") as lines:
        yield from entries(lines)
