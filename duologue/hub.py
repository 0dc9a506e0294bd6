"""The one place that owns who is here: it lets clients in and out, asks the rules, and carries out their effects.

Touches no socket itself (see `link`), and reads no command (see `handle_client`).
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from functools import partial

from duologue.acknowledgements import Acknowledgements
from duologue.cluster.base import Cluster
from duologue.congestion import Congestion
from duologue.core.chat import Chat, ChatEnd
from duologue.core.commands import SocketKind
from duologue.core.effects import CloseChat, Effect, OpenChat, Tell
from duologue.core.errors import FatalPeerError
from duologue.core.events import Disconnected, Event, PeopleOnline, Refused
from duologue.core.pace import TokenBucket
from duologue.core.switchboard import Switchboard
from duologue.heartbeat import Heartbeat
from duologue.link import Client, Hold, Link
from duologue.login import Login, LoginDesk
from duologue.passwords import PasswordPool
from duologue.recall import Recall
from duologue.relay import Relay
from duologue.settings import Settings
from duologue.storage.base import RemembersNothing, Store
from duologue.tables import Connections, Users

log = logging.getLogger(__name__)

CHAT_ID_BYTES = 9
"""72 random bits, 12 characters: an id is no secret, but no two chats may ever have the same."""

SOCKET_CLOSED = Disconnected("lost", "One of your three sockets was closed, and they end together.")
SHUTTING_DOWN = Disconnected("shutting_down", "Server is shutting down. Goodbye!")
_GOODBYES = {
    ChatEnd.LOST: Disconnected("dead", "Nothing was heard from you for too long."),
    ChatEnd.LEFT: Disconnected("bye", "Goodbye!"),
    ChatEnd.TAKEN_OVER: Disconnected("taken_over", "You have logged in from somewhere else; this session is over."),
    ChatEnd.REMOVED: Disconnected("removed", "Your account was removed or disabled."),
}


class Hub:
    """`time` is a monotonic clock in seconds, the event loop's own outside tests; `wall_clock` dates what is stored."""

    def __init__(
        self,
        settings: Settings,
        *,
        users: Users,
        passwords: PasswordPool,
        store: Store,
        cluster: Cluster,
        time: Callable[[], float],
        wall_clock: Callable[[], float],
    ) -> None:
        self.time = time
        self._wall_clock = wall_clock
        self.users = users
        self.store: Store = store
        self.connections = Connections()
        self._limits = settings.limits
        self._cluster = cluster
        self._clients: dict[str, Client] = {}
        self._client_in_row: dict[int, Client] = {}
        self.switchboard = Switchboard(
            is_registered=lambda nickname: users.find(nickname) is not None,
            new_chat_id=partial(secrets.token_urlsafe, CHAT_ID_BYTES),
            limits=settings.limits,
        )
        self.login = LoginDesk(settings, users=users, passwords=passwords, time=time, complete=self._log_in)
        self.congestion = Congestion(settings.limits, time=time, end_stalled=self.disconnect_client)
        self.recall = Recall(store)
        self.acknowledgements = Acknowledgements(store, client_of=self._clients.get)
        self.heartbeat = Heartbeat(
            settings,
            self.connections,
            client_in=self._client_in_row.__getitem__,
            reap=partial(self.disconnect_client, reason=ChatEnd.LOST),
        )

    # Coming and going

    def _log_in(self, login: Login) -> None:
        older = self._clients.get(login.nickname)
        if older:
            self.disconnect_client(older, ChatEnd.TAKEN_OVER)
        client = self._seat(login)
        self.switchboard.arrive(client.nickname)
        self._cluster.arrived(client.nickname)
        self.acknowledgements.greet(client)
        log.info("logged in", extra={"nickname": client.nickname, "peer": client.login_socket.peer})

    def _seat(self, login: Login) -> Client:
        links = login.login_socket, login.attached[SocketKind.CHAT], login.attached[SocketKind.CHECK]
        now = self.time()
        fds = [link.descriptor for link in links]
        row = self.connections.add(login.login_socket.peer, login.nickname, fds[0], fds[1], fds[2], now)
        bucket = TokenBucket(self._limits.message_burst, self._limits.message_rate, now)
        client = Client(login.nickname, *links, row=row, bucket=bucket)
        for link in links:
            link.client, link.row = client, row
        self._clients[client.nickname] = self._client_in_row[row] = client
        return client

    def disconnect_client(self, client: Client, reason: ChatEnd, goodbye: Disconnected | None = None) -> None:
        """End a session, all three sockets of it. Harmless for one that has ended already."""
        if self._clients.get(client.nickname) is not client:
            return
        self.perform(self.switchboard.leave(client.nickname, reason))
        del self._clients[client.nickname], self._client_in_row[client.row]
        self._cluster.left(client.nickname)
        self.connections.remove(client.row)
        self.acknowledgements.forget(client)
        goodbye = goodbye or _GOODBYES[reason]
        client.login_socket.tell(goodbye)
        for link in client.sockets:
            link.client, link.row = None, -1
            link.close()
        log.info("logged out", extra={"nickname": client.nickname, "reason": goodbye.code})

    def cast_out(self, link: Link, error: FatalPeerError) -> None:
        """The peer broke the protocol on `link`: say so and end what hangs on it."""
        log.warning("protocol error", extra={"peer": link.peer, "reason": error.code})
        link.tell(Refused(error.code, error.text))
        if link.client:
            self.disconnect_client(link.client, ChatEnd.LOST, Disconnected("protocol_error", error.text))
        else:
            self.login.lost(link)
            link.close()

    def lost(self, link: Link) -> None:
        """`link` is closed. One dead socket ends the session."""
        self.congestion.forget(link)
        if link.client:
            self.disconnect_client(link.client, ChatEnd.LOST, SOCKET_CLOSED)
        else:
            self.login.lost(link)

    def users_changed(self) -> None:
        """The users file was reread: whoever does not belong any more has to go."""
        for client in [*self._clients.values()]:
            account = self.users.find(client.nickname)
            if account is None or account.disabled:
                self.disconnect_client(client, ChatEnd.REMOVED)

    def shut_down(self, goodbye: Disconnected = SHUTTING_DOWN) -> None:
        """Say goodbye to everyone; the sockets close when their queues are sent."""
        for client in [*self._clients.values()]:
            self.disconnect_client(client, ChatEnd.LOST, goodbye)

    def sweep(self) -> None:
        """Everything that is due by the clock; called every `heartbeat.sweep_every` seconds."""
        now = self.time()
        self.login.sweep(now)
        self.heartbeat.check_for_inactive_clients(now)
        self.perform(self.switchboard.expire(now))
        self.congestion.sweep(now)

    def store_is_behind(self, is_behind: bool) -> None:
        """The disk does not keep up: nobody is read from until it does, and nothing is dropped."""
        for client in self._clients.values():
            if is_behind:
                client.chat_socket.hold(Hold.STORE)
            else:
                client.chat_socket.release(Hold.STORE)

    def store_failed(self) -> None:
        """From now on nothing is kept, and so nothing acknowledged, until the server has stopped."""
        self.store = RemembersNothing(lambda _: None)
        self.acknowledgements.store = self.store
        self.recall = Recall(self.store)

    def people_online(self) -> PeopleOnline:
        return PeopleOnline(tuple(sorted(self._clients)))

    # Effects

    def perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Tell(nickname, event):
                    self._tell(nickname, event)
                case OpenChat(chat):
                    self._open_chat(chat)
                case CloseChat(chat, reason):
                    self._close_chat(chat, reason)

    def _tell(self, nickname: str, event: Event) -> None:
        client = self._clients.get(nickname)
        if client:
            client.login_socket.tell(event)
        else:
            self._cluster.tell(nickname, event)

    def _open_chat(self, chat: Chat) -> None:
        asker, target = self._clients[chat.asker], self._clients[chat.target]
        for client, partner in ((asker, target), (target, asker)):
            client.chat, client.partner = chat, partner
            self.connections.set_in_chat(client.row, True)
            client.chat_socket.receive_through(self._relay(client, partner, chat).receive_data)
        self.congestion.join(asker, target)
        self.store.chat_started(chat.id, chat.asker, chat.target, self._wall_clock())
        log.info("chat started", extra={"chat": chat.id})

    def _relay(self, sender: Client, partner: Client, chat: Chat) -> Relay:
        return Relay(
            door=sender.chat_socket.door,
            stream=chat.streams[sender.nickname],
            send=partner.login_socket.send,
            keep=partial(self.keep, chat.id, sender.nickname),
            spend=self.congestion.meter(sender),
        )

    def keep(self, chat_id: str, sender: str, lines: bytes, count: int) -> None:
        """Messages that have just gone to the partner go into the store."""
        self.store.append(chat_id, sender, lines, count, self._wall_clock())

    def _close_chat(self, chat: Chat, reason: ChatEnd) -> None:
        asker, target = self._clients[chat.asker], self._clients[chat.target]
        self.congestion.part(asker, target)
        self.store.chat_ended(chat.id, reason.value, self._wall_clock())
        for client in (asker, target):
            client.chat = client.partner = None
            self.connections.set_in_chat(client.row, False)
            client.chat_socket.receive_through(None)
        log.info("chat ended", extra={"chat": chat.id})
