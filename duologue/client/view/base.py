"""What a conversation needs of whatever shows it to a person: the screen and the keyboard, and nothing about chats."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from duologue.client.api import Client
from duologue.client.events import Happening
from duologue.core.commands.chat import Command


class Kind(Enum):
    """What a line is, so that it can look like it."""

    MESSAGE = "message"
    ACTION = "action"
    NOTICE = "notice"
    REQUEST = "request"
    TROUBLE = "trouble"
    HINT = "hint"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Line:
    """Something to show, safe for a terminal. A message and an action have a `speaker`, and the text of
    either may have line breaks.

    `time` is the HH:MM of a message of before; without it, now is meant.
    """

    kind: Kind
    text: str
    speaker: str = ""
    time: str = ""


class Interrupted(Exception):
    """Ctrl+C at a question. KeyboardInterrupt itself would end the event loop before anything is tidied up."""


class View(Protocol):
    """A person's end. Reading raises EOFError at the end of input."""

    is_interactive: bool
    """Is there somebody to answer a question?"""

    async def ask(self, question: str, default: str = "") -> str:
        """One line in answer to `question`; `default` stands there already, where it can. May raise Interrupted."""

    async def ask_secret(self, question: str) -> str:
        """The same without showing what is typed."""

    def greet(self, client: Client) -> None:
        """The login has succeeded."""

    async def read(self, client: Client) -> str:
        """What is typed next."""

    def withdraw(self) -> None:
        """A `read` that is going on is about to be cancelled: leave nothing of its prompt behind."""

    async def sent(self, command: type[Command]) -> None:
        """One of these went to the server; returns when the next input may be read."""

    async def until_stored(self, client: Client) -> None:
        """The chat is about to be left: returns when its messages may be left to the server."""

    async def finish(self, client: Client) -> bool:
        """The app is about to be left. False: something that was said may be lost, and this face has said so."""

    def notices(self, event: Happening) -> bool:
        """Take note of an event, before it is shown. False: this face needs no line for it."""

    def show(self, line: Line) -> None: ...

    def clear(self) -> None: ...

    def close(self) -> None:
        """Give the terminal back as it was. Harmless when repeated."""

    async def settle(self) -> None:
        """Returns when all that was shown is on the screen. Raises OSError where there is no screen any more."""
