"""The front door of system 001: rooms, one at a time, in JSON. For original clients.

A message that is not one whole JSON text ends their reader, so each is made whole and short enough.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from duologue.core.commands.chat import ComeIn, Command, Exit, ListOnline, NoCommand
from duologue.core.commands.rooms import JoinRoom, ListRooms, PartRoom
from duologue.core.errors import PeerError
from duologue.core.events.chat import (
    Disconnected,
    Event,
    LoggedIn,
    LoginDenied,
    MessageFrom,
    NotKept,
    PeopleOnline,
    Refused,
    Said,
    WaitingRequests,
)
from duologue.core.events.people import BlockedListed, PersonDescribed
from duologue.core.events.rooms import (
    RoomEntered,
    RoomExited,
    RoomJoined,
    RoomLeft,
    RoomMembers,
    RoomSaid,
    RoomsListed,
    RoomTopic,
)
from duologue.core.text import shortened
from duologue.protocols.legacy.recipients import privately
from duologue.protocols.legacy.rooms_json_wire import (
    ALL,
    JsonReader,
    encode_messages,
    encode_one_message,
    parse_command,
)
from duologue.protocols.legacy.typed_commands import HELP, help_text, typed
from duologue.protocols.legacy.unframed import TextReader, or_error
from duologue.protocols.legacy.user_state import UserState
from duologue.protocols.legacy.wording import Wording, names_that_fit, shown_name, with_mark


class RoomsJsonCodec:
    """The server's codec of one client's socket. `time_of_day` gives HH:MM:SS, and `is_here` tells whether somebody who
    is shown by this name is here.

    Commands that those clients do not have are typed after MSG: `MSG /chat alice`, `MSG yes`.
    """

    hears_itself = False
    watches = True
    lobby = False
    tries = 1

    __slots__ = ("_count", "_is_here", "_json", "_online", "_reader", "_time_of_day", "_user")

    def __init__(self, time_of_day: Callable[[], str], is_here: Callable[[str], bool]) -> None:
        self._time_of_day = time_of_day
        self._is_here = is_here
        self._reader = TextReader()
        self._json = JsonReader()
        self._count = 1
        self._user = UserState(Wording(before="MSG ", leave="QUIT", join="JOIN ROOM", list_bytes=LIST_BYTES))
        self._online = PeopleOnline(())

    def greet(self) -> tuple[bytes, ...]:
        return encode_messages("NICK_REQUEST", self._time_of_day(), "", "Enter your nickname")

    # From the client

    def receive_data(self, data: bytes) -> Iterator[Command | PeerError]:
        if not (self._user.is_in or self._json.is_midway):
            nickname, brace, glued = data.partition(b"{")
            data = brace + glued
            if nickname or not data:
                yield from or_error(self._comes_in(nickname))
                if not self._user.is_in:
                    return
        for start in range(0, len(data), PIECE):
            if start:
                yield NoCommand()  # others may have their turn
            yield from self._piece(data[start : start + PIECE])

    def _piece(self, data: bytes) -> Iterator[Command | PeerError]:
        for text in self._json.feed(data):
            self._count += 1
            if not self._user.is_in:  # without a name, somebody logs in by a whole command, not by its beginning
                yield from or_error(self._comes_in(b""))
            if self._user.is_in:
                yield from or_error(self._commands(text))

    @property
    def unfinished(self) -> int:
        """The number of the text that has begun and not ended; 0 where there is none."""
        return self._count if self._json.is_midway else 0

    def _comes_in(self, nickname: bytes) -> Iterator[Command]:
        name = self._reader.feed(nickname)
        if name is not None:
            self._user.given = name.strip()
            yield ComeIn(self._user.given)

    def _commands(self, text: bytes) -> Iterator[Command]:
        word, content = parse_command(text)
        means = _COMMANDS.get(word.upper())
        if means is None:
            raise PeerError("unknown_command", f"There is no command {shortened(word)}. {ALL}")
        yield from means(self, content)
        yield from self._out_of_other_rooms()

    def _join(self, content: str) -> Iterator[Command]:
        if not content:
            raise PeerError("bad_command", "Usage: JOIN <room>, or JOIN <room> <password>")
        yield JoinRoom(*content.split(maxsplit=1))

    def _out_of_other_rooms(self) -> Iterator[Command]:
        """Leave all other rooms after a join: these clients know of one room only, the last."""
        for room in [*self._user.rooms][:-1]:
            del self._user.rooms[room]
            yield PartRoom(room)

    def _say(self, content: str) -> Iterator[Command]:
        if not content:
            raise PeerError("bad_command", "Usage: MSG <text>, or MSG <user>:<text>")
        name, colon, text = content.partition(":")
        if colon and self._is_here(name):
            if text.strip():
                yield privately(name, text.strip(), self._user)
            return
        command = typed(content, self._user)
        yield ListRooms() if isinstance(command, ListOnline) else command

    def _leave(self, _: str) -> Iterator[Command]:
        if self._user.room is None:
            raise PeerError("no_room", "You are in no room. JOIN <room> comes into one.")
        yield PartRoom(self._user.room)

    def _list(self, _: str) -> Iterator[Command]:
        yield ListRooms()

    def _help(self, _: str) -> Iterator[Command]:
        raise PeerError(HELP, f"{ALL}\n{help_text(self._user.wording)}")

    def _exit(self, _: str) -> Iterator[Command]:
        yield Exit()

    # To the client

    def hears(self, event: Event) -> bool:
        """Return False for what is said in a room that it is on its way out of, see _out_of_other_rooms."""
        return getattr(event, "room", self._user.room) == self._user.room

    def encode(self, event: Event) -> tuple[bytes, ...]:
        match event:
            case PeopleOnline():
                self._online = event
                return ()
            case RoomExited(room=room) if room != self._user.room:
                return ()  # see _out_of_other_rooms
        now = self._time_of_day()
        said = self._user.spoken(event)
        if said:
            kind, speaker = _speech(event, said[0])
            return encode_messages(kind, now, *with_mark(speaker, said[1]))
        sentence = self._user.told(event)
        match event:
            case RoomEntered():
                return self._entered(event, now)
            case RoomsListed():
                users = f"Users: {', '.join(names_that_fit(self._online.nicknames, self._online.more, LIST_BYTES))}"
                return (encode_one_message("LIST_RESPONSE", now, f"{users}\n{sentence}"),)
        kind, words = _OWN_WORDS.get(type(event), (_type_of(event), lambda _: sentence))
        text = words(event)
        return encode_messages(kind, now, "", text) if text else ()

    def _entered(self, event: RoomEntered, now: str) -> tuple[bytes, ...]:
        room = _name(event.room)
        joined = encode_messages("ROOM_JOINED", now, "", f"You are in the room: {room}")
        topic = f"{room} is about: {event.topic}"
        return (*joined, *encode_messages("LIST_RESPONSE", now, "", topic)) if event.topic else joined


# Bytes looked at at a time: 1.5 ms where every one of them is a sign of JSON.
PIECE = 4 * 1024
# Half of a message, so that the list of users and that of rooms fit into one.
LIST_BYTES = 400

_COMMANDS: dict[str, Callable[[RoomsJsonCodec, str], Iterator[Command]]] = {
    "JOIN": RoomsJsonCodec._join,
    "MSG": RoomsJsonCodec._say,
    "LEAVE": RoomsJsonCodec._leave,
    "LIST": RoomsJsonCodec._list,
    "HELP": RoomsJsonCodec._help,
    "QUIT": RoomsJsonCodec._exit,
}


def _name(room: str) -> str:
    """Return a room's name as those clients show it, without its mark."""
    return shown_name(room.removeprefix("#"))


_OWN_WORDS: dict[type[Event], tuple[str, Callable[..., str | None]]] = {
    LoggedIn: ("NICK_ACCEPTED", lambda event: f"You are {shown_name(event.nickname)}."),
    LoginDenied: ("NICK_ERROR", lambda event: event.text),
    RoomExited: ("ROOM_LEFT", lambda event: f"You have left {_name(event.room)}."),
    RoomJoined: ("USER_JOINED", lambda event: f"{shown_name(event.nickname)} has joined the room."),
    RoomLeft: ("USER_LEFT", lambda event: f"{shown_name(event.nickname)} has left the room."),
}
"""Events with a type of their own in this protocol."""

_TYPES: dict[type[Event], str] = {
    Refused: "ERROR",
    NotKept: "ERROR",
    Disconnected: "ERROR",
    RoomMembers: "LIST_RESPONSE",
    RoomTopic: "LIST_RESPONSE",
    WaitingRequests: "LIST_RESPONSE",
    BlockedListed: "LIST_RESPONSE",
    PersonDescribed: "LIST_RESPONSE",
}
"""The types of sentences; any other concerns one person alone, and comes as a private message from nobody."""


def _type_of(event: Event) -> str:
    if isinstance(event, Refused) and event.code == HELP:
        return "LIST_RESPONSE"
    return _TYPES.get(type(event), "PRIVATE_MSG")


def _speech(event: Event, speaker: str) -> tuple[str, str]:
    """Return the type of a message, and its speaker in this protocol: the type tells who else hears it."""
    match event:
        case RoomSaid(nickname=nickname):
            return "PUBLIC_MSG", shown_name(nickname)
        case Said(nickname=nickname) | MessageFrom(nickname=nickname):
            return "PRIVATE_MSG", shown_name(nickname)
    return "PUBLIC_MSG", speaker
