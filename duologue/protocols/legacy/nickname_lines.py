"""The front door of system 003: the server asks for a nickname, and the client puts it before each text. For original
clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from duologue.core.commands.chat import ComeIn, Command, Exit
from duologue.core.errors import PeerError
from duologue.core.events.chat import Event, LoggedIn, LoginDenied
from duologue.core.events.rooms import RoomJoined, RoomLeft
from duologue.core.room_rules import LOBBY
from duologue.core.text import visible
from duologue.protocols.legacy.typed_commands import typed
from duologue.protocols.legacy.unframed import TextReader, messages, or_error
from duologue.protocols.legacy.user_state import UserState
from duologue.protocols.legacy.wording import Wording, shown_name, with_mark
from duologue.protocols.lines import TRIES

ASKS_FOR_NAME = b"NICKNAME"
"""A message that is this and nothing else makes the client send its name. All others begin with a speaker or SERVER."""
SERVER = "[SERVER] "


class NicknameLinesCodec:
    """The server's codec of one client's socket. This protocol shows no time of day."""

    hears_itself = False
    watches = False
    lobby = True
    tries = TRIES

    __slots__ = ("_nickname", "_reader", "_user")

    def __init__(self, _: Callable[[], str]) -> None:
        self._reader = TextReader()
        self._nickname: str | None = None  # what the client writes in front, from its first text on
        self._user = UserState(Wording(end="/end", leave="/quit"))

    def greet(self) -> tuple[bytes, ...]:
        return (ASKS_FOR_NAME,)

    def receive_data(self, data: bytes) -> Iterator[Command | PeerError]:
        return or_error(self._commands(data))

    def _commands(self, data: bytes) -> Iterator[Command]:
        text = self._reader.feed(data)
        if text is None:
            return
        if self._nickname is None:
            yield from self._first_text(text)
            return
        text = text.removeprefix(f"{self._nickname}: ")
        if not self._user.is_in:
            yield self._comes_in(text)
        else:
            yield from self._said(text)

    def _first_text(self, text: str) -> Iterator[Command]:
        """Read the bare nickname, to which the first `<nickname>: <text>` may be joined."""
        twice, colon, said = text.partition(": ")
        half = twice[: len(twice) // 2]
        is_glued = bool(colon) and twice == half + half
        self._nickname = half if is_glued else text
        yield self._comes_in(self._nickname)
        if is_glued and self._user.is_in:
            yield from self._said(said)

    def _comes_in(self, name: str) -> Command:
        self._user.given = name.strip()
        return ComeIn(self._user.given)

    def _said(self, text: str) -> Iterator[Command]:
        if text.strip().casefold() == "/quit":
            yield Exit()  # the client has said goodbye to its user already
        elif text.strip():
            yield typed(text, self._user)

    @property
    def unfinished(self) -> int:
        return self._reader.unfinished

    def hears(self, _: Event) -> bool:
        return True

    def encode(self, event: Event) -> tuple[bytes, ...]:
        said = self._user.spoken(event)
        if said:
            return messages(*with_mark(*said))
        match event:
            case LoggedIn():
                connected = messages(SERVER, "Connected to the server!")
                return (*connected, *self._server_says(self._user.told(event)))
            case LoginDenied(text=text):
                return self._server_says(f"{visible(text)} Send another name.")
            case RoomJoined(room=room, nickname=nickname) if room == LOBBY:
                return self._server_says(f"{shown_name(nickname)} joined the chat!")
            case RoomLeft(room=room, nickname=nickname) if room == LOBBY:
                return self._server_says(f"{shown_name(nickname)} left the chat!")
        return self._server_says(self._user.told(event))

    def _server_says(self, sentence: str | None) -> tuple[bytes, ...]:
        return messages(SERVER, sentence) if sentence else ()
