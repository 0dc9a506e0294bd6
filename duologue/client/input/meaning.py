"""Meanings of typed text, one frozen dataclass each, and the context that they depend on."""

from __future__ import annotations

from dataclasses import dataclass

from duologue.core.commands.chat import Command


@dataclass(frozen=True, slots=True)
class InputContext:
    """The context of a person at the moment of pressing Enter.

    `waiting` are the people waiting for an answer, `unsent` the lines that wait for "yes, send them". `rooms` are those
    that the person is in, the current one last. `left` is the partner or the room that a text was begun for, if that
    chat or room is over meanwhile. `writers` are the people whom /reply may mean: the one who had written last when
    Enter was last pressed, and those who have written since, the newest last.
    """

    partner: str | None = None
    waiting: tuple[str, ...] = ()
    unsent: Confirm | None = None
    rooms: tuple[str, ...] = ()
    left: str | None = None
    writers: tuple[str, ...] = ()

    @property
    def room(self) -> str | None:
        """The current room."""
        return self.rooms[-1] if self.rooms else None


@dataclass(frozen=True, slots=True)
class Nothing:
    """An empty line."""


@dataclass(frozen=True, slots=True)
class Send:
    """Send a command to the server."""

    command: Command


@dataclass(frozen=True, slots=True)
class Explain:
    """Send nothing; `text` says why, or what to type."""

    text: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """Ask before sending so many lines: to the partner, or into `room`."""

    text: str
    room: str | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """Discard the unsent lines: the answer was no."""


@dataclass(frozen=True, slots=True)
class Help:
    """Show what can be typed, or the help about a word or a group of words."""

    about: str = ""


@dataclass(frozen=True, slots=True)
class Clear:
    """Clear the screen."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the app."""


@dataclass(frozen=True, slots=True)
class Write:
    """Write to the mailbox of `nickname`."""

    nickname: str
    text: str


@dataclass(frozen=True, slots=True)
class TurnTo:
    """Make `room`, which the person is in, the current one."""

    room: str


@dataclass(frozen=True, slots=True)
class ShowHistory:
    """Show the newest `count` messages with `partner`, or in that room; of those, the ones `since` then."""

    partner: str
    count: int
    since: str | None = None


@dataclass(frozen=True, slots=True)
class ShowFound:
    """Show the messages that have all of `words`."""

    words: str


@dataclass(frozen=True, slots=True)
class ShowUnread:
    """Show what is unread, and note that it is read."""


@dataclass(frozen=True, slots=True)
class ShowConversations:
    """List the conversations."""


@dataclass(frozen=True, slots=True)
class Export:
    """Write all messages with `partner`, or in that room, to `file`, whose extension chooses the format."""

    partner: str
    file: str


Meaning = (
    Nothing
    | Send
    | Write
    | Explain
    | Confirm
    | Drop
    | Help
    | Clear
    | Leave
    | TurnTo
    | ShowHistory
    | ShowFound
    | ShowUnread
    | ShowConversations
    | Export
)
