"""The front door of system 004: group texts, private ones behind a tag, and the list of users.

For original clients, which take a message that begins with a tag for a signal, and all others for group text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

from duologue.core.commands.chat import ComeIn, Command, ListOnline
from duologue.core.errors import PeerError
from duologue.core.events.chat import Event, LoginDenied, MessageFrom, PeopleOnline, Said
from duologue.core.events.rooms import RoomJoined, RoomLeft
from duologue.core.room_rules import LOBBY
from duologue.core.text import action_in, visible
from duologue.protocols.legacy.recipients import answer_to, privately
from duologue.protocols.legacy.typed_commands import typed
from duologue.protocols.legacy.unframed import MESSAGE_LIMIT, TextReader, messages, or_error
from duologue.protocols.legacy.user_state import UserState
from duologue.protocols.legacy.wording import Wording, names_that_fit, shown_name, with_mark

USERS = "[USERS]:"
PRIVATE = "[PRIVATE MESSAGE] "
NO_TAG = "» "
"""Put before a text that would be taken for a signal."""

_TAGS = (USERS.strip().casefold(), PRIVATE.strip().casefold())
_TO_ONE = re.compile(rf"{re.escape(PRIVATE)}([^\s:]+): ")


class DesktopLinesCodec:
    """The server's codec of one client's socket. `is_here` tells whether somebody who is shown by this name is here."""

    hears_itself = True
    watches = True
    lobby = True
    tries = 1

    __slots__ = ("_asked_who", "_is_here", "_reader", "_user")

    def __init__(self, is_here: Callable[[str], bool]) -> None:
        self._reader = TextReader()
        self._user = UserState(Wording())
        self._asked_who = False
        self._is_here = is_here

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
            return
        for part in self._unglued(text):
            to_one = _TO_ONE.match(part)
            if to_one:
                yield from self._private(to_one[1], part[to_one.end() :])
            elif part.strip():
                yield self._noted(typed(part, self._user))

    def _unglued(self, text: str) -> Iterator[str]:
        """Split two sends that came as one after a moment without a network: a text for one person must not reach
        everyone.

        So a tag inside a text begins a new text, if it names somebody who is here.
        """
        start = 0
        for tag in _TO_ONE.finditer(text):
            if tag.start() > start and self._is_here(tag[1]):
                yield text[start : tag.start()]
                start = tag.start()
        yield text[start:]

    def _private(self, name: str, text: str) -> Iterator[Command]:
        """Read a line typed in the private window of `name`: with the partner it is the chat, commands included."""
        asker = self._user.who_waits(name)
        answer = answer_to(asker, text, self._user) if asker else None
        if answer:
            yield answer
        elif self._user.is_partner(name) and text.strip():
            yield self._noted(typed(text, self._user))
        elif text.strip():
            yield privately(name, text, self._user)

    def _noted(self, command: Command) -> Command:
        self._asked_who = self._asked_who or isinstance(command, ListOnline)
        return command

    @property
    def unfinished(self) -> int:
        return self._reader.unfinished

    def hears(self, _: Event) -> bool:
        return True

    def encode(self, event: Event) -> tuple[bytes, ...]:
        said = self._user.spoken(event)
        match event:
            case PeopleOnline():
                return self._people(event)
            case Said(nickname=nickname, text=text) | MessageFrom(nickname=nickname, text=text):
                return _private_text(shown_name(nickname), text)
            case LoginDenied(text=text):
                return _group_text("", visible(text))
            case RoomJoined(room=room) | RoomLeft(room=room) if room == LOBBY:
                return ()  # the list says who is there
        if said:
            return _group_text(*with_mark(*said))
        return _group_text("", self._user.told(event))

    def _people(self, event: PeopleOnline) -> tuple[bytes, ...]:
        users = (_users(event),)
        asked, self._asked_who = self._asked_who, False
        return (*users, *_group_text("", self._user.told(event))) if asked else users


@lru_cache(maxsize=4)  # the same goes to many
def _users(event: PeopleOnline) -> bytes:
    return f"{USERS}{','.join(names_that_fit(event.nicknames, event.more))}".encode()


def _private_text(name: str, text: str) -> tuple[bytes, ...]:
    """Return a text for the window of `name`, which the tag names in any case."""
    tag, action = f"{PRIVATE}{name}: ", action_in(text)
    return messages(tag, text) if action is None else messages(f"{tag}* {name} ", action)


def _group_text(before: str, text: str | None) -> tuple[bytes, ...]:
    if text is None:
        return ()
    return tuple(map(_without_tag, messages(before, text, MESSAGE_LIMIT - len(NO_TAG.encode()))))


def _without_tag(message: bytes) -> bytes:
    return NO_TAG.encode() + message if message.decode().strip().casefold().startswith(_TAGS) else message
