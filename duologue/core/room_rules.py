"""The rules of rooms: which rooms exist, who is in them, and their topics.

Calls in (with the time in seconds of a monotonic clock where it counts), effects out. Nicknames and names of rooms are
canonical here: `names.nickname_key` or `guest_name`, and `room_key`. Guarantees:

1. A room exists from the first join until its last member leaves. Only the lobby always exists.
2. If the last member was lost, the room waits for a while, and the next to join finds it as it was: its topic, its
   password, its messages. After that it is a new room, and nobody finds anything of the one before.
3. Nobody joins a room with a password without it, and nobody outside learns who is there or what the topic is.
4. Every member is told of each join, leave and new topic, exactly once.
5. No two rooms look alike, so nobody says in one what was meant for the other.
6. Nobody can take all rooms: each person holds a few, those that wait for them included, and the fewer are left, the
   fewer may somebody hold who makes another.
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
"""The first character of the key and of the id of every room, and of nobody's nickname."""
HIDDEN_TOPIC = "(hidden, set by somebody whom you have blocked)"
"""Shown in place of a topic to somebody who has blocked the one who set it."""
LOBBY = "#lobby"
"""The room that everyone may be in. This is also its id: it has one life, as long as the server's data."""

_PLENTY = 1 / 2
"""While at least this part of all rooms is left, a person may hold as many as the limit allows."""
_GUESTS_SHARE = 1 / 2
"""The part of all rooms that may exist when a guest makes another."""


def room_key(text: str) -> str:
    """Return the canonical spelling of a room's name, typed with its mark or without.

    Raises PeerError for text that cannot be the name of a room.
    """
    return ROOM_MARK + name_key(text[1:] if has_mark(text) else text, "room name", _bad_room)


def has_mark(text: str) -> bool:
    """Return whether this was typed as the name of a room. The mark may be that of a Chinese or Japanese keyboard."""
    return unicodedata.normalize("NFKC", text[:1]) == ROOM_MARK


def _bad_room(sentence: str) -> PeerError:
    return PeerError("bad_room", sentence)


def without_mark(word: str, rooms: Collection[str]) -> str | None:
    """Return which of `rooms` the word would be with its mark, as it may have been meant for that room."""
    try:
        room = room_key(f"{ROOM_MARK}{word}")
    except PeerError:
        return None
    return room if room in rooms else None


def is_room(name: str) -> bool:
    """Return whether this is the key or the id of a room, and no nickname."""
    return name.startswith(ROOM_MARK)


class RoomRules:
    """All rooms. `new_id` makes an id for the life of a room, never used before. `is_heard` tells whether a topic, by
    the one who set it, is shown to somebody else.
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
        self._waiting: dict[str, float] = {}  # empty rooms, with when each ends; the oldest are first
        self._lobby = Room(LOBBY, LOBBY)
        self._add(self._lobby)

    @property
    def count(self) -> int:
        """The number of rooms, with the lobby."""
        return len(self._rooms)

    def find(self, room: str) -> Room | None:
        return self._rooms.get(room)

    def rooms_of(self, nickname: str) -> tuple[Room, ...]:
        """Return the rooms that somebody is in, in the order of joining."""
        return tuple(self._rooms_of.get(nickname, {}).values())

    # Rooms begin and end

    def restore(self, now: float, rooms: Iterable[Room]) -> None:
        """Take over rooms from a server that ran before; they wait for somebody to come back."""
        for room in rooms:
            if room.key == LOBBY:
                self._lobby.topic, self._lobby.topic_by = room.topic, room.topic_by
            else:
                self._add(room)
                self._await(now, room)

    def expire(self, now: float) -> list[Effect]:
        """End rooms that nobody came back to."""
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
        """Check that somebody may make a room. Somebody who holds none may, as long as there are any left; being a
        guest takes no account, so accounts have a part of the rooms to themselves.
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
        """Return how many rooms somebody holds, without the lobby."""
        mine = self._rooms_of.get(nickname, {})
        return len(mine) - (LOBBY in mine) + len(self._left_by.get(nickname, {}))

    def _add(self, room: Room) -> None:
        self._rooms[room.key] = self._by_looks[skeleton(room.key)] = room
        if room is not self._lobby:
            self._keys.add(room.key)

    def _await(self, now: float, room: Room, left_by: str | None = None) -> None:
        """Let an empty room wait. Rooms of a server that ran before are nobody's, as it is not known who left them."""
        self._waiting[room.key] = now + self._limits.grace
        room.left_by = left_by
        if left_by is not None:
            self._left_by.setdefault(left_by, {})[room.key] = room

    def _wait_no_more(self, room: Room) -> None:
        """Stop waiting; harmless for a room that does not wait."""
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

    # Joining and leaving

    def join(self, nickname: str, room: str, password_hash: str | None = None) -> list[Effect]:
        """Join a room, which is made with `password_hash` if it does not exist.

        If it exists, `password_hash` shows that the password was right: it is the room's own. So whatever happens to
        the room while a password is being checked, nobody gets in without it.
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

    def entered_by(self, nickname: str, session: int) -> list[Effect]:
        """Tell a further session of somebody which rooms they are in."""
        return [self._entered(nickname, room, session) for room in self.rooms_of(nickname)]

    def _entered(self, nickname: str, room: Room, session: int | None = None) -> Effect:
        return Tell(nickname, RoomEntered(room.key, len(room.members), self._topic_for(nickname, room)), session)

    def _topic_for(self, nickname: str, room: Room) -> str:
        is_heard = not room.topic or self._is_heard(room.topic_by, nickname)
        return room.topic if is_heard else HIDDEN_TOPIC

    def part(self, nickname: str, room: str) -> list[Effect]:
        """Leave a room, and be told so."""
        target = self.check_may_speak(nickname, room)
        exited = Tell(nickname, RoomExited(target.key))
        return [exited, *self._go(nickname, target), *([] if self._is_in_use(target) else self._remove(target))]

    def leave(self, now: float, nickname: str, *, is_lost: bool) -> list[Effect]:
        """Take somebody out of all rooms. If the last member of a room is lost, it waits."""
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

    def begin_anew(self, nicknames: Iterable[str]) -> None:
        """Let rooms be nobody's that wait for accounts that are gone: the next of such a name is in no room."""
        for nickname in nicknames:
            for room in self._left_by.pop(nickname, {}).values():
                room.left_by = None

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

    # Questions and messages

    def check_may_speak(self, nickname: str, room: str) -> Room:
        """Return the room, if `nickname` is in it; raise PeerError otherwise."""
        mine = self._rooms_of.get(nickname, {})
        if room not in mine:
            raise PeerError("not_in_room", f"You are not in {room}. /join {room} comes in, /rooms lists the rooms.")
        return mine[room]

    def set_topic(self, nickname: str, room: str, topic: str) -> list[Effect]:
        """Set the topic of a room; an empty topic removes it."""
        target = self.check_may_speak(nickname, room)
        said = self._one_line(topic)
        if said == target.topic:  # whoever set this topic first keeps it
            return [Tell(nickname, RoomTopic(target.key, None, said))]
        target.topic, target.topic_by = said, nickname if said else ""
        return [RoomChanged(target), TellRoom(target, RoomTopic(target.key, nickname, said))]

    def _one_line(self, topic: str) -> str:
        # Line breaks and other blanks become one blank each. Remaining control characters are made visible here for all
        # front doors: a topic is set once and shown again and again.
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
        """Return a page of the members: the first, or what follows `after`."""
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
        """Return a page of all rooms, the first or what follows `after`: the lobby, then in alphabetical order.

        The topic of a room with a password is not told.
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
    """Return the refusal for a missing or wrong password of `room`."""
    return PeerError(
        "room_locked", f"{room.key} has a password. /join {room.key} PASSWORD comes in, if it is the right one."
    )
