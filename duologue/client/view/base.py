"""The interface of a view: the screen and the keyboard of a conversation, which know nothing about chats."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from duologue.client.api import Client
from duologue.client.events import Happening
from duologue.core.commands.chat import Command


class Kind(Enum):
    """The kind of a line, which decides its look."""

    MESSAGE = "message"
    ACTION = "action"
    NOTICE = "notice"
    REQUEST = "request"
    TROUBLE = "trouble"
    HINT = "hint"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Line:
    """A line to show, safe for a terminal. A message and an action have a `speaker`, and the text of either may have
    line breaks.

    `time` is the HH:MM of an earlier message; without it, the line is about now.
    """

    kind: Kind
    text: str
    speaker: str = ""
    time: str = ""


class Interrupted(Exception):
    """Ctrl+C at a question. KeyboardInterrupt itself would end the event loop before anything is tidied up."""


class View(Protocol):
    """The user interface of one person. Reading raises EOFError at the end of input."""

    is_interactive: bool
    """Whether somebody is there to answer a question."""

    async def ask(self, question: str, default: str = "") -> str:
        """Return one line in answer to `question`; `default` is filled in where possible. May raise Interrupted."""

    async def ask_secret(self, question: str) -> str:
        """Ask without showing what is typed."""

    def greet(self, client: Client) -> None:
        """Note that the login has succeeded."""

    async def read(self, client: Client) -> str:
        """Return what is typed next."""

    def withdraw(self) -> None:
        """Prepare for the cancellation of a running `read`: leave nothing of its prompt behind."""

    async def sent(self, command: type[Command]) -> None:
        """Note that such a command went to the server; return when the next input may be read."""

    async def until_stored(self, client: Client) -> None:
        """Return when the messages of the chat, which is about to be left, may be left to the server."""

    async def finish(self, client: Client) -> bool:
        """Prepare for the end of the app. Return False if something that was said may be lost, which the view has then
        reported.
        """

    def notices(self, event: Happening) -> bool:
        """Take note of an event, before it is shown. Return False if this view needs no line for it."""

    def show(self, line: Line) -> None: ...

    def clear(self) -> None: ...

    def close(self) -> None:
        """Restore the terminal. May be repeated."""

    async def settle(self) -> None:
        """Return when everything shown is on the screen. Raises OSError if there is no screen any more."""
