"""The cost of a client's command: its own price, and what depends on how many are told or listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from duologue.core.commands.chat import ComeIn, Command, ListOnline, Ping, ReadHistory, SendLetter, SendLetters
from duologue.core.commands.people import ComeBack, DoNotDisturb, GoAway, ListBlocked, ListPeople, WatchPeople
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SayInRoom, SetTopic
from duologue.core.costs import COSTS, LISTED, MESSAGE, MISTAKE, ROOM_LISTED, ROOM_MADE, TOLD
from duologue.core.errors import PeerError
from duologue.core.pages import PAGE, ROOMS_PAGE
from duologue.core.room_rules import LOBBY, is_room, room_key
from duologue.core.streams import chat_of
from duologue.server.history import PAGE_MESSAGES
from duologue.server.hub import Hub
from duologue.server.session import Connection, Session


def cost_of(hub: Hub, connection: Connection, command: Command | PeerError) -> float:
    """Return the cost in messages. What is no command, or cannot be carried out, costs what a mistake does."""
    if isinstance(command, PeerError):
        return MISTAKE
    if isinstance(command, SendLetters):  # all to one room
        return len(command.letters) * cost_of(hub, connection, command.letters[0])
    kind = type(command)
    if connection.session:
        extra = _EXTRA.get(kind)
        return COSTS[kind] + (extra(hub, connection.session, command) if extra else 0.0)
    return COSTS[kind] + (_members(hub, LOBBY) * TOLD if kind is ComeIn else 0.0)


def _names(hub: Hub, _: Session, __: Any) -> float:
    return min(len(hub.directory), PAGE) * LISTED


def _people(hub: Hub, session: Session, command: Any) -> float:
    return 2 * _names(hub, session, command)


def _everybody(hub: Hub, _: Session, __: Any) -> float:
    return len(hub.directory) * LISTED


def _blocked(_: Hub, __: Session, ___: Any) -> float:
    return PAGE * LISTED


def _rooms(hub: Hub, _: Session, __: Any) -> float:
    return min(hub.room_rules.count, ROOMS_PAGE) * ROOM_LISTED


def _watchers(hub: Hub, _: Session, __: Any) -> float:
    return hub.people.watching * TOLD


def _page(_: Hub, __: Session, command: ReadHistory) -> float:
    return min(command.count, PAGE_MESSAGES) * LISTED


def _members(hub: Hub, typed: str) -> int:
    try:
        room = hub.room_rules.find(room_key(typed))
    except PeerError:
        return 0
    return len(room.members) if room else 0


def _members_told(hub: Hub, _: Session, command: PartRoom | SayInRoom | SetTopic) -> float:
    return _members(hub, command.room) * TOLD


def _joined(hub: Hub, _: Session, command: JoinRoom) -> float:
    return _members(hub, command.room) * TOLD or ROOM_MADE


def _members_listed(hub: Hub, _: Session, command: ListMembers) -> float:
    return min(_members(hub, command.room), PAGE) * LISTED


def _letter(hub: Hub, _: Session, command: SendLetter) -> float:
    return _members(hub, command.nickname) * TOLD if is_room(command.nickname) else 0.0


def _ping(_: Hub, session: Session, command: Ping) -> float:
    """Return the extra cost of a PING: one that is not about the live chat is a question to the store."""
    is_live = command.stream is None or (session.chat is not None and chat_of(command.stream) == session.chat.id)
    return 0.0 if is_live else MESSAGE


_EXTRA: dict[type, Callable[[Hub, Session, Any], float]] = {
    ListOnline: _names,
    ListPeople: _people,
    WatchPeople: _everybody,
    ListBlocked: _blocked,
    ListRooms: _rooms,
    GoAway: _watchers,
    DoNotDisturb: _watchers,
    ComeBack: _watchers,
    ReadHistory: _page,
    JoinRoom: _joined,
    PartRoom: _members_told,
    SayInRoom: _members_told,
    SetTopic: _members_told,
    ListMembers: _members_listed,
    SendLetter: _letter,
    Ping: _ping,
}
