"""Export of messages to a new file: never over another, and all or nothing. Does not know the server.

They arrive newest page first and are written oldest first, so they are put aside on disk, however many there are.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple
from itertools import pairwise
from pathlib import Path
from types import TracebackType

from duologue.client.history.since import local
from duologue.client.history.transcript import lines_of, plain
from duologue.core.events.chat import Recalled
from duologue.durable import appear, temporary_beside


class Spool:
    """Pages put aside newest first, in a nameless file that disappears by itself. Iterate: oldest message first."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 -- closed by __exit__
        self._starts = [0]
        self.count = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def put(self, page: Sequence[Recalled]) -> None:
        for message in page:
            self._file.write(json.dumps(astuple(message)).encode() + b"\n")
        self._starts.append(self._file.tell())
        self.count += len(page)

    def __iter__(self) -> Iterator[Recalled]:
        for start, end in reversed([*pairwise(self._starts)]):
            self._file.seek(start)
            for line in self._file.read(end - start).splitlines():
                yield Recalled(*json.loads(line))


def as_text(messages: Iterable[Recalled]) -> Iterator[str]:
    """Format messages as `/history` shows them."""
    return (f"{plain(line)}\n" for line in lines_of(messages))


def as_json(messages: Iterable[Recalled]) -> Iterator[str]:
    """Format a list with one object per line. ASCII only, so that no text can affect a terminal."""
    separator = "[\n"
    for message in messages:
        yield separator + json.dumps(_record(message))
        separator = ",\n"
    yield "\n]\n"


def _record(message: Recalled) -> dict[str, int | str]:
    return {
        "number": message.number,
        "at": local(message.at).isoformat(),
        "from": message.sender,
        "to": message.recipient,
        "text": message.text,
    }


FORMATS: dict[str, Callable[[Iterable[Recalled]], Iterator[str]]] = {".txt": as_text, ".json": as_json}
"""Formats by the end of the file's name."""


def refuse_existing(path: Path) -> None:
    """Raise FileExistsError before any work is done. `write_new` makes sure."""
    if os.path.lexists(path):
        raise FileExistsError(path)


def write_new(path: Path, texts: Iterable[str]) -> None:
    """The file appears when it is whole, for its owner only. Raises FileExistsError, and OSError as the system does."""
    with temporary_beside(path) as (part, descriptor):
        with open(descriptor, "w", encoding="utf-8", newline="\n", closefd=False) as file:
            file.writelines(texts)
        os.fsync(descriptor)
        appear(part, path)
