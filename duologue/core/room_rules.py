"""The rules of rooms: which there are, who is in them, what they are about.

Calls in (with the time in seconds of a monotonic clock where it counts), effects out. Nicknames and names of rooms are
canonical here: `accounts.nickname_key` or `guest_name`, and `room_key`. What a room promises:

1. A room is there from the first join until its last member goes. Only the lobby is always there.
2. Where the last member was lost, the room waits for a while, and whoever comes finds it as it was: its topic, its
   password, what was said. Later it is a new one, and nobody finds anything of the one before.
3. Into a room with a password nobody comes without it, and nobody outside learns who is there or what it is about.
4. Every member hears of each who comes, goes or says what the room is about, and of nothing twice.
5. No two rooms look alike, so nobody says in one what was meant for the other.
6. Nobody takes all rooms there may be: each holds a few, those that wait for them included, and the fewer there are
   left, the fewer may one person hold who makes another.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection, Iterable

from duologue.core.effects import Effect, RoomChanged, RoomGone, RoomMade, Tell, TellRoom
from duologue.core.errors import PeerError
from duologue.core.events.rooms import (
    RoomEntered,
    RoomExited,
    RoomJoined,
    RoomLeft,
    RoomListed,
    RoomMembers,
    RoomsListed,
    RoomTopic,
)
from duologue.core.limits import Limits
from duologue.core.names import is_guest, name_key, skeleton
from duologue.core.pages import ROOMS_PAGE, SortedNames
from duologue.core.room import Room
from duologue.core.text import visible

ROOM_MARK = "#"
"""Begins the key and the id of every room, and nobody's nickname."""
HIDDEN_TOPIC = "(hidden, set by somebody whom you have blocked)"
"""What those read in the place of a topic who have blocked whoever has set it."""
LOBBY = "#lobby"
"""The room that everyone may be in. Its id is this too: it has one life, as long as the server's data."""

_PLENTY = 1 / 2
"""While so great a part of all rooms is left, nobody is asked how many they have."""
_GUESTS_SHARE = 1 / 2
"""The part of all rooms that may be there when a guest makes another."""


def room_key(text: str) -> str:
    """The canonical spelling of a room's name, from what somebody typed, with its mark or without.

    Raises PeerError for what no room can be called.
    """
    return ROOM_MARK + name_key(text[1:] if has_mark(text) else text, "room name", _bad_room)


def has_mark(text: str) -> bool:
    """Is this typed as the name of a room? The mark may be that of a Chinese or Japanese keyboard."""
    return unicodedata.normalize("NFKC", text[:1]) == ROOM_MARK


def _bad_room(sentence: str) -> PeerError:
    return PeerError("bad_room", sentence)


def without_mark(word: str, rooms: Collection[str]) -> str | None:
    """Which of `rooms` the word would be, if it had its mark: nobody knows then whether that room is meant."""
    try:
        room = room_key(f"{ROOM_MARK}{word}")
    except PeerError:
        return None
    return room if room in rooms else None


def is_room(name: str) -> bool:
    """Whether this is the key or the id of a room, and no nickname."""
    return name.startswith(ROOM_MARK)


class RoomRules:
    """`new_id` makes what was never part of a room's id before. `is_heard` tells, of who has set a topic and somebody
    else, whether the topic is shown to them.
    """

    def __init__(
        self, *, new_id: Callable[[], str], limits: Limits, is_heard: Callable[[str, str], bool] = lambda _, __: True
    ) -> None:
        self._new_id = new_id
        self._is_heard = is_heard
        self._limits = limits
        self._rooms: dict[str, Room] = {}
        self._by_looks: dict[str, Room] = {}
        self._keys = SortedNames()  # but for the lobby, which is listed first
        self._rooms_of: dict[str, dict[str, Room]] = {}
        self._left_by: dict[str, dict[str, Room]] = {}
        self._waiting: dict[str, float] = {}  # empty rooms until when; all wait equally long, so the oldest are first
        self._lobby = Room(LOBBY, LOBBY)
        self._add(self._lobby)

    @property
    def count(self) -> int:
        """How many there are, the lobby among them."""
        return len(self._rooms)

    def find(self, room: str) -> Room | None:
        return self._rooms.get(room)

    def rooms_of(self, nickname: str) -> tuple[Room, ...]:
        """The rooms that somebody is in, in the order of their coming in."""
        return tuple(self._rooms_of.get(nickname, {}).values())

    # Rooms come and go

    def restore(self, now: float, rooms: Iterable[Room]) -> None:
        """Rooms of a server that is no more wait for somebody to come back."""
        for room in rooms:
            if room.key == LOBBY:
                self._lobby.topic, self._lobby.topic_by = room.topic, room.topic_by
            else:
                self._add(room)
                self._await(now, room)

    def expire(self, now: float) -> list[Effect]:
        """Rooms that nobody came back to are gone."""
        effects: list[Effect] = []
        while self._waiting and (oldest := next(iter(self._waiting.items())))[1] <= now:
            effects += self._remove(self._rooms[oldest[0]])
        return effects

    def _make(self, nickname: str, room: str, password_hash: str | None) -> Room:
        alike = self._by_looks.get(skeleton(room))
        if alike:
            raise PeerError(
                "room_looks_alike",
                f"{room} looks like {alike.key}, which is there already. /join {alike.key} or take another name.",
            )
        self._check_may_make(nickname)
        made = Room(room, ROOM_MARK + self._new_id(), password_hash)
        self._add(made)
        return made

    def _check_may_make(self, nickname: str) -> None:
        """Whoever has no room gets one as long as there are any. No account is needed to be a guest, and so accounts
        have a part to themselves.
        """
        made = len(self._rooms) - 1  # the lobby does not count
        most = self._limits.rooms * (_GUESTS_SHARE if is_guest(nickname) else 1)
        if made >= most:
            raise PeerError(
                "too_many_rooms",
                "This server has as many rooms as it can. Join one of them, /rooms, or try again later.",
            )
        left = 1 - made / self._limits.rooms
        if left < _PLENTY and self._held_by(nickname) >= self._limits.rooms_per_client * left / _PLENTY:
            raise PeerError(
                "too_many_rooms",
                "This server has few rooms left, and keeps them for those who have fewer. /part ROOM leaves one.",
            )

    def _held_by(self, nickname: str) -> int:
        """How many rooms are somebody's, the lobby not counted."""
        mine = self._rooms_of.get(nickname, {})
        return len(mine) - (LOBBY in mine) + len(self._left_by.get(nickname, {}))

    def _add(self, room: Room) -> None:
        self._rooms[room.key] = self._by_looks[skeleton(room.key)] = room
        if room is not self._lobby:
            self._keys.add(room.key)

    def _await(self, now: float, room: Room, left_by: str | None = None) -> None:
        """Of rooms of a server before this one nobody knows who has left them, and they are nobody's."""
        self._waiting[room.key] = now + self._limits.grace
        room.left_by = left_by
        if left_by is not None:
            self._left_by.setdefault(left_by, {})[room.key] = room

    def _wait_no_more(self, room: Room) -> None:
        """Harmless for one that does not."""
        self._waiting.pop(room.key, None)
        left_by, room.left_by = room.left_by, None
        if left_by is not None:
            del self._left_by[left_by][room.key]
            if not self._left_by[left_by]:
                del self._left_by[left_by]

    def _remove(self, room: Room) -> list[Effect]:
        self._wait_no_more(room)
        del self._rooms[room.key]
        self._keys.remove(room.key)
        self._by_looks.pop(skeleton(room.key), None)  # shared by two, where a store has them from older tables
        return [RoomGone(room)]

    # People come and go

    def join(self, nickname: str, room: str, password_hash: str | None = None) -> list[Effect]:
        """Come into a room, which is made where there is none, with `password_hash` then.

        Where there is one, `password_hash` shows that the password was right: it is the room's own. So whatever happens
        to the room while a password is being checked, nobody comes in without it.
        """
        mine = self._rooms_of.get(nickname, {})
        if room in mine:
            return [self._entered(nickname, mine[room])]
        self._check_may_join(nickname, room)
        found = self._rooms.get(room)
        if found and found.password_hash not in (None, password_hash):
            raise locked(found)
        target = found or self._make(nickname, room, password_hash)
        self._come_in(nickname, target)
        return [
            *([] if found else [RoomMade(target)]),
            self._entered(nickname, target),
            TellRoom(target, RoomJoined(target.key, nickname), besides=nickname),
        ]

    def _check_may_join(self, nickname: str, room: str) -> None:
        most, left = self._limits.rooms_per_client, self._left_by.get(nickname, {})
        if room == LOBBY or room in left or self._held_by(nickname) < most:
            return
        if left:
            raise PeerError(
                "too_many_rooms",
                f"You may be in {most:g} rooms, and {len(left)} that you have left behind still wait for you. Join one "
                "of them, or try again in a minute.",
            )
        raise PeerError("too_many_rooms", f"You are in {most:g} rooms, and may be in no more. /part ROOM leaves one.")

    def _come_in(self, nickname: str, room: Room) -> None:
        room.come_in(nickname)
        self._rooms_of.setdefault(nickname, {})[room.key] = room
        self._wait_no_more(room)

    def _entered(self, nickname: str, room: Room) -> Effect:
        return Tell(nickname, RoomEntered(room.key, len(room.members), self._topic_for(nickname, room)))

    def _topic_for(self, nickname: str, room: Room) -> str:
        is_heard = not room.topic or self._is_heard(room.topic_by, nickname)
        return room.topic if is_heard else HIDDEN_TOPIC

    def part(self, nickname: str, room: str) -> list[Effect]:
        """Leave a room, and be told so."""
        target = self.check_may_speak(nickname, room)
        exited = Tell(nickname, RoomExited(target.key))
        return [exited, *self._go(nickname, target), *([] if self._is_in_use(target) else self._remove(target))]

    def leave(self, now: float, nickname: str, *, is_lost: bool) -> list[Effect]:
        """Somebody goes, out of all rooms. Where the last member of a room is lost, it waits."""
        effects: list[Effect] = []
        for room in self.rooms_of(nickname):
            effects += self._go(nickname, room)
            if self._is_in_use(room):
                continue
            if is_lost:
                self._await(now, room, nickname)
            else:
                effects += self._remove(room)
        return effects

    def _go(self, nickname: str, room: Room) -> list[Effect]:
        room.go(nickname)
        mine = self._rooms_of[nickname]
        del mine[room.key]
        if not mine:
            del self._rooms_of[nickname]
        return [TellRoom(room, RoomLeft(room.key, nickname))] if room.members else []

    @staticmethod
    def _is_in_use(room: Room) -> bool:
        return bool(room.members) or room.key == LOBBY

    # What is asked and said

    def check_may_speak(self, nickname: str, room: str) -> Room:
        """The room, if `nickname` is in it."""
        mine = self._rooms_of.get(nickname, {})
        if room not in mine:
            raise PeerError("not_in_room", f"You are not in {room}. /join {room} comes in, /rooms lists the rooms.")
        return mine[room]

    def set_topic(self, nickname: str, room: str, topic: str) -> list[Effect]:
        """Say what a room is about; an empty topic takes it away."""
        target = self.check_may_speak(nickname, room)
        said = self._one_line(topic)
        if said == target.topic:  # whoever has said so first, it stays theirs
            return [Tell(nickname, RoomTopic(target.key, None, said))]
        target.topic, target.topic_by = said, nickname if said else ""
        return [RoomChanged(target), TellRoom(target, RoomTopic(target.key, nickname, said))]

    def _one_line(self, topic: str) -> str:
        # Line breaks and other blanks become one blank each. What is left of controls is made visible here for all
        # doors: a topic is set once and shown again and again.
        said = visible(" ".join(topic.split()))
        if len(said) > self._limits.room_topic:
            raise PeerError(
                "topic_too_long",
                f"A topic has at most {self._limits.room_topic} characters, and that has {len(said)}. Say it in fewer.",
            )
        return said

    def topic_of(self, nickname: str, room: str) -> RoomTopic:
        return RoomTopic(room, None, self._topic_for(nickname, self._open_to(nickname, room)))

    def members(self, nickname: str, room: str, after: str | None = None) -> RoomMembers:
        """A page of them: the first, or what follows `after`."""
        names, more = self._open_to(nickname, room).names.page(after)
        return RoomMembers(room, tuple(names), more)

    def _open_to(self, nickname: str, room: str) -> Room:
        found = self._rooms.get(room)
        if found is None:
            raise PeerError("no_room", f"There is no room {room}. /join {room} makes it, /rooms lists the rooms.")
        if found.has_password and nickname not in found.members:
            raise locked(found)
        return found

    def listed(self, nickname: str, after: str | None = None) -> list[RoomListed | RoomsListed]:
        """A page of all rooms, the first or what follows `after`: the lobby, then in the order of the alphabet.

        What one with a password is about is not told.
        """
        is_first = after is None
        keys, more = self._keys.page(None if after in (None, LOBBY) else after, ROOMS_PAGE - is_first)
        rooms = [*([self._lobby] if is_first else []), *map(self._rooms.__getitem__, keys)]
        rows = (
            RoomListed(
                room.key,
                len(room.members),
                room.has_password,
                "" if room.has_password else self._topic_for(nickname, room),
            )
            for room in rooms
        )
        return [*rows, RoomsListed(len(self._rooms), rooms[-1].key if more else None)]


def locked(room: Room) -> PeerError:
    """The answer to whoever has not given the password of `room`, or a wrong one."""
    return PeerError(
        "room_locked", f"{room.key} has a password. /join {room.key} PASSWORD comes in, if it is the right one."
    )
