"""News from the worker for the windows, one frozen dataclass each. Knows neither Tk nor asyncio."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from duologue.client.events import Happening
from duologue.client.history.pages import HistoryPage
from duologue.client.view.base import Line
from duologue.core.events.chat import Acknowledged


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of the client. `sent` and `acknowledged` are about the chat with `partner`; `unsaved` messages, in
    chats, letters and rooms, are neither safe on the server yet nor in a file: they are lost with the process.
    `spellings` are how accounts spell themselves, as far as is known.
    """

    partner: str | None = None
    is_live: bool = False
    is_connected: bool = False
    sent: int = 0
    acknowledged: Acknowledged = field(default_factory=Acknowledged)
    unsaved: int = 0
    spellings: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class PasswordWanted:
    """This nickname needs a password, and none was given."""


@dataclass(frozen=True, slots=True)
class LoginFailed:
    """The login failed; the text is a sentence for people. `is_refused` by the server, or else it was not reached."""

    text: str
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """The login succeeded; `nickname` is as the server spells it, and `spellings` as in Progress."""

    nickname: str
    spellings: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Happened:
    event: Happening
    progress: Progress


@dataclass(frozen=True, slots=True)
class Sent:
    """A text is on its way, or kept until it can be: in `stream`, None for the chat with the partner."""

    place: str
    stream: str | None
    progress: Progress


@dataclass(frozen=True, slots=True)
class NotSent:
    """Something asked for in `place` was not sent. The text is a sentence for people."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class PageCame:
    """A page of earlier messages. `place` is where they belong; None if they were searched for."""

    place: str | None
    page: HistoryPage


@dataclass(frozen=True, slots=True)
class NoPage:
    """No page came. The text is the reason, a sentence."""

    place: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Exported:
    """The result of an export of `place`, how many messages were written where or why none: a line that is safe to
    show.
    """

    place: str
    line: Line


News = PasswordWanted | LoginFailed | LoggedIn | Happened | Sent | NotSent | PageCame | NoPage | Exported
