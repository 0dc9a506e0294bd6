"""Rooms at work: lets people in and out, stores messages, and sends them to all members.

A message is sent when it is stored, so what anybody has seen is in the history, in the same order. Knows who is here.
The rules are in `core/room_rules.py`.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Hashable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
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
Members = dict[Callable[..., None], list[tuple[str, Connection]]]
Refusals = list[tuple[SendLetter, PeerError]]

LETTERS_AT_A_TIME = 512
"""Letters of everybody together that wait for one commit: to read so many takes 2.5 ms of the loop, to tell them as
much, so each is within a turn (turns.py); to store them takes the writer's thread 10 ms.
"""

WRITE_BYTES = 32 * 1024
"""Bytes of texts that one member is sent at once: a queue is found full before it holds much more than its limit."""


class RoomService:
    """The rooms. `sessions_of` finds who is logged in under a nickname; `perform` carries out effects.

    `time` is a monotonic clock in seconds, `wall_clock` dates what is stored. The `blockers_of` somebody are told
    nothing about them.
    """

    def __init__(
        self,
        store: Store,
        rules: RoomRules,
        backpressure: Backpressure,
        *,
        sessions_of: Callable[[str], Sequence[Session]],
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
        self._sessions_of = sessions_of
        self._passwords = passwords
        self._perform = perform
        self._time = time
        self._wall_clock = wall_clock
        self._tries = Tries(limits.password_tries, WINDOW)
        self._tries_at_all = Tries(limits.room_password_tries, WINDOW)
        self._waiting: dict[Session, asyncio.Task[Any]] = {}  # for a password to be checked
        self._blockers_of = blockers_of
        self._tasks = Tasks()
        self._speaking = 0

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
            if not session.is_over:
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

    def at_a_time(self) -> int:
        """Return how many letters of the next sender may go together: everybody who waits has a part of a commit."""
        return max(1, LETTERS_AT_A_TIME // (1 + self._speaking))

    def say(self, session: Session, *letters: SendLetter) -> None:
        """Carry out `/msg` to a room, with one letter or with several to the same."""
        for letter in letters:
            session.speaks_in(letter.stream)
        self._tasks.answer(session.chat_socket, self._say(session, letters))

    async def _say(self, session: Session, letters: Sequence[SendLetter]) -> None:
        self._speaking += 1
        try:
            room = self._rules.check_may_speak(session.nickname, room_key(letters[0].nickname))
            refused = await self._keep_and_tell(session, room, letters)
        except PeerError as error:
            refused = [(letter, error) for letter in letters]
        finally:
            self._speaking -= 1
        if refused:
            await self._refuse(session, refused)

    async def _keep_and_tell(self, session: Session, room: Room, letters: Sequence[SendLetter]) -> Refusals:
        """Store the letters and tell the room; return those that are refused."""
        at, speaker = self._wall_clock(), session.nickname
        lines = [*map(_line_of, letters)]
        kept = iter(
            await self._store.hand_in_all(
                [
                    Letter(letter.stream, letter.number, speaker, room.id, line, at)
                    for letter, line in zip(letters, lines, strict=True)
                    if isinstance(line, bytes)
                ]
            )
        )
        refused: Refusals = []
        stored: list[Acknowledged] = []
        said: list[RoomSaid] = []
        for letter, line in zip(letters, lines, strict=True):
            answer = next(kept) if isinstance(line, bytes) else line
            if isinstance(answer, PeerError):
                refused.append((letter, answer))
                continue
            upto = answer.progress.stored
            stored.append(Acknowledged(upto, upto, letter.stream))
            if answer.number is not None:
                said.append(RoomSaid(room.key, speaker, int(at), answer.number, letter.text))
        if stored:
            session.check_socket.tell_each(stored)
        for some in _in_writes(said):
            self._tell(room, some, besides=None if session.login_socket.codec.hears_itself else session.login_socket)
        return refused

    async def _refuse(self, session: Session, refused: Refusals) -> None:
        """Answer letters that are refused, if they were not stored before: their sender may have lost the connection
        before the answer, and be out of the room by now.
        """
        known = await asyncio.gather(*(self._store.progress(letter.stream, session.nickname) for letter, _ in refused))
        for (letter, error), progress in zip(refused, known, strict=True):
            if progress is None or progress.stored < letter.number:
                session.tell(NotKept(letter.nickname, letter.stream, letter.number, error.code, error.text))
            else:
                session.tell(Acknowledged(progress.stored, progress.stored, letter.stream))

    # Effects

    def perform(self, effect: RoomEffect) -> None:
        match effect:
            case TellRoom(room, event, besides):
                self._tell(room, (event,), nobody_of=besides)
            case RoomMade(room) | RoomChanged(room):
                self._store.room_is(LiveRoom(room.key, room.id, room.password_hash, room.topic, room.topic_by))
            case RoomGone(room):
                self._store.room_gone(room.id)

    def _tell(
        self,
        room: Room,
        events: Sequence[Event],
        *,
        besides: Connection | None = None,
        nobody_of: str | None = None,
    ) -> None:
        """Send `events`, all of the same kind and about the same, to all members, `besides` one who has said it, and to
        no session of one who is told otherwise; encoded once for each protocol.
        """
        who = events[0].nickname if isinstance(events[0], _OF_SOMEBODY) else None
        left_out = {nobody_of, *self._blockers_of(who)} if who else {nobody_of}
        for tell_all, members in self._members_of(room).items():
            hearers = [
                connection for nickname, connection in members if connection is not besides and nickname not in left_out
            ]
            if self._backpressure.some_are_full:
                hearers = [connection for connection in hearers if self._reads(connection, events)]
            tell_all(hearers, *events)

    def _members_of(self, room: Room) -> Members:
        """Return the sessions of members, by how such as they are told; looked up anew when one has come or gone."""
        comings, members = self._members.get(room, (-1, {}))
        if comings != room.comings:
            members = {}
            for session in chain.from_iterable(map(self._sessions_of, room.members)):
                members.setdefault(session.login_socket.tell_all, []).append((session.nickname, session.login_socket))
            self._members[room] = room.comings, members
        return members

    def _reads(self, connection: Connection, events: Sequence[Event]) -> bool:
        """Return whether `connection` reads; if not, what it misses is in the history, and not in our memory."""
        session = connection.session
        if session is None or not self._backpressure.is_queue_full(connection):
            return session is not None
        if isinstance(events[0], RoomSaid):
            self._missed.setdefault(session, Counter())[events[0].room] += len(events)
        return False

    def arrived(self, session: Session) -> None:
        """Tell `session` of the rooms that it comes into because others of its person are there."""
        self._look_anew(session)
        self._perform(self._rules.entered_by(session.nickname, session.id))

    def _look_anew(self, session: Session) -> None:
        for room in self._rules.rooms_of(session.nickname):
            self._members.pop(room, None)

    def emptied(self, session: Session) -> None:
        """Note that `session` reads again."""
        for room, count in self._missed.pop(session, Counter()).items():
            session.tell(RoomMissed(room, count))

    def forget(self, session: Session) -> None:
        """Forget `session`, which is gone."""
        self._look_anew(session)
        self._missed.pop(session, None)
        if session in self._waiting:
            self._waiting.pop(session).cancel()


def _line_of(letter: SendLetter) -> bytes | PeerError:
    try:
        return encode_message(letter.text)
    except PeerError as error:
        return error


def _in_writes(said: Sequence[RoomSaid]) -> Iterator[Sequence[RoomSaid]]:
    """Yield what is said in parts that are written at once."""
    start = size = 0
    for number, one in enumerate(said):
        more = len(one.text.encode(errors="replace"))
        size += more
        if size > WRITE_BYTES and number > start:
            yield said[start:number]
            start, size = number, more
    if start < len(said):
        yield said[start:]


def _asker(session: Session) -> Hashable:
    """Return the key for one place in the queue and for a count of tries: an account, or where a guest comes from."""
    if is_guest(session.nickname):
        return "from", source_of(session.login_socket)
    return "name", session.nickname
