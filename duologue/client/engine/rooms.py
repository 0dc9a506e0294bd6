"""The rooms of one session: entering, returning after a lost connection, and what was missed meanwhile. Sans-I/O.

The server answers what is sent on the chat socket in order. Returning is the first thing asked there, so the first
pages of history that arrive are what was missed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from duologue.client.engine.joined_rooms import JoinedRoom
from duologue.client.engine.memory import Memory
from duologue.client.events import Happening, MissedMore, RoomLost
from duologue.core.commands.chat import ReadHistory
from duologue.core.commands.rooms import JoinRoom
from duologue.core.events.chat import NotKept, Recalled, RecallEnded, Refused
from duologue.core.events.rooms import RoomEntered, RoomExited, RoomSaid
from duologue.core.room_rules import room_key
from duologue.protocols.native.commands import encode_command

MOST_MISSED = 100
"""Messages of a room that are asked for after a lost connection: more than people read up on, and little work for a
server to which a thousand clients return at once.
"""

NO_ENTRY = frozenset(
    "wrong_password room_locked room_changed room_looks_alike too_many_rooms bad_room throttled busy".split()
)
"""Codes that answer a request to enter."""

NOT_THERE = frozenset({"not_in_room", "no_room"})

NO_ANSWER = frozenset({"slow_down", "no_chat", "search_stopped"})
"""Codes that answer nothing asked here."""


@dataclass(slots=True)
class _Absence:
    """An absence from `room`: we have asked to enter and for what was missed; `is_answered` says that the server has
    answered the former. What is said there from now on is held back until it has answered the latter.
    """

    room: str
    is_answered: bool = False
    recalled: list[Recalled] = field(default_factory=list)
    held: list[RoomSaid] = field(default_factory=list)


class RoomSessions:
    """Rooms in one session. What is due to be sent is added to `to_chat`. Each method about an event returns the events
    to report.
    """

    def __init__(self, memory: Memory, to_chat: bytearray) -> None:
        self._memory = memory
        self._joined_rooms = memory.joined_rooms
        self._to_chat = to_chat
        self._asked: deque[str] = deque()
        self._absences: deque[_Absence] = deque()

    # What we ask for

    def begin(self) -> None:
        """Begin a session: return to all rooms."""
        for stay in self._joined_rooms:
            stay.is_in = False
            self._asked.append(stay.room)
            self._absences.append(_Absence(stay.room))
            self._to_chat += encode_command(JoinRoom(stay.room, stay.password))
            self._to_chat += encode_command(ReadHistory(stay.room, MOST_MISSED))

    def join(self, typed: str, password: str | None) -> None:
        """Enter a room. Raises PeerError for an impossible room name."""
        room = room_key(typed)
        self._joined_rooms.begin(room, password)
        self._asked.append(room)

    def part(self, typed: str) -> None:
        """Leave a room. Raises PeerError for an impossible room name."""
        self._joined_rooms.end(room_key(typed))

    # What we hear

    def entered(self, event: RoomEntered) -> list[Happening]:
        if event.room in self._asked:
            self._asked.remove(event.room)
        absence = self._absence_from(event.room)
        if absence:
            absence.is_answered = True
        stay = self._joined_rooms.get(event.room)
        if stay:
            stay.is_in = True
        return [event]

    def _absence_from(self, room: str) -> _Absence | None:
        return next((absence for absence in self._absences if absence.room == room), None)

    def exited(self, event: RoomExited) -> list[Happening]:
        self._leave(event.room)
        return [event]

    def said(self, event: RoomSaid) -> list[Happening]:
        absence = self._absence_from(event.room)
        if absence:
            absence.held.append(event)
            return []
        stay = self._joined_rooms.get(event.room)
        if stay:
            stay.seen = max(stay.seen, event.number)
        return [event]

    def not_kept(self, event: NotKept) -> None:
        if event.code in NOT_THERE:
            self._leave(event.nickname)

    def _leave(self, room: str) -> None:
        if room not in self._asked:  # else we are entering it again
            self._joined_rooms.end(room)

    def refused(self, event: Refused) -> list[Happening]:
        if self._absences and event.code not in NO_ANSWER:
            return self._refused_to_come_back(event, self._absences[0])
        if event.code in NO_ENTRY and self._asked:
            self._turned_away(self._asked.popleft())
        return [event]

    def _refused_to_come_back(self, event: Refused, absence: _Absence) -> list[Happening]:
        if absence.is_answered:  # so this is about its history
            return self._back(self._absences.popleft(), before=None)
        absence.is_answered = True
        self._turned_away(self._asked.popleft())
        return [RoomLost(absence.room, event.code, event.text)]

    def _turned_away(self, room: str) -> None:
        stay = self._joined_rooms.get(room)
        if stay and not stay.is_in:
            self._leave(room)

    # What was missed

    def recalled(self, event: Recalled) -> list[Happening]:
        if not self._absences:
            return [event]
        self._absences[0].recalled.append(event)
        return []

    def recall_ended(self, event: RecallEnded) -> list[Happening]:
        return self._back(self._absences.popleft(), event.before) if self._absences else [event]

    def _back(self, absence: _Absence, before: int | None) -> list[Happening]:
        """Report all that was missed, each message once and in order, even if it also arrived live."""
        stay = self._joined_rooms.get(absence.room)
        if stay is None:
            return []
        missed = [message for message in absence.recalled if _is_news(message, stay)]
        ours = self._memory.account
        said = {
            message.number: RoomSaid(stay.room, message.sender, message.at, message.number, message.text)
            for message in missed
            if message.sender != ours
        }
        said.update((message.number, message) for message in absence.held)
        is_more = before is not None and 0 < len(missed) == len(absence.recalled)
        stay.seen = _newest(stay.seen, [*absence.recalled, *absence.held])
        told: list[Happening] = [MissedMore(stay.room)] if is_more else []
        return [*told, *(said[number] for number in sorted(said))]


def _is_news(message: Recalled, stay: JoinedRoom) -> bool:
    return message.number > stay.seen if stay.seen else message.at >= int(stay.since)


def _newest(seen: int, messages: Iterable[Recalled | RoomSaid]) -> int:
    return max([seen, *(message.number for message in messages)])
