"""Rooms at work: lets people in and out, and has what is said there stored, and told to all who are there.

A message is told when it is stored, so what anybody has seen is in the history, in the same order. Knows who is here.
What may happen when is decided in `core/rooms.py`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from functools import partial
from typing import TypeVar
from weakref import WeakKeyDictionary

from duologue.congestion import Congestion
from duologue.core.commands import SendLetter
from duologue.core.effects import Effect, RoomChanged, RoomGone, RoomMade, TellRoom
from duologue.core.errors import PeerError
from duologue.core.events import Acknowledged, Event, NotKept, Refused
from duologue.core.pace import Tries
from duologue.core.room import Room
from duologue.core.room_commands import JoinRoom
from duologue.core.room_events import RoomJoined, RoomLeft, RoomMissed, RoomSaid, RoomTopic
from duologue.core.rooms import Rooms, locked, room_key
from duologue.errands import Errands
from duologue.link import Client, Link
from duologue.passwords import PasswordPool, PoolBusy
from duologue.protocols.native_wire import encode_message
from duologue.storage.base import Letter, LiveRoom, Store

RoomEffect = TellRoom | RoomMade | RoomChanged | RoomGone

_PASSWORD_WINDOW = 60.0

BUSY_FOR = 0.2
"""Seconds until the password pool is asked again; in that time it checks six."""

_OF_SOMEBODY = (RoomSaid, RoomJoined, RoomLeft, RoomTopic)
"""Not told to those who have blocked whom it is about, or whose words they are."""

T = TypeVar("T")
Members = dict[Callable[[Iterable[Link], Event], None], list[tuple[str, Link]]]


class RoomDesk:
    """`clients` are those who are logged in, by nickname; `perform` has effects carried out.

    `time` is a monotonic clock in seconds, `wall_clock` dates what is stored. In a minute somebody may try `tries`
    passwords of a room. Who is among the `blockers_of` somebody hears nothing of them.
    """

    def __init__(
        self,
        store: Store,
        rules: Rooms,
        congestion: Congestion,
        *,
        clients: Mapping[str, Client],
        passwords: PasswordPool,
        perform: Callable[[list[Effect]], None],
        time: Callable[[], float],
        wall_clock: Callable[[], float],
        tries: float,
        blockers_of: Callable[[str], AbstractSet[str]] = lambda _: frozenset(),
    ) -> None:
        self.store = store
        self._rules = rules
        self._congestion = congestion
        self._missed: dict[Client, Counter[str]] = {}
        self._members: WeakKeyDictionary[Room, tuple[int, Members]] = WeakKeyDictionary()
        self._clients = clients
        self._passwords = passwords
        self._perform = perform
        self._time = time
        self._wall_clock = wall_clock
        self._tries = Tries(tries, _PASSWORD_WINDOW)
        self._blockers_of = blockers_of
        self._errands = Errands()

    # In

    def join(self, client: Client, command: JoinRoom) -> None:
        """`/join`. Raises PeerError."""
        key = room_key(command.room)
        room = self._rules.find(key)
        if self._is_open(client, room, command.password):
            self._perform(self._rules.join(client.nickname, key))
        else:
            self._errands.answer(client.chat_socket, self._join(client, key, room, command.password or ""))

    def _is_open(self, client: Client, room: Room | None, password: str | None) -> bool:
        """Can it be entered without a look at the password?"""
        if room is None:
            return password is None
        return room.password_hash is None or client.nickname in room.members

    async def _join(self, client: Client, key: str, room: Room | None, password: str) -> None:
        try:
            if room:
                password_hash = await self._checked(client, room, password)
            else:
                password_hash = await self._in_turn(client, partial(self._passwords.hash, password))
            if self._clients.get(client.nickname) is client:
                self._perform(self._rules.join(client.nickname, key, password_hash))
        except PeerError as error:
            client.login_socket.tell(Refused(error.code, error.text, JoinRoom))

    async def _checked(self, client: Client, room: Room, password: str) -> str | None:
        key, now = (room.key, client.nickname), self._time()
        wait = self._tries.wait(key, now)
        if wait > 0:
            raise PeerError("throttled", f"Too many tries; the next is due in {wait:.0f} s.")
        self._tries.note(key, now)
        if not await self._in_turn(client, partial(self._passwords.verify, room.password_hash, password)):
            raise locked(room)
        self._tries.forgive(key)
        return room.password_hash

    async def _in_turn(self, client: Client, work: Callable[[], Awaitable[T]]) -> T:
        """After a restart all who were in rooms with passwords come back at once: the pool has no room for them all."""
        while True:
            try:
                return await work()
            except PoolBusy:
                if self._clients.get(client.nickname) is not client:
                    raise PeerError("busy", "Too many passwords are being checked.") from None
                await asyncio.sleep(BUSY_FOR)

    # What is said

    def say(self, client: Client, letter: SendLetter) -> None:
        """`/msg` to a room."""
        self._errands.answer(client.chat_socket, self._say(client, letter))

    async def _say(self, client: Client, letter: SendLetter) -> None:
        try:
            room = self._rules.check_may_speak(client.nickname, room_key(letter.nickname))
            line, at = encode_message(letter.text), self._wall_clock()
            handed_in = await self.store.hand_in(
                Letter(letter.stream, letter.number, client.nickname, room.id, line, at)
            )
        except PeerError as error:
            if not await self._was_said_before(client, letter):
                client.login_socket.tell(NotKept(letter.nickname, letter.stream, letter.number, error.code, error.text))
            return
        stored = handed_in.standing.stored
        client.check_socket.tell(Acknowledged(stored, stored, letter.stream))
        if handed_in.number is not None:
            said = RoomSaid(room.key, client.nickname, int(at), handed_in.number, letter.text)
            self._tell(room, said, None if client.login_socket.door.hears_itself else client.nickname)

    async def _was_said_before(self, client: Client, letter: SendLetter) -> bool:
        """Whoever said something and lost the connection before the answer may be out of the room by now."""
        standing = await self.store.standing(letter.stream, client.nickname)
        if standing is None or standing.stored < letter.number:
            return False
        client.check_socket.tell(Acknowledged(standing.stored, standing.stored, letter.stream))
        return True

    # Effects

    def perform(self, effect: RoomEffect) -> None:
        match effect:
            case TellRoom(room, event, besides):
                self._tell(room, event, besides)
            case RoomMade(room) | RoomChanged(room):
                self.store.room_is(LiveRoom(room.key, room.id, room.password_hash, room.topic, room.topic_by))
            case RoomGone(room):
                self.store.room_gone(room.id)

    def _tell(self, room: Room, event: Event, besides: str | None) -> None:
        """To all in it, encoded once for each protocol."""
        who = event.nickname if isinstance(event, _OF_SOMEBODY) else None
        left_out = {besides, *self._blockers_of(who)} if who else {besides}
        for tell_all, members in self._members_of(room).items():
            hearers = [link for nickname, link in members if nickname not in left_out]
            if self._congestion.some_are_full:
                hearers = [link for link in hearers if self._reads(link, event)]
            tell_all(hearers, event)

    def _members_of(self, room: Room) -> Members:
        """Those who are in it, by how such as they are told; looked up anew when somebody has come or gone."""
        comings, members = self._members.get(room, (-1, {}))
        if comings != room.comings:
            members = {}
            for client in filter(None, map(self._clients.get, room.members)):
                members.setdefault(client.login_socket.tell_all, []).append((client.nickname, client.login_socket))
            self._members[room] = room.comings, members
        return members

    def _reads(self, link: Link, event: Event) -> bool:
        """False: what it misses is in the history, and not in our memory."""
        client = link.client
        if client is None or not self._congestion.is_full(client):
            return client is not None
        if isinstance(event, RoomSaid):
            self._missed.setdefault(client, Counter())[event.room] += 1
        return False

    def emptied(self, client: Client) -> None:
        """It reads again."""
        for room, count in self._missed.pop(client, Counter()).items():
            client.login_socket.tell(RoomMissed(room, count))

    def forget(self, client: Client) -> None:
        """It is gone."""
        self._missed.pop(client, None)
