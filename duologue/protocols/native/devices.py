"""The native wire for clients that are one of several devices (docs/protocol.md, section 14), in both directions."""

from __future__ import annotations

from collections.abc import Callable

from duologue.core.commands.chat import Command
from duologue.core.commands.devices import Follow, ListConversations, MarkRead
from duologue.core.events.chat import Event
from duologue.core.events.devices import (
    ConversationListed,
    ConversationsEnded,
    Cursor,
    Feed,
    Following,
    Kept,
    ReadUpTo,
)
from duologue.protocols.native.wire import count, head_and_text, is_count, one_line, with_text, words_of

# From a client


def _with_number(word: str, number: int | None) -> bytes:
    return one_line(word if number is None else f"{word} {number}")


DEVICE_LINES: dict[type[Command], Callable[..., bytes]] = {
    Follow: lambda command: _with_number("/follow", command.number),
    ListConversations: lambda command: _with_number("/conversations", command.before),
    MarkRead: lambda command: one_line(f"/read {command.name} {command.number}"),
}


def maybe_number_argument(rest: str | None) -> list[int] | None:
    """Parse a number, or none."""
    if rest is None:
        return []
    return [int(rest)] if is_count(rest) else None


def read_arguments(rest: str | None) -> list[str | int] | None:
    """Parse the name of a conversation and a number."""
    match (rest or "").split(" "):
        case [name, number] if name and is_count(number):
            return [name, int(number)]
    return None


# From the server


def _encode_kept(event: Kept) -> str:
    place = f"{event.number} {event.at} {event.sender} {event.stream} {event.position}"
    return with_text(f"kept {event.conversation} {place}", event.text)


def _encode_listed(event: ConversationListed) -> str:
    marks = f"{event.number} {event.at} {event.unread} {event.read} {event.sender}"
    return with_text(f"conversation {event.name} {marks}", event.preview)


ENCODERS: dict[type[Event], Callable[..., str]] = {
    Following: lambda event: f"following {event.number} {event.feed.value}".rstrip() + "\n",
    Kept: _encode_kept,
    Cursor: lambda event: f"cursor {event.number}\n",
    ConversationListed: _encode_listed,
    ConversationsEnded: lambda event: f"conversations_ended{'' if event.before is None else f' {event.before}'}\n",
    ReadUpTo: lambda event: f"read_upto {event.name} {event.number} {event.unread}\n",
}


def _parse_following(rest: str) -> Following:
    number, *feed = rest.split(" ")[:2]
    return Following(count(number), Feed("".join(feed)))


def _parse_kept(rest: str) -> Kept:
    (conversation, number, at, sender, stream, position), text = head_and_text(rest, 6)
    return Kept(conversation, count(number), count(at), sender, stream, count(position), text)


def _parse_listed(rest: str) -> ConversationListed:
    (name, number, at, unread, read, sender), preview = head_and_text(rest, 6)
    return ConversationListed(name, count(number), count(at), count(unread), count(read), sender, preview)


def _parse_ended(rest: str) -> ConversationsEnded:
    return ConversationsEnded(count(rest.split(" ", maxsplit=1)[0]) if rest else None)


def _parse_read(rest: str) -> ReadUpTo:
    name, number, unread = words_of(rest, 3)
    return ReadUpTo(name, count(number), count(unread))


SIGNALS: dict[str, Callable[[str], Event]] = {
    "following": _parse_following,
    "kept": _parse_kept,
    "cursor": lambda rest: Cursor(*map(count, words_of(rest, 1))),
    "conversation": _parse_listed,
    "conversations_ended": _parse_ended,
    "read_upto": _parse_read,
}
