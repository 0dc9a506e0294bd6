"""The hub owns the sessions: it lets clients in and out, asks the rules, and carries out their effects.

It touches no socket itself (see `connection`), and reads no command (see `handle_client`).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection, Iterable
from functools import partial

from duologue.core.commands.chat import ResumeChat
from duologue.core.effects import (
    AskingChanged,
    BlockChanged,
    CloseChat,
    Effect,
    OpenChat,
    PresenceChanged,
    ReopenChat,
    RoomChanged,
    RoomGone,
    RoomMade,
    Tell,
    TellRoom,
)
from duologue.core.errors import FatalPeerError
from duologue.core.events.chat import Disconnected, Refused
from duologue.core.names import is_guest
from duologue.core.places import Places
from duologue.core.requests import Chat, ChatEnd
from duologue.core.room import Room
from duologue.core.room_rules import LOBBY, RoomRules
from duologue.core.switchboard import Switchboard
from duologue.server.auth.login import Login, LoginService
from duologue.server.auth.passwords import PasswordPool
from duologue.server.auth.session_tokens import SessionTokens
from duologue.server.backpressure import Backpressure
from duologue.server.chats.service import ChatService
from duologue.server.conversations import ConversationService
from duologue.server.goodbyes import DEAD, SHUTTING_DOWN, SOCKET_CLOSED
from duologue.server.heartbeat import Heartbeat
from duologue.server.kept import KeptConnections
from duologue.server.metering import Metering
from duologue.server.metrics import Traffic
from duologue.server.people.directory import Directory
from duologue.server.people.service import PeopleService
from duologue.server.people.watchers import Watchers
from duologue.server.registry import SessionRegistry
from duologue.server.rooms import RoomService
from duologue.server.session import Connection, Session
from duologue.server.storage.base import StoreError
from duologue.server.storage.disk import disk_full
from duologue.server.storage.in_use import StoreInUse
from duologue.server.storage.nothing import RemembersNothing
from duologue.server.tables import Connections, Users
from duologue.server.turns import Turns
from duologue.server.unfinished import Unfinished
from duologue.settings import Settings

log = logging.getLogger(__name__)

CHAT_ID_BYTES = 9
"""72 random bits, 12 characters: an id is no secret, but no two chats may ever have the same."""

ROOM_ID_BYTES = 9
"""As many: nobody may ever read what was said in another room."""


class Hub:
    """All sessions of a server. `time` is a monotonic clock in seconds, the event loop's own outside tests;
    `wall_clock` dates what is stored.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        users: Users,
        passwords: PasswordPool,
        session_tokens: SessionTokens,
        places: Places,
        store: StoreInUse,
        time: Callable[[], float],
        wall_clock: Callable[[], float],
    ) -> None:
        self.time = time
        self._store = store
        self.not_ready = ""
        """The reason why nobody can log in, or be stored, any more; empty while they can."""
        self.is_disk_low = False
        """Whether nothing new is kept, for want of room on the disk. All else goes on."""
        self.traffic = Traffic(time)
        self.letters = 0
        """The number of letters taken so far."""
        self.users = users
        self.connections = Connections()
        self.directory = Directory(users)
        self._most_sessions = settings.limits.sessions
        self.backpressure = Backpressure(
            settings.limits,
            time=time,
            end_stalled=self.disconnect_client,
            filled=self._filled,
            emptied=self._emptied,
        )
        self.metering = Metering(settings.limits, time=time)
        self._registry = SessionRegistry(self.connections, self.directory, self.metering, time=time)
        self.turns = Turns()
        self.people = PeopleService(
            store,
            self.backpressure,
            settings.limits,
            self.directory,
            is_in_chat=lambda nickname: self.switchboard.chat_of(nickname) is not None,
            break_off=self._break_off,
            perform=self.perform,
            wall_clock=wall_clock,
        )
        self._watchers = Watchers(self.people.presences.online, self.backpressure.is_login_full)
        self.switchboard = Switchboard(
            self.directory,
            self.people.presences,
            self.people.privacy,
            new_chat_id=partial(secrets.token_urlsafe, CHAT_ID_BYTES),
            limits=settings.limits,
        )
        self.login = LoginService(
            settings,
            users=users,
            guests=self.directory.guests,
            passwords=passwords,
            session_tokens=session_tokens,
            places=places,
            time=time,
            complete=self._log_in,
        )
        self.unfinished = Unfinished(settings.limits.login_timeout, time=time, cast_out=self.cast_out)
        self.kept = KeptConnections(time=time)
        self.chats = ChatService(
            store,
            self.backpressure,
            self.metering,
            self.connections,
            self.directory,
            self.people.privacy,
            page=settings.limits.send_queue,
            written=self._written,
            wall_clock=wall_clock,
            traffic=self.traffic,
        )
        self.room_rules = RoomRules(
            new_id=partial(secrets.token_urlsafe, ROOM_ID_BYTES),
            limits=settings.limits,
            is_heard=self.people.privacy.is_heard,
        )
        self.rooms = RoomService(
            store,
            self.room_rules,
            self.backpressure,
            sessions_of=self.directory.sessions_of,
            passwords=passwords,
            perform=self.perform,
            time=time,
            wall_clock=wall_clock,
            limits=settings.limits,
            blockers_of=self.people.privacy.blockers_of,
        )
        self.conversations = ConversationService(store, self.directory, self.room_rules, self.chats.settle)
        self.heartbeat = Heartbeat(
            settings,
            self.connections,
            session_of=self._registry.in_row,
            reap=partial(self.disconnect_client, reason=ChatEnd.LOST, goodbye=DEAD),
        )

    def _break_off(self, nickname: str, other: str) -> list[Effect]:
        return self.switchboard.break_off(nickname, other)

    # Coming and going

    def _log_in(self, login: Login) -> None:
        self._make_room(login)
        is_first = login.nickname not in self.directory
        session = self._registry.add(login)
        self.people.arrived(session, is_first=is_first)
        self._watchers.arrived(session)
        self.chats.acknowledgements.greet(session)
        self.perform(self.switchboard.arrive(self.time(), session.nickname, session.id))
        if not session.device:
            self.chats.mailbox.open(session)
        self.rooms.arrived(session)
        if session.login_socket.codec.lobby:
            self.perform(self.room_rules.join(session.nickname, LOBBY))
        log.info("logged in", extra={"nickname": session.nickname, "peer": session.login_socket.peer})

    def _make_room(self, login: Login) -> None:
        for session, goodbye in self.directory.in_the_way(login.nickname, login.device, self._most_sessions):
            self.disconnect_client(session, ChatEnd.LOST, goodbye)

    def disconnect_client(self, session: Session, reason: ChatEnd, goodbye: Disconnected) -> None:
        """End a session, with all three sockets. Harmless for one that has ended already.

        A chat waits for one who is LOST, and ends for any other `reason`.
        """
        if session.is_over:
            return
        session.tell(goodbye)
        session.is_over = True
        for connection in session.sockets:
            connection.session, connection.row = None, -1
            connection.close()
        is_last = len(self.directory.sessions_of(session.nickname)) == 1
        self.perform(self.switchboard.leave(self.time(), session.nickname, session.id, reason, is_last=is_last))
        self._forget(session)
        if is_last:
            self._leave(session.nickname, is_lost=reason is ChatEnd.LOST)
        log.info("logged out", extra={"nickname": session.nickname, "reason": goodbye.code})

    def _forget(self, session: Session) -> None:
        self._registry.remove(session)
        self._watchers.left(session)
        self.people.forget(session)
        self.chats.acknowledgements.forget(session)
        self.chats.mailbox.close(session)
        self.chats.following.forget(session)
        self.chats.history.left(session)
        self.conversations.left(session)
        self.rooms.forget(session)

    def _leave(self, nickname: str, *, is_lost: bool) -> None:
        """Let somebody go, of whom no session is left."""
        self.perform(self.room_rules.leave(self.time(), nickname, is_lost=is_lost and not is_guest(nickname)))
        self.people.left(nickname)
        self.directory.guests.leave(nickname)

    def cast_out(self, connection: Connection, error: FatalPeerError) -> None:
        """Send `error` and end what depends on `connection`, whose peer broke the protocol."""
        log.warning("protocol error", extra={"peer": connection.peer, "reason": error.code})
        connection.tell(Refused(error.code, error.text))
        if connection.session:
            self.disconnect_client(connection.session, ChatEnd.LOST, Disconnected("protocol_error", error.text))
        else:
            self.login.lost(connection)
            connection.dismiss()

    def lost(self, connection: Connection) -> None:
        """Note that `connection` is closed. One dead socket ends the session."""
        self.backpressure.forget(connection)
        self.unfinished.forget(connection)
        self.kept.forget(connection)
        if connection.session:
            self.disconnect_client(connection.session, ChatEnd.LOST, SOCKET_CLOSED)
        else:
            self.login.lost(connection)

    def users_changed(self) -> None:
        """End the sessions that the users file, which was reread, does not allow any more."""
        for session, reason, goodbye in self.directory.no_longer_belong():
            self.disconnect_client(session, reason, goodbye)

    def begin_anew(self, nicknames: Collection[str]) -> None:
        """Forget accounts that are gone, whose sessions have ended: the next of such a name is somebody else."""
        for nickname in nicknames:
            self.perform(self.switchboard.remove(nickname))
        self.people.begin_anew(nicknames)
        self.room_rules.begin_anew(nicknames)

    def shut_down(self, goodbye: Disconnected = SHUTTING_DOWN) -> None:
        """Say goodbye to everyone; the sockets close when their queues are sent. Chats wait for the next server."""
        self.not_ready = goodbye.text
        sessions = self.directory.sessions
        for session in sessions:  # before the first chat pauses, of which nobody needs to be told any more
            session.tell(goodbye)
            session.login_socket.close()
            session.chat_socket.close()
        for session in sessions:
            self.disconnect_client(session, ChatEnd.LOST, goodbye)

    def sweep(self) -> None:
        """Do everything that is due by the clock; called every `heartbeat.sweep_every` seconds."""
        now = self.time()
        self.login.sweep(now)
        self.unfinished.sweep(now)
        self.kept.sweep(now)
        self.heartbeat.check_for_inactive_clients(now)
        self.perform(self.switchboard.expire(now))
        self.perform(self.room_rules.expire(now))
        self.backpressure.sweep(now)
        self.metering.sweep(now)

    def restore(self, chat: Chat) -> None:
        """Take over a chat from the server that ran before, which waits for both of its people."""
        self.switchboard.restore(self.time(), chat)
        self.chats.restore(chat)

    def disk_is_low(self, is_low: bool) -> None:
        """Keep nothing new from now on; or keep it again."""
        self.is_disk_low = is_low
        self.chats.delivery.now_keeps(not is_low)

    def store_failed(self, error: StoreError) -> None:
        """Replace a store that failed: nothing is kept, and so nothing acknowledged, until the server has stopped."""
        self.not_ready = "The store has failed, and the server stops."
        self._store.use(RemembersNothing(error))

    def restore_rooms(self, rooms: Iterable[Room]) -> None:
        """Take over rooms from the server that ran before."""
        self.room_rules.restore(self.time(), rooms)

    # Effects

    def perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Tell():
                    self._tell(effect)
                case TellRoom() | RoomMade() | RoomChanged() | RoomGone():
                    self.rooms.perform(effect)
                case PresenceChanged() | BlockChanged() | AskingChanged():
                    self.people.perform(effect)
                case OpenChat() | CloseChat():
                    self.chats.perform(effect)
                    self.people.chat_changed(effect)
                case _:
                    self.chats.perform(effect)

    def _tell(self, effect: Tell) -> None:
        """Tell those of somebody's sessions that it is for; somebody who is not here is told nothing, or from the
        store.
        """
        for session in self.directory.sessions_of(effect.nickname):
            if effect.session in (None, session.id) and effect.besides != session.id and not session.is_over:
                session.hear(effect.event)

    def _written(self, sender: str, recipient: str) -> None:
        """Note that a letter was taken. A recipient who is away has left a text for its sender."""
        self.letters += 1
        self.perform(self.people.presences.text_for(sender, recipient))

    def ask(self, session: Session, target: str) -> None:
        """Carry out `/chat`: at once, or when it is known whether `target` knows the asker. Raises PeerError."""
        if self.is_disk_low:  # every chat is a row, and no message of it could be stored
            raise disk_full()
        self.people.when_known(session, target, partial(self._ask, session, target))

    def _ask(self, session: Session, target: str) -> None:
        self.perform(self.switchboard.ask(self.time(), session.nickname, session.id, target))

    def resume(self, session: Session, command: ResumeChat) -> None:
        """Carry out `/resume`: of a chat that waits, or of one that is over."""
        chat = self.switchboard.chat_of(session.nickname)
        if chat and chat.id == command.chat:
            by_device = bool(session.device)
            agreed = self.switchboard.agree(session.nickname, session.id, command, by_device=by_device)
            self._resume(session, chat, agreed)
        else:
            self.chats.resume_ended(session, command)

    def _resume(self, session: Session, chat: Chat, effects: list[Effect]) -> None:
        reopening = next((effect for effect in effects if isinstance(effect, ReopenChat)), None)
        if reopening is None:
            self.perform(effects)
            return
        then = partial(self._come_back, session, chat, effects)
        if reopening.begun:
            self.chats.begin_stream(session, reopening, reopening.begun, then)
        else:
            then()

    def _come_back(self, session: Session, chat: Chat, effects: list[Effect]) -> None:
        """Let `session` come back, if it is still here and the chat still waits for it: a new stream takes the store a
        moment.
        """
        if not session.is_over and self.switchboard.chat_of(session.nickname) is chat:
            self.perform([*effects, *self.switchboard.come_back(self.time(), session.nickname)])

    # Queues

    def _filled(self, connection: Connection) -> None:
        session = connection.session
        if session and connection is session.chat_socket.heard_on:
            self.chats.delivery.fall_behind(session)

    def _emptied(self, connection: Connection) -> None:
        session = connection.session
        if session and connection is session.chat_socket.heard_on:
            self.chats.delivery.drained(session)
            self.chats.following.emptied(session)
        if session and connection is session.login_socket:
            self._login_emptied(session)
        if session and not self.backpressure.is_full(session):
            self.chats.mailbox.go_on(session)

    def _login_emptied(self, session: Session) -> None:
        self.rooms.emptied(session)
        self._watchers.emptied(session)
        self.people.emptied(session)
