"""Commands of a client that is one of several devices: what it has seen, what it missed, what has been read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Follow:
    """Tell what is said by and to the account from now on, and what came after the message numbered `number`, which a
    Cursor has named.
    """

    number: int | None = None


@dataclass(frozen=True, slots=True)
class ListConversations:
    """List the conversations by their newest messages, a page at a time: the first, or those before the message
    numbered `before`.
    """

    before: int | None = None


@dataclass(frozen=True, slots=True)
class MarkRead:
    """The conversation with a person, or in a room, has been read up to the message numbered `number`."""

    name: str
    number: int


DeviceCommand = Follow | ListConversations | MarkRead
