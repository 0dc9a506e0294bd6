"""Rooms at work: lets people in and out, and has what is said there stored, and told to all who are there.

A message is told when it is stored, so what anybody has seen is in the history, in the same order. Knows who is here.
What may happen when is decided in `core/room_rules.py`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Hashable, Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from duologue.core.admission import address_key
from duologue.core.commands.chat import SendLetter
from duologue.core.commands.rooms import JoinRoom
from duologue.core.effects import Effect, RoomChanged, RoomGone, RoomMade, TellRoom
from duologue.core.errors import PeerError
from duologue.core.events.chat import Acknowledged, Event, NotKept, Refused
from duologue.core.events.rooms import RoomJoined, RoomLeft, RoomMissed, RoomSaid, RoomTopic
from duologue.core.guessing import WINDOW, Guess, Tally, begin
from duologue.core.limits import Limits
from duologue.core.names import is_guest
from duologue.core.pace import Tries
from duologue.core.room import Room
from duologue.core.room_rules import Rooms, locked, room_key
from duologue.protocols.native.wire import encode_message
from duologue.server.auth.passwords import PasswordPool
from duologue.server.backpressure import Backpressure
from duologue.server.fair_pool import PoolFull
from duologue.server.session import Client, Link, source_of
from duologue.server.storage.base import Letter, LiveRoom, Store
from duologue.server.tasks import Tasks

RoomEffect = TellRoom | RoomMade | RoomChanged | RoomGone

_OF_SOMEBODY = (RoomSaid, RoomJoined, RoomLeft, RoomTopic)
"""Not told to those who have blocked whom it is about, or whose words they are."""

T = TypeVar("T")
Members = dict[Callable[[Iterable[Link], Event], None], list[tuple[str, Link]]]


class RoomService:
    """`clients` are those who are logged in, by nickname; `perform` has effects carried out.

    `time` is a monotonic clock in seconds, `wall_clock` dates what is stored. Who is among the `blockers_of` somebody
    hears nothing of them.
    """

    def __init__(
        self,
        store: Store,
        rules: Rooms,
        backpressure: Backpressure,
        *,
        clients: Mapping[str, Client],
        passwords: PasswordPool,
        perform: Callable[[list[Effect]], None],
        time: Callable[[], float],
        wall_clock: Callable[[], float],
        limits: Limits,
        blockers_of: Callable[[str], AbstractSet[str]] = lambda _: frozenset(),
    ) -> None:
        self.store = store
        self._rules = rules
        self._backpressure = backpressure
        self._missed: dict[Client, Counter[str]] = {}
        self._members: WeakKeyDictionary[Room, tuple[int, Members]] = WeakKeyDictionary()
        self._clients = clients
        self._passwords = passwords
        self._perform = perform
        self._time = time
        self._wall_clock = wall_clock
        self._tries = Tries(limits.password_tries, WINDOW)
        self._tries_at_all = Tries(limits.room_password_tries, WINDOW)
        self._waiting: dict[Client, asyncio.Task[Any]] = {}  # for a password to be checked
        self._blockers_of = blockers_of
        self._tasks = Tasks()

    # In

    def join(self, client: Client, command: JoinRoom) -> None:
        """`/join`. Raises PeerError."""
        key = room_key(command.room)
        room = self._rules.find(key)
        if self._is_open(client, room, command.password):
            self._perform(self._rules.join(client.nickname, key))
        else:
            self._tasks.answer(client.chat_socket, self._join(client, key, room, command.password or ""))

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
                password_hash = await self._in_turn(client, self._passwords.hash(password, _asker(client)))
            if self._clients.get(client.nickname) is client:
                self._perform(self._rules.join(client.nickname, key, password_hash))
        except PeerError as error:
            client.login_socket.tell(Refused(error.code, error.text, JoinRoom))

    async def _checked(self, client: Client, room: Room, password: str) -> str | None:
        guess = self._guess(client, room)
        try:
            is_right = await self._in_turn(client, self._passwords.verify(room.password_hash, password, _asker(client)))
        except PeerError:
            guess.take_back()
            raise
        if not is_right:
            raise locked(room)
        guess.was_right()
        return room.password_hash

    def _guess(self, client: Client, room: Room) -> Guess:
        """Raises PeerError: throttled. A guest's next name is no new start, and neither is the next room."""
        asker = _asker(client)
        # On this machine each guest has tries of their own, and all of them together no more than those of one address.
        together = address_key(client.login_socket.address) if is_guest(client.nickname) else asker
        return begin(Tally(self._tries, (room.key, asker)), Tally(self._tries_at_all, together), now=self._time())

    async def _in_turn(self, client: Client, work: Coroutine[Any, Any, T]) -> T:
        """Whoever goes meanwhile gives up their place. Raises PeerError."""
        task = asyncio.get_running_loop().create_task(work)
        self._waiting[client] = task
        try:
            return await task
        except PoolFull:
            raise PeerError("busy", "Too many passwords are being checked; try again in a moment.") from None
        except asyncio.CancelledError:
            raise PeerError("gone", "You have left, so nobody waits for your password.") from None
        finally:
            self._waiting.pop(client, None)

    # What is said

    def say(self, client: Client, letter: SendLetter) -> None:
        """`/msg` to a room."""
        self._tasks.answer(client.chat_socket, self._say(client, letter))

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
            if self._backpressure.some_are_full:
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
        if client is None or not self._backpressure.is_full(client):
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
        if client in self._waiting:
            self._waiting.pop(client).cancel()


def _asker(client: Client) -> Hashable:
    """Who has one place in the queue, and tries of their own: an account, or where a guest comes from."""
    if is_guest(client.nickname):
        return "from", source_of(client.login_socket)
    return "name", client.nickname
