"""Rooms at work: lets people in and out, stores messages, and sends them to all members.

A message is sent when it is stored, so what anybody has seen is in the history, in the same order. Knows who is here.
The rules are in `core/room_rules.py`.
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
from duologue.core.room_rules import RoomRules, locked, room_key
from duologue.protocols.native.wire import encode_message
from duologue.server.auth.passwords import PasswordPool
from duologue.server.backpressure import Backpressure
from duologue.server.fair_pool import PoolFull
from duologue.server.session import Connection, Session, source_of
from duologue.server.storage.base import Letter, LiveRoom, Store
from duologue.server.tasks import Tasks

RoomEffect = TellRoom | RoomMade | RoomChanged | RoomGone

_OF_SOMEBODY = (RoomSaid, RoomJoined, RoomLeft, RoomTopic)
"""Events about somebody. They are not sent to those who have blocked that person."""

T = TypeVar("T")
Members = dict[Callable[[Iterable[Connection], Event], None], list[tuple[str, Connection]]]


class RoomService:
    """The rooms. `sessions` are those who are logged in, by nickname; `perform` carries out effects.

    `time` is a monotonic clock in seconds, `wall_clock` dates what is stored. The `blockers_of` somebody are told
    nothing about them.
    """

    def __init__(
        self,
        store: Store,
        rules: RoomRules,
        backpressure: Backpressure,
        *,
        sessions: Mapping[str, Session],
        passwords: PasswordPool,
        perform: Callable[[list[Effect]], None],
        time: Callable[[], float],
        wall_clock: Callable[[], float],
        limits: Limits,
        blockers_of: Callable[[str], AbstractSet[str]] = lambda _: frozenset(),
    ) -> None:
        self._store = store
        self._rules = rules
        self._backpressure = backpressure
        self._missed: dict[Session, Counter[str]] = {}
        self._members: WeakKeyDictionary[Room, tuple[int, Members]] = WeakKeyDictionary()
        self._sessions = sessions
        self._passwords = passwords
        self._perform = perform
        self._time = time
        self._wall_clock = wall_clock
        self._tries = Tries(limits.password_tries, WINDOW)
        self._tries_at_all = Tries(limits.room_password_tries, WINDOW)
        self._waiting: dict[Session, asyncio.Task[Any]] = {}  # for a password to be checked
        self._blockers_of = blockers_of
        self._tasks = Tasks()

    # Joining

    def join(self, session: Session, command: JoinRoom) -> None:
        """Carry out `/join`. Raises PeerError."""
        key = room_key(command.room)
        room = self._rules.find(key)
        if self._is_open(session, room, command.password):
            self._perform(self._rules.join(session.nickname, key))
        else:
            self._tasks.answer(session.chat_socket, self._join(session, key, room, command.password or ""))

    def _is_open(self, session: Session, room: Room | None, password: str | None) -> bool:
        """Return whether the room can be entered without a look at the password."""
        if room is None:
            return password is None
        return room.password_hash is None or session.nickname in room.members

    async def _join(self, session: Session, key: str, room: Room | None, password: str) -> None:
        try:
            if room:
                password_hash = await self._checked(session, room, password)
            else:
                password_hash = await self._in_turn(session, self._passwords.hash(password, _asker(session)))
            if self._sessions.get(session.nickname) is session:
                self._perform(self._rules.join(session.nickname, key, password_hash))
        except PeerError as error:
            session.tell(Refused(error.code, error.text, JoinRoom))

    async def _checked(self, session: Session, room: Room, password: str) -> str | None:
        guess = self._guess(session, room)
        try:
            is_right = await self._in_turn(
                session, self._passwords.verify(room.password_hash, password, _asker(session))
            )
        except PeerError:
            guess.take_back()
            raise
        if not is_right:
            raise locked(room)
        guess.was_right()
        return room.password_hash

    def _guess(self, session: Session, room: Room) -> Guess:
        """Count a try. Raises PeerError: throttled. A guest does not start afresh with another name, nor with another
        room.
        """
        asker = _asker(session)
        # On this machine each guest has tries of their own, and all of them together no more than those of one address.
        together = address_key(session.login_socket.address) if is_guest(session.nickname) else asker
        return begin(Tally(self._tries, (room.key, asker)), Tally(self._tries_at_all, together), now=self._time())

    async def _in_turn(self, session: Session, work: Coroutine[Any, Any, T]) -> T:
        """Wait for `work`; somebody who leaves meanwhile gives up their place. Raises PeerError."""
        task = asyncio.get_running_loop().create_task(work)
        self._waiting[session] = task
        try:
            return await task
        except PoolFull:
            raise PeerError("busy", "Too many passwords are being checked; try again in a moment.") from None
        except asyncio.CancelledError:
            raise PeerError("gone", "You have left, so nobody waits for your password.") from None
        finally:
            self._waiting.pop(session, None)

    # Messages

    def say(self, session: Session, letter: SendLetter) -> None:
        """Carry out `/msg` to a room."""
        self._tasks.answer(session.chat_socket, self._say(session, letter))

    async def _say(self, session: Session, letter: SendLetter) -> None:
        try:
            room = self._rules.check_may_speak(session.nickname, room_key(letter.nickname))
            line, at = encode_message(letter.text), self._wall_clock()
            kept_letter = await self._store.hand_in(
                Letter(letter.stream, letter.number, session.nickname, room.id, line, at)
            )
        except PeerError as error:
            if not await self._was_said_before(session, letter):
                session.tell(NotKept(letter.nickname, letter.stream, letter.number, error.code, error.text))
            return
        stored = kept_letter.progress.stored
        session.tell(Acknowledged(stored, stored, letter.stream))
        if kept_letter.number is not None:
            said = RoomSaid(room.key, session.nickname, int(at), kept_letter.number, letter.text)
            self._tell(room, said, None if session.login_socket.codec.hears_itself else session.nickname)

    async def _was_said_before(self, session: Session, letter: SendLetter) -> bool:
        """Return whether the letter was stored before. Its sender may have lost the connection before the answer, and
        be out of the room by now.
        """
        progress = await self._store.progress(letter.stream, session.nickname)
        if progress is None or progress.stored < letter.number:
            return False
        session.tell(Acknowledged(progress.stored, progress.stored, letter.stream))
        return True

    # Effects

    def perform(self, effect: RoomEffect) -> None:
        match effect:
            case TellRoom(room, event, besides):
                self._tell(room, event, besides)
            case RoomMade(room) | RoomChanged(room):
                self._store.room_is(LiveRoom(room.key, room.id, room.password_hash, room.topic, room.topic_by))
            case RoomGone(room):
                self._store.room_gone(room.id)

    def _tell(self, room: Room, event: Event, besides: str | None) -> None:
        """Send `event` to all members, encoded once for each protocol."""
        who = event.nickname if isinstance(event, _OF_SOMEBODY) else None
        left_out = {besides, *self._blockers_of(who)} if who else {besides}
        for tell_all, members in self._members_of(room).items():
            hearers = [connection for nickname, connection in members if nickname not in left_out]
            if self._backpressure.some_are_full:
                hearers = [connection for connection in hearers if self._reads(connection, event)]
            tell_all(hearers, event)

    def _members_of(self, room: Room) -> Members:
        """Return the members, by how such as they are told; looked up anew when somebody has come or gone."""
        comings, members = self._members.get(room, (-1, {}))
        if comings != room.comings:
            members = {}
            for session in filter(None, map(self._sessions.get, room.members)):
                members.setdefault(session.login_socket.tell_all, []).append((session.nickname, session.login_socket))
            self._members[room] = room.comings, members
        return members

    def _reads(self, connection: Connection, event: Event) -> bool:
        """Return whether `connection` reads; if not, what it misses is in the history, and not in our memory."""
        session = connection.session
        if session is None or not self._backpressure.is_full(session):
            return session is not None
        if isinstance(event, RoomSaid):
            self._missed.setdefault(session, Counter())[event.room] += 1
        return False

    def emptied(self, session: Session) -> None:
        """Note that `session` reads again."""
        for room, count in self._missed.pop(session, Counter()).items():
            session.tell(RoomMissed(room, count))

    def forget(self, session: Session) -> None:
        """Forget `session`, which is gone."""
        self._missed.pop(session, None)
        if session in self._waiting:
            self._waiting.pop(session).cancel()


def _asker(session: Session) -> Hashable:
    """Return the key for one place in the queue and for a count of tries: an account, or where a guest comes from."""
    if is_guest(session.nickname):
        return "from", source_of(session.login_socket)
    return "name", session.nickname
