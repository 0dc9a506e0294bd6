"""The table from commands to the few lines that carry them out.

Each command is paid for before it is done, and so is what is no command (core/costs.py).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from duologue.core.commands.chat import (
    AcceptChat,
    AskForChat,
    AttachSocket,
    CancelRequest,
    ComeIn,
    Command,
    DeclineChat,
    Exit,
    GiveNickname,
    GivePass,
    GivePassword,
    ListOnline,
    ListRequests,
    NoCommand,
    Ping,
    Pong,
    QuitChat,
    ReadHistory,
    ResumeChat,
    Say,
    SearchHistory,
    SendLetter,
    SendLetters,
)
from duologue.core.commands.devices import Follow, ListConversations, MarkRead
from duologue.core.commands.people import (
    AllowAsking,
    Block,
    ComeBack,
    DoNotDisturb,
    GoAway,
    ListBlocked,
    ListPeople,
    Unblock,
    WatchPeople,
    WhoIs,
)
from duologue.core.commands.rooms import (
    JoinRoom,
    ListMembers,
    ListRooms,
    PartRoom,
    SayInRoom,
    SayPrivately,
    SetTopic,
)
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import Refused
from duologue.core.names import BadNickname, is_guest, nickname_key
from duologue.core.requests import ChatEnd
from duologue.core.room_rules import is_room, room_key
from duologue.server.costs import cost_of
from duologue.server.goodbyes import BYE
from duologue.server.hub import Hub
from duologue.server.session import Connection, Session

LETTER_BYTES = 9
"""72 random bits, 12 characters, as the streams of our own client have."""


def handle_client(hub: Hub, connection: Connection, command: Command | PeerError) -> None:
    """Carry out one command that came on `connection`, or send what is wrong with it."""
    try:
        hub.metering.spend(connection, cost_of(hub, connection, command))
        _carry_out(hub, connection, connection.session, command)
    except FatalPeerError as error:
        hub.cast_out(connection, error)
    except PeerError as error:
        refused = Refused(error.code, error.text, _class_of(command))
        (connection.session or connection).tell(refused)


def note_receipt(hub: Hub, session: Session, receipt: Ping) -> None:
    """Note that a client has what its socket has taken, which it cannot say itself.

    It costs nothing, as others decide how many there are, and counts when the session is over: what was queued is sent
    after the goodbye.
    """
    _ping(hub, session, receipt)


def _class_of(command: Command | PeerError) -> type | None:
    return command.of if isinstance(command, PeerError) else type(command)


def _carry_out(hub: Hub, connection: Connection, session: Session | None, command: Command | PeerError) -> None:
    kind = type(command)
    if kind in _FOR_SOCKETS:
        _FOR_SOCKETS[kind](hub, connection, command)
    elif session is None:
        _refuse_stranger(command)
    elif isinstance(command, PeerError):
        raise command
    else:
        if kind is not Ping:  # which says nothing of whether anybody is there
            session.used = hub.time()
        _FOR_CLIENTS[kind](hub, session, command)


def _refuse_stranger(command: Command | PeerError) -> None:
    if isinstance(command, PeerError) and command.of in _FOR_SOCKETS:  # a step of the login, with a mistake in it
        raise command
    # A PING is only not answered: the first PONG says that the login is complete.
    if not isinstance(command, Ping):
        raise PeerError("not_logged_in", "The login is not complete: wait for the first PONG on the check socket.")


def _give_nickname(hub: Hub, connection: Connection, command: GiveNickname) -> None:
    hub.login.give_nickname(connection, command.nickname, is_all=command.is_all, device=command.device)


def _give_password(hub: Hub, connection: Connection, command: GivePassword) -> None:
    hub.login.give_password(connection, command.password)


def _give_pass(hub: Hub, connection: Connection, command: GivePass) -> None:
    hub.login.give_pass(connection, command.token, command.device)


def _come_in(hub: Hub, connection: Connection, command: ComeIn) -> None:
    hub.login.come_in(connection, command.nickname)


def _attach(hub: Hub, connection: Connection, command: AttachSocket) -> None:
    hub.login.attach(connection, command.kind, command.token, spellings=command.spellings)


def _pong(hub: Hub, connection: Connection, _: Pong) -> None:
    """Do nothing more: any byte counts as a sign of life."""


def _nothing(hub: Hub, connection: Connection, _: NoCommand) -> None:
    """Do nothing more: it is paid for."""


def _ping(hub: Hub, session: Session, command: Ping) -> None:
    hub.chats.check_from_client(session, command)


def _ask(hub: Hub, session: Session, command: AskForChat) -> None:
    hub.ask(session, hub.directory.find_person(command.nickname))


def _accept(hub: Hub, session: Session, command: AcceptChat) -> None:
    hub.perform(hub.switchboard.accept(session.nickname, session.id, _key(hub, command.nickname)))


def _decline(hub: Hub, session: Session, command: DeclineChat) -> None:
    hub.perform(hub.switchboard.decline(hub.time(), session.nickname, session.id, _key(hub, command.nickname)))


def _cancel(hub: Hub, session: Session, command: CancelRequest) -> None:
    hub.perform(hub.switchboard.cancel(session.nickname, _key(hub, command.nickname)))


def _list_requests(hub: Hub, session: Session, _: ListRequests) -> None:
    session.tell(hub.switchboard.requests_to(session.nickname))


def _place_after(name: str | None) -> str | None:
    """Where a page of people begins: lists are in the order of keys, and people read names as accounts spell them."""
    try:
        return nickname_key(name) if name else name
    except BadNickname:  # a guest's, or anything else: it need not be there
        return name


def _list_online(hub: Hub, session: Session, command: ListOnline) -> None:
    session.tell(hub.people.presences.online(_place_after(command.after)))


def _say(hub: Hub, session: Session, command: Say) -> None:
    if session.chat is None:
        raise PeerError("no_chat", "You are in no chat, so nobody gets this. /chat NICK asks for one.")
    hub.chats.delivery.say(session.chat, session, command.text)


def _quit(hub: Hub, session: Session, _: QuitChat) -> None:
    hub.perform(hub.switchboard.quit(session.nickname))


def _resume(hub: Hub, session: Session, command: ResumeChat) -> None:
    hub.resume(session, command)


def _send_letter(hub: Hub, session: Session, command: SendLetter) -> None:
    if is_room(command.nickname):
        hub.rooms.say(session, command)
    else:
        hub.chats.send_letter(session, command)


def _send_letters(hub: Hub, session: Session, command: SendLetters) -> None:
    hub.rooms.say(session, *command.letters)


def _read_history(hub: Hub, session: Session, command: ReadHistory) -> None:
    history = hub.chats.history
    if is_room(command.nickname):
        room = hub.room_rules.check_may_speak(session.nickname, room_key(command.nickname))
        history.room_history(session, room, command.count, command.before)
    else:
        _check_has_history(session)
        history.history(session, hub.directory.find_partner(command.nickname), command.count, command.before)


def _check_has_history(session: Session) -> None:
    """Refuse a guest: somebody else may have talked under this name before."""
    if is_guest(session.nickname):
        raise PeerError("no_history", "A guest has no history. That of a room you can read: /history #ROOM")


def _search_history(hub: Hub, session: Session, command: SearchHistory) -> None:
    _check_has_history(session)
    hub.chats.history.search(session, command.words, hub.room_rules.rooms_of(session.nickname))


# Rooms


def _join(hub: Hub, session: Session, command: JoinRoom) -> None:
    hub.rooms.join(session, command)


def _part(hub: Hub, session: Session, command: PartRoom) -> None:
    hub.perform(hub.room_rules.part(session.nickname, room_key(command.room)))


def _list_rooms(hub: Hub, session: Session, command: ListRooms) -> None:
    for row in hub.room_rules.listed(session.nickname, command.after and room_key(command.after)):
        session.tell(row)


def _list_members(hub: Hub, session: Session, command: ListMembers) -> None:
    session.tell(hub.room_rules.members(session.nickname, room_key(command.room), _place_after(command.after)))


def _topic(hub: Hub, session: Session, command: SetTopic) -> None:
    room = room_key(command.room)
    if command.topic is None:
        session.tell(hub.room_rules.topic_of(session.nickname, room))
    else:
        hub.perform(hub.room_rules.set_topic(session.nickname, room, command.topic))


def _letter(recipient: str, text: str) -> SendLetter:
    """Return a message from a front door that numbers none: it is sent once, so any number will do."""
    return SendLetter(recipient, secrets.token_urlsafe(LETTER_BYTES), 1, text)


def _say_in_room(hub: Hub, session: Session, command: SayInRoom) -> None:
    hub.rooms.say(session, _letter(room_key(command.room), command.text))


def _say_privately(hub: Hub, session: Session, command: SayPrivately) -> None:
    hub.chats.mailbox.send(session, _letter(command.nickname, command.text))


# People


def _go_away(hub: Hub, session: Session, command: GoAway) -> None:
    hub.people.go_away(session, command.text)


def _do_not_disturb(hub: Hub, session: Session, _: DoNotDisturb) -> None:
    hub.people.do_not_disturb(session)


def _come_back(hub: Hub, session: Session, _: ComeBack) -> None:
    hub.people.come_back(session)


def _who_is(hub: Hub, session: Session, command: WhoIs) -> None:
    hub.people.describe(session, hub.directory.find_person(command.nickname))


def _list_people(hub: Hub, session: Session, command: ListPeople) -> None:
    session.tell(hub.people.presences.listed(_place_after(command.after)))


def _watch_people(hub: Hub, session: Session, command: WatchPeople) -> None:
    hub.people.watch(session, command)


def _block(hub: Hub, session: Session, command: Block) -> None:
    hub.people.block(session, hub.directory.find_person(command.nickname))


def _unblock(hub: Hub, session: Session, command: Unblock) -> None:
    hub.people.unblock(session, hub.directory.find_person(command.nickname))


def _list_blocked(hub: Hub, session: Session, command: ListBlocked) -> None:
    session.tell(hub.people.privacy.blocked_by(session.nickname, _place_after(command.after)))


def _allow_asking(hub: Hub, session: Session, command: AllowAsking) -> None:
    hub.people.allow(session, command.who)


def _follow(hub: Hub, session: Session, command: Follow) -> None:
    hub.chats.following.follow(session, command.number)


def _list_conversations(hub: Hub, session: Session, command: ListConversations) -> None:
    hub.conversations.listed(session, command.before)


def _mark_read(hub: Hub, session: Session, command: MarkRead) -> None:
    hub.conversations.mark(session, command.name, command.number)


def _exit(hub: Hub, session: Session, _: Exit) -> None:
    hub.disconnect_client(session, ChatEnd.LEFT, BYE)


def _key(hub: Hub, nickname: str | None) -> str | None:
    return None if nickname is None else hub.directory.find_person(nickname)


_FOR_SOCKETS: dict[type, Callable[..., None]] = {
    GiveNickname: _give_nickname,
    GivePassword: _give_password,
    GivePass: _give_pass,
    ComeIn: _come_in,
    AttachSocket: _attach,
    Pong: _pong,
    NoCommand: _nothing,
}
"""Commands of a single socket, during the login or for as long as the socket lives."""

_FOR_CLIENTS: dict[type, Callable[..., None]] = {
    Ping: _ping,
    AskForChat: _ask,
    AcceptChat: _accept,
    DeclineChat: _decline,
    CancelRequest: _cancel,
    ListRequests: _list_requests,
    ListOnline: _list_online,
    Say: _say,
    QuitChat: _quit,
    ResumeChat: _resume,
    SendLetter: _send_letter,
    SendLetters: _send_letters,
    ReadHistory: _read_history,
    SearchHistory: _search_history,
    Exit: _exit,
    JoinRoom: _join,
    PartRoom: _part,
    ListRooms: _list_rooms,
    ListMembers: _list_members,
    SetTopic: _topic,
    SayInRoom: _say_in_room,
    SayPrivately: _say_privately,
    GoAway: _go_away,
    DoNotDisturb: _do_not_disturb,
    ComeBack: _come_back,
    WhoIs: _who_is,
    ListPeople: _list_people,
    WatchPeople: _watch_people,
    Block: _block,
    Unblock: _unblock,
    ListBlocked: _list_blocked,
    AllowAsking: _allow_asking,
    Follow: _follow,
    ListConversations: _list_conversations,
    MarkRead: _mark_read,
}
"""Commands of a client that is logged in."""
