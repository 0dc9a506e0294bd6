"""Where a client's memory is written down: what it holds, and the small protocol that its forms have in common.

The forms: a file (memory_file.py), and nothing at all.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from duologue.client.errors import ClientError
from duologue.core.room_rules import is_room

MOST_STREAMS = 1000
"""Streams of which it is remembered what was received: more chats than a server has open with one person at a time."""


class MemoryFailed(ClientError):
    """A notebook cannot be used. The text is the reason, a part of a sentence."""


class MemoryTaken(ClientError):
    """A newer client of the same account writes in this notebook now."""

    def __init__(self) -> None:
        super().__init__("You have logged in from somewhere else, so that was not sent.")


@dataclass(slots=True)
class ChatMemory:
    """One chat. `stream` is what we send in, `partner_stream` what we have last received in.

    Of our messages, 1 to `stored` are safe on the server and 1 to `delivered` with the partner; `unstored` are the
    lines after those, in order. A chat that `is_over`, by our own will or the server's word, stays until all are safe.
    """

    id: str
    partner: str
    stream: str
    partner_stream: str
    stored: int = 0
    is_over: bool = False
    delivered: int = 0
    unstored: deque[bytes] = field(default_factory=deque)

    @property
    def sent(self) -> int:
        return self.stored + len(self.unstored)


@dataclass(frozen=True, slots=True)
class PendingLetter:
    """A message of ours to somebody's mailbox that has not been delivered yet, or to a room that is not stored yet.
    `at` is in seconds since 1970.

    `is_stored` where the server answers for it, `is_kept` where it has said that `nickname` is away.
    """

    nickname: str
    stream: str
    text: str
    at: float
    is_stored: bool = False
    is_kept: bool = False

    @property
    def is_for_room(self) -> bool:
        """All who are in it have the letter when it is stored: it is done then."""
        return is_room(self.nickname)


@dataclass(slots=True)
class Contents:
    """All that there is to remember; `received` by sender and stream, the longest untouched first."""

    chats: dict[str, ChatMemory] = field(default_factory=dict)
    letters: dict[str, PendingLetter] = field(default_factory=dict)
    received: dict[tuple[str, str], int] = field(default_factory=dict)


class MemoryStore(Protocol):
    """Where a memory is written down. What has returned survives a SIGKILL.

    Raises MemoryFailed when it cannot be used, and MemoryTaken after a newer client has opened it.
    """

    def open(self, account: str) -> Contents | None:
        """Whoever else wrote in it is shut out. What it holds, or None where that is what we wrote ourselves."""

    def put_chat(self, chat: ChatMemory) -> None:
        """All that is known of it, in place of what stands there."""

    def put_line(self, chat: str, number: int, line: bytes) -> None: ...

    def put_stored(self, chat: str, upto: int) -> None:
        """The lines up to it may go."""

    def remove_chat(self, chat: str) -> None: ...

    def put_received(self, sender: str, stream: str, upto: int) -> None: ...

    def put_letter(self, letter: PendingLetter) -> None: ...

    def remove_letter(self, stream: str) -> None: ...

    def close(self) -> None:
        """Harmless when repeated; `open` opens it again."""


class NoMemoryStore:
    """Remembers nothing: for bots without a file, and for what is left when a file has failed."""

    def open(self, account: str) -> Contents | None:
        return None

    def put_chat(self, chat: ChatMemory) -> None: ...

    def put_line(self, chat: str, number: int, line: bytes) -> None: ...

    def put_stored(self, chat: str, upto: int) -> None: ...

    def remove_chat(self, chat: str) -> None: ...

    def put_received(self, sender: str, stream: str, upto: int) -> None: ...

    def put_letter(self, letter: PendingLetter) -> None: ...

    def remove_letter(self, stream: str) -> None: ...

    def close(self) -> None: ...
