"""Events for a client that is one of several devices."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Feed(Enum):
    """What a client that follows is told: what it has missed; `ANEW`, nothing of that, as the number says too little or
    it is too much: it forgets what it shows and asks for the list; `OFF`, nothing, as no history is kept.
    """

    FROM_THERE = ""
    ANEW = "anew"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Following:
    """The answer to Follow: what comes after the message numbered `number` is told."""

    number: int
    feed: Feed = Feed.FROM_THERE


@dataclass(frozen=True, slots=True)
class Kept:
    """A message by or to the account that is stored, and that this session has neither said nor been told otherwise.

    `conversation` is the partner or a room; `number` is its place in the store, `position` that in the `stream` of
    `sender`.
    """

    conversation: str
    number: int
    at: int
    sender: str
    stream: str
    position: int
    text: str


@dataclass(frozen=True, slots=True)
class Cursor:
    """All messages up to `number` have been told before this."""

    number: int


@dataclass(frozen=True, slots=True)
class ConversationListed:
    """A conversation of the account, with its newest message and how many are unread, at most 100, after the one
    numbered `read`. `preview` is the beginning of the message.
    """

    name: str
    number: int
    at: int
    unread: int
    read: int
    sender: str
    preview: str


@dataclass(frozen=True, slots=True)
class ConversationsEnded:
    """The end of a page of the list; `before` asks for the next one, None where there is none."""

    before: int | None = None


@dataclass(frozen=True, slots=True)
class ReadUpTo:
    """A device of the account has read a conversation up to `number`, after which `unread` messages wait, at most
    100.
    """

    name: str
    number: int
    unread: int


DeviceEvent = Following | Kept | Cursor | ConversationListed | ConversationsEnded | ReadUpTo
