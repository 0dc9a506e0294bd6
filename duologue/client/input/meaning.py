"""What a typed text can mean, one frozen dataclass each, and the standing that the meaning depends on."""

from __future__ import annotations

from dataclasses import dataclass

from duologue.core.commands.chat import Command


@dataclass(frozen=True, slots=True)
class InputContext:
    """Where a person stands at the moment of pressing Enter.

    `waiting` are those who wait for an answer, `unsent` the lines that wait for "yes, send them". `rooms` are those
    that the person is in, the current one last. `left` is the partner or the room that a text was begun for, where that
    is over meanwhile. `writers` are those who may be meant by /reply: who had written last when Enter was pressed last,
    and who has written since, the newest last.
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
    """Goes to the server."""

    command: Command


@dataclass(frozen=True, slots=True)
class Explain:
    """Goes nowhere; `text` says why, or what to type."""

    text: str


@dataclass(frozen=True, slots=True)
class Confirm:
    """So many lines that they are sent only after a yes: to the partner, or into `room`."""

    text: str
    room: str | None = None


@dataclass(frozen=True, slots=True)
class Drop:
    """The answer was no: the unsent lines are not sent."""


@dataclass(frozen=True, slots=True)
class Help:
    """Show what can be typed, or what is to be known about a word or a group of words."""

    about: str = ""


@dataclass(frozen=True, slots=True)
class Clear:
    """Empty the screen."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the app."""


@dataclass(frozen=True, slots=True)
class Write:
    """Goes to the mailbox of `nickname`."""

    nickname: str
    text: str


@dataclass(frozen=True, slots=True)
class TurnTo:
    """`room`, which the person is in, becomes the current one."""

    room: str


@dataclass(frozen=True, slots=True)
class ShowHistory:
    """Show the newest `count` messages with `partner`, or in that room; of those, what came `since`."""

    partner: str
    count: int
    since: str | None = None


@dataclass(frozen=True, slots=True)
class ShowFound:
    """Show the messages that have all of `words`."""

    words: str


@dataclass(frozen=True, slots=True)
class Export:
    """Write all messages with `partner`, or in that room, to `file`, whose end says in which form."""

    partner: str
    file: str


Meaning = (
    Nothing | Send | Write | Explain | Confirm | Drop | Help | Clear | Leave | TurnTo | ShowHistory | ShowFound | Export
)
