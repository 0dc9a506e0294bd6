"""The front door of system 002: a name, then bare text, one message a read. For original clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from duologue.core.commands.chat import ComeIn, Command, Exit
from duologue.core.errors import PeerError
from duologue.core.events.chat import Disconnected, Event, LoginDenied, Recalled
from duologue.core.events.rooms import RoomJoined, RoomLeft
from duologue.core.room_rules import LOBBY
from duologue.core.text import visible
from duologue.protocols.legacy.typed_commands import typed
from duologue.protocols.legacy.unframed import TextReader, messages, or_error
from duologue.protocols.legacy.user_state import UserState
from duologue.protocols.legacy.wording import Wording, shown_name, with_mark
from duologue.protocols.lines import TRIES


class PlainLinesCodec:
    """The server's codec of one client's socket. `time_of_day` gives HH:MM:SS."""

    hears_itself = False
    watches = False
    lobby = True
    tries = TRIES

    __slots__ = ("_reader", "_time_of_day", "_user")

    def __init__(self, time_of_day: Callable[[], str]) -> None:
        self._time_of_day = time_of_day
        self._reader = TextReader()
        self._user = UserState(Wording(leave="exit"))

    def greet(self) -> tuple[bytes, ...]:
        return ()

    def receive_data(self, data: bytes) -> Iterator[Command | PeerError]:
        return or_error(self._commands(data))

    def _commands(self, data: bytes) -> Iterator[Command]:
        text = self._reader.feed(data)
        if text is None:
            return
        if not self._user.is_in:
            self._user.given = text.strip()
            yield ComeIn(self._user.given)
        elif text.strip().casefold() == "exit":
            yield Exit()
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
            before, text = with_mark(*said)
            # Only what is said now has the time of now.
            stamp = "" if isinstance(event, Recalled) else f"[{self._time_of_day()}] "
            return messages(f"{stamp}{before}", text)
        sentence = self._sentence(event)
        return messages("", sentence) if sentence else ()

    def _sentence(self, event: Event) -> str | None:
        match event:
            case LoginDenied(text=text):
                return f"{visible(text)} Send another name."
            case RoomJoined(room=room, nickname=nickname) if room == LOBBY:
                return f"📢 {shown_name(nickname)} has joined the chat."
            case RoomLeft(room=room, nickname=nickname) if room == LOBBY:
                return f"💔 {shown_name(nickname)} has left the chat."
            case Disconnected(code="shutting_down"):
                return "Server is shutting down. Goodbye!"
        return self._user.told(event)
