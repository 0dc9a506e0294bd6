"""What the server asks of a store of messages, and the smallest that works: one that remembers nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from duologue.core.errors import PeerError


class Stored(NamedTuple):
    """The store answers for the messages 1 to `upto` that `sender` sent in `chat`, so their sender may forget them."""

    chat: str
    sender: str
    upto: int


@dataclass(frozen=True, slots=True)
class Message:
    """One stored message. `number` orders all that the store has; `position` counts in its sender's stream.

    `at` is wall clock time, in seconds since 1970.
    """

    number: int
    chat: str
    sender: str
    recipient: str
    position: int
    at: float
    text: str


class StoreError(Exception):
    """The store cannot do what was asked. The message names the file and says what to do."""

    def __init__(self, path: Path, text: str) -> None:
        super().__init__(f"{path}: {text}")
        self.path = path


Report = Callable[[Sequence[Stored]], None]


class Store(Protocol):
    """Keeps the messages of chats. Called on the event loop, so nothing here blocks."""

    def chat_started(self, chat_id: str, asker: str, target: str, at: float) -> None:
        """`at`, here and below, is wall clock time, in seconds since 1970."""

    def chat_ended(self, chat_id: str, reason: str, at: float) -> None: ...

    def append(self, chat_id: str, sender: str, lines: bytes, count: int, at: float) -> None:
        """Take `count` message lines as they came from `sender`; they follow the ones that came before in this chat."""

    def received(self, chat_id: str, sender: str, upto: int) -> None:
        """The partner holds the messages 1 to `upto` of `sender`."""

    async def history(self, me: str, partner: str, *, before: int | None = None, limit: int) -> Sequence[Message]:
        """The newest messages of the two, or those before the message numbered `before`, oldest first.

        Raises StoreError, and PeerError where nothing is kept.
        """

    async def search(self, me: str, words: str, limit: int) -> Sequence[Message]:
        """The newest messages in any chat of `me` that have all of these words, newest first. Raises as `history`."""

    async def close(self) -> None:
        """Keep all that was given, then let go."""


class RemembersNothing:
    """`--history off`: answers for a message when the partner holds it, and keeps no copy. `report` is told so."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def chat_started(self, chat_id: str, asker: str, target: str, at: float) -> None:
        pass

    def chat_ended(self, chat_id: str, reason: str, at: float) -> None:
        pass

    def append(self, chat_id: str, sender: str, lines: bytes, count: int, at: float) -> None:
        pass

    def received(self, chat_id: str, sender: str, upto: int) -> None:
        self._report([Stored(chat_id, sender, upto)])

    async def history(self, me: str, partner: str, *, before: int | None = None, limit: int) -> Sequence[Message]:
        raise _no_history()

    async def search(self, me: str, words: str, limit: int) -> Sequence[Message]:
        raise _no_history()

    async def close(self) -> None:
        pass


def _no_history() -> PeerError:
    return PeerError("no_history", "This server keeps no history.")
