"""Storage for a client's memory: its contents, and the small protocol that the implementations share.

The implementations: a file (memory_file.py), and nothing at all.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Protocol

from duologue.client.errors import ClientError
from duologue.core.room_rules import is_room

MOST_STREAMS = 1000
"""Streams whose received messages are remembered: more chats than a server has open with one person at a time."""

_REST = "."


class MemoryFailed(ClientError):
    """The store cannot be used. The text is the reason, a part of a sentence."""


class MemoryTaken(ClientError):
    """A newer client of the same account now writes to this store."""

    def __init__(self) -> None:
        super().__init__("You have logged in from somewhere else, so that was not sent.")


@dataclass(slots=True)
class ChatMemory:
    """One chat. `stream` is the one we send in, `partner_stream` the one we last received in.

    `stream` is "" while we have not been told yet in which one we speak: nothing of it has been sent.

    Of our messages, 1 to `stored` are safe on the server and 1 to `delivered` with the partner; `unstored` are the
    lines after those, in order. A chat that `is_over`, because we left or the server said so, stays until all are safe.
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

    @property
    def is_rest(self) -> bool:
        """Return whether it is only what is left of an earlier stream of a chat. No chat's id begins like that."""
        return self.id.startswith(_REST)

    def rest(self) -> ChatMemory:
        """Return what is not safe of its stream as a chat of its own, which is handed in and forgotten."""
        left = deque(self.unstored)
        return ChatMemory(_REST + self.stream, self.partner, self.stream, self.stream, self.stored, True, unstored=left)


@dataclass(frozen=True, slots=True)
class PendingLetter:
    """A message of ours to somebody's mailbox that has not been delivered yet, or to a room and not stored yet. `at` is
    in seconds since 1970.

    `is_stored` once the server has confirmed it, `is_kept` once it has said that `nickname` is away.
    """

    nickname: str
    stream: str
    text: str
    at: float
    is_stored: bool = False
    is_kept: bool = False

    @property
    def is_for_room(self) -> bool:
        """Return whether it is for a room: all who are in it have the letter when it is stored, so it is done then."""
        return is_room(self.nickname)


@dataclass(slots=True)
class Contents:
    """Everything to remember; `received` is by sender and stream, the longest untouched first."""

    chats: dict[str, ChatMemory] = field(default_factory=dict)
    letters: dict[str, PendingLetter] = field(default_factory=dict)
    received: dict[tuple[str, str], int] = field(default_factory=dict)


class MemoryStore(Protocol):
    """Storage for a memory. What has returned survives a SIGKILL.

    Raises MemoryFailed when it cannot be used, and MemoryTaken after a newer client has opened it.
    """

    def device(self) -> str:
        """Return the name of the device that this store is, "" if it is none. May be called before `open`."""

    def forget_device(self) -> None:
        """Have another name from the next start on."""

    def open(self, account: str) -> Contents | None:
        """Shut out anybody else who wrote to it. Return its contents, or None if we wrote those ourselves."""

    def put_chat(self, chat: ChatMemory) -> None:
        """Write all that is known of a chat, in place of what is stored."""

    def put_line(self, chat: str, number: int, line: bytes) -> None: ...

    def put_stored(self, chat: str, upto: int) -> None:
        """Drop the lines up to it."""

    def remove_chat(self, chat: str) -> None: ...

    def put_received(self, sender: str, stream: str, upto: int) -> None: ...

    def put_letter(self, letter: PendingLetter) -> None: ...

    def remove_letter(self, stream: str) -> None: ...

    def close(self) -> None:
        """Close it. May be repeated; `open` opens it again."""


class NoMemoryStore:
    """Remembers nothing: for bots without a file, and as the replacement for a file that has failed."""

    def device(self) -> str:
        return ""

    def forget_device(self) -> None: ...

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
