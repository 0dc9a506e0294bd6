"""One running server: builds its parts from the settings, begins to listen, and closes everything again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import socket
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from duologue.core.admission import is_loopback
from duologue.core.identity import Identities
from duologue.core.names import Account
from duologue.core.requests import Chat
from duologue.core.room import Room
from duologue.core.streams import Direction, Stream
from duologue.protocols.base import FRONT_DOORS, Framing, FrontDoor
from duologue.server.access import check_access
from duologue.server.accounts import Accounts, identities_of
from duologue.server.auth.passwords import PasswordPool
from duologue.server.auth.session_tokens import KEY_BYTES, SessionTokens, kept_key
from duologue.server.exposure import ExposedError, check_exposure
from duologue.server.files import kept_files, key_path, store_path, used_files
from duologue.server.goodbyes import SHUTTING_DOWN, STORE_FAILED
from duologue.server.hub import Hub
from duologue.server.metrics import Figures, exposition
from duologue.server.net.binding import CannotListen, bound
from duologue.server.net.control import Control, control_path, named
from duologue.server.net.descriptors import places_left
from duologue.server.net.listener import Listener
from duologue.server.net.tls import Certificate
from duologue.server.net.web import WebSite, origins
from duologue.server.net.web_files import PAGE, Files
from duologue.server.permissions import check_permissions, make_private
from duologue.server.storage import users_file
from duologue.server.storage.base import Commit, LiveChat, LiveStream, Store, StoreError
from duologue.server.storage.disk import DiskReserve, free_bytes
from duologue.server.storage.in_use import StoreInUse
from duologue.server.storage.retention import Retention
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.sqlite import SqliteStore
from duologue.server.storage.unreceived import Unreceived
from duologue.server.tables import Users
from duologue.settings import Settings

log = logging.getLogger(__name__)


DISK_LOW = "ok, but the disk is nearly full: no message is kept until there is room"
"""For monitors. To restart a server that is not ready would end what still goes on."""

LOOPBACK = "127.0.0.1"


class Server:
    """A server, from `start` to `stop`, on the running event loop. `clock` is monotonic, in seconds; by default the
    loop's.

    With `begins_anew` it begins a new store in place of a missing one.

    `over` is done when the server is to stop, with the error when it cannot go on.
    """

    hub: Hub
    """Set by `start`."""

    def __init__(
        self, settings: Settings, *, clock: Callable[[], float] | None = None, begins_anew: bool = False
    ) -> None:
        self._settings = settings
        self._begins_anew = begins_anew
        self._clock = clock or asyncio.get_running_loop().time
        self._addresses: list[str] = []
        self._users = Users()
        self._listeners: list[Listener] = []
        self._sites: list[WebSite] = []
        self._reserve: DiskReserve | None = None
        self._certificate: Certificate | None = None
        self._loop_lag = 0.0
        self._reloads: set[asyncio.Task[str]] = set()
        self._closing = contextlib.AsyncExitStack()
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def start(self) -> int:
        """Begin to listen; return the native port.

        Raises UsersFileError, ExposedError, PermissionsError, AccessError, CertificateError, StoreError, ControlError,
        or OSError for the host and the port; nothing is left open then.
        """
        try:
            return await self._start(self._settings)
        except BaseException:
            await self._closing.aclose()
            raise

    async def _start(self, settings: Settings) -> int:
        accounts = users_file.read(settings.users)
        addresses = self._addresses = _addresses(settings.host)
        check_exposure(settings, addresses, accounts)
        check_access(used_files(settings))
        check_permissions(kept_files(settings, accounts))
        self._users.replace(accounts)
        if settings.tls_cert and settings.tls_key:
            self._certificate = Certificate(settings.tls_cert, settings.tls_key)
        # The port first: a second server by mistake should report that, and not the files that the first one holds.
        doors = [FRONT_DOORS[name] for name in settings.protocols]
        own = [door for door in doors if door.recognises is None]
        bound = [(door, self._bound(door, _reachable(door, addresses, settings))) for door in own]
        control = control_path(settings, bound[0][1][0].getsockname()[1])
        make_private(settings.data)
        store = self._store()
        self._places = places_left()
        log.info("room for clients", extra={"clients": self._places.clients, "sockets": self._places.most})
        identities = identities_of(store.accounts)
        in_use = StoreInUse(store)
        self.hub = self._hub(in_use, identities)
        self._accounts = Accounts(self._settings.users, self._users, identities, in_use, self.hub)
        for chat in store.live_chats:
            self.hub.restore(restored(chat))
        self.hub.restore_rooms(
            Room(room.key, room.id, room.password_hash, room.topic, room.topic_by) for room in store.live_rooms
        )
        await self._accounts.begin(accounts)
        for door, sockets in bound:
            certificate = None if door.is_for_guests else self._certificate
            self._listeners.append(self._listener(door, sockets, certificate))
        _warn_of_a_proxy(settings)
        await self._open_control(control)
        self._sweep_from_now_on()
        self._closing.callback(self._say_goodbye)
        return self._listeners[0].port

    def finish(self) -> None:
        """Let the server stop. Harmless when that was said already."""
        if not self.over.done():
            self.over.set_result(None)

    async def stop(self) -> None:
        """Say goodbye to everyone, send what is queued for up to `shutdown_flush` seconds, and close everything."""
        await self._closing.aclose()
        log.info("server shut down")

    def _say_goodbye(self) -> None:
        failed = self.over.done() and self.over.exception() is not None
        self.hub.shut_down(STORE_FAILED if failed else SHUTTING_DOWN)

    # What `start` opens, `stop` closes in the opposite order.

    def _bound(self, door: FrontDoor, addresses: list[str]) -> list[socket.socket]:
        try:
            sockets = bound(addresses, getattr(self._settings, door.port_setting), self._settings)
        except OSError as error:
            raise CannotListen(error, door.port_setting) from error
        for sock in sockets:
            self._closing.callback(sock.close)
        return sockets

    def _store(self) -> Store:
        store = self._sqlite_store() if self._settings.history else self._unreceived()
        self._closing.push_async_callback(store.close)
        return store

    def _sqlite_store(self) -> Store:
        free = partial(free_bytes, self._settings.data)
        self._reserve = DiskReserve(self._settings.disk_reserve, free, self._disk_is_low)
        return SqliteStore.open(
            store_path(self._settings),
            asyncio.get_running_loop(),
            committed=self._stored,
            failed=self._store_failed,
            pressure=self._store_is_behind,
            mailbox=self._mailbox_limits(),
            retention=Retention(self._settings.keep_days, self._settings.keep_messages),
            reserve=self._reserve,
            begins_anew=self._begins_anew,
        )

    def _unreceived(self) -> Unreceived:
        return Unreceived(self._stored, pressure=self._store_is_behind, mailbox=self._mailbox_limits())

    def _mailbox_limits(self) -> MailboxLimits:
        return MailboxLimits(self._settings.limits.mailbox, self._settings.limits.mailbox_per_sender)

    def _hub(self, store: StoreInUse, identities: Identities) -> Hub:
        passwords = PasswordPool()
        self._closing.callback(passwords.close)
        return Hub(
            self._settings,
            users=self._users,
            passwords=passwords,
            session_tokens=SessionTokens(self._pass_key(), time.time, identity_of=identities.of),
            places=self._places,
            store=store,
            time=self._clock,
            wall_clock=time.time,
        )

    def _pass_key(self) -> bytes:
        if not any(FRONT_DOORS[name].framing is Framing.HTTP for name in self._settings.protocols):
            return secrets.token_bytes(KEY_BYTES)
        return kept_key(key_path(self._settings))

    def _site(self, port: int) -> WebSite:
        site = WebSite(
            Files(PAGE),
            origins(self._settings, port),
            not_ready=lambda: self.hub.not_ready,
            remark=lambda: DISK_LOW if self.hub.is_disk_low else "ok",
            metrics=None if self._settings.web_origins else lambda: exposition(self.figures()),
            has_tls=self._settings.tls_cert is not None,
        )
        self._sites.append(site)
        return site

    def _listener(self, door: FrontDoor, sockets: list[socket.socket], certificate: Certificate | None) -> Listener:
        shared = None if certificate else _shares(door, self._settings)
        tls = certificate.context if certificate else None
        site = self._site(sockets[0].getsockname()[1]) if door.framing is Framing.HTTP else None
        listener = Listener(self._settings, door, self.hub, tls, self._places, shared=shared, site=site)
        listener.open(sockets)
        self._closing.push_async_callback(listener.close)
        for name in (door.name, shared.name) if shared else (door.name,):
            log.info("listening", extra={"protocol": name, "host": self._settings.host, "port": listener.port})
        return listener

    async def _open_control(self, path: Path) -> None:
        questions = {"who": self.who, "metrics": self.metrics, "users_file": self.users_file, "reload": self.reload}
        control = Control(questions)
        await control.open(path)
        self._closing.push_async_callback(control.close)

    def _sweep_from_now_on(self) -> None:
        sweeping = asyncio.get_running_loop().create_task(self._sweep())
        self._closing.callback(sweeping.cancel)

    async def _sweep(self) -> None:
        time_of_loop = asyncio.get_running_loop().time
        while True:
            due = time_of_loop() + self.hub.heartbeat.sweep_every
            await asyncio.sleep(self.hub.heartbeat.sweep_every)
            self._loop_lag = max(0.0, time_of_loop() - due)
            self.hub.sweep()
            if self._certificate:
                self._certificate.refresh()

    # Reports of the store

    def _stored(self, commit: Commit) -> None:
        self.hub.chats.stored(commit)

    def _store_is_behind(self, chat: str, sender: str, is_behind: bool) -> None:
        self.hub.chats.store_is_behind(chat, sender, is_behind)

    def _disk_is_low(self, is_low: bool) -> None:
        log.log(
            logging.ERROR if is_low else logging.WARNING,
            "disk nearly full; no message is kept until there is room" if is_low else "disk has room again",
            extra={"path": str(self._settings.data), "reserve": self._settings.disk_reserve},
        )
        self.hub.disk_is_low(is_low)

    def _store_failed(self, error: StoreError) -> None:
        log.critical("store failed", extra={"reason": str(error)})
        self.hub.store_failed(error)
        if not self.over.done():
            self.over.set_exception(error)

    # Questions of the operator

    def reload_soon(self) -> None:
        """Begin to reread the users file, where nobody waits for the answer."""
        task = asyncio.get_running_loop().create_task(self.reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def reload(self) -> str:
        """Reread the users file; a damaged one changes nothing. Return an answer for the operator.

        Accounts with which the server would not have started are among its users too, but nobody who may come from
        another machine can log in with them (login.py).
        """
        try:
            accounts = await self._accounts.reread()
        except (users_file.UsersFileError, StoreError) as error:
            log.error("users file not reread", extra={"reason": str(error)})
            return f"{self._name} keeps the users that it has: {error}"
        log.info("users file reread", extra={"users": len(accounts)})
        return f"{self._name} has reread the users file.{self._kept_out(accounts)}"

    def _kept_out(self, accounts: Sequence[Account]) -> str:
        try:
            check_exposure(self._settings, self._addresses, accounts)
        except ExposedError as error:
            log.warning("accounts without a password are kept out", extra={"reason": str(error)})
            return f" Nobody comes in without a password who may be elsewhere: {error}"
        return ""

    @property
    def _name(self) -> str:
        return named(replace(self._settings, port=self._listeners[0].port))

    async def users_file(self) -> dict[str, object]:
        """Return which file the users file is, whatever it is called elsewhere: a container has names of its own."""
        path = self._settings.users
        found = await asyncio.to_thread(os.stat, path) if path.exists() else None
        return {"path": str(path.resolve()), "file": [found.st_dev, found.st_ino] if found else None}

    async def metrics(self) -> str:
        """Return what Prometheus reads, for `server.py metrics`."""
        return exposition(self.figures())[0].decode()

    def figures(self) -> Figures:
        """Return the numbers of this moment."""
        hub = self.hub
        connections, refused = Counter[str](), Counter(hub.login.denied)
        for listener in self._listeners:
            connections += listener.connections()
            refused += listener.refused
        for site in self._sites:
            refused += site.refused
        return Figures(
            connections=connections,
            places=self._places.most,
            people=len(hub.directory),
            chats=hub.switchboard.chats,
            rooms=hub.room_rules.count,
            messages=hub.traffic.messages,
            letters=hub.letters,
            queued=sum(listener.queued() for listener in self._listeners),
            reaped=hub.heartbeat.reaped,
            refused=refused,
            loop_lag=self._loop_lag,
            latency=hub.traffic.latency,
            disk_free=self._reserve.free if self._reserve else None,
            is_disk_low=hub.is_disk_low,
            certificate_ends=self._certificate.ends if self._certificate else None,
        )

    async def who(self) -> dict[str, object]:
        """Return the connection table for `server.py who`: columns and rows."""
        table = self.hub.connections.public(self.hub.time(), self.hub.users.spelling_of)
        return {"columns": table.columns, "rows": table.rows}


def _warn_of_a_proxy(settings: Settings) -> None:
    if settings.web_origins and not settings.tls_cert and not settings.trusted_proxies:
        log.warning(
            "all visitors behind a proxy count as one address, and one can lock out another; --trusted-proxies "
            "tells them apart",
            extra={"web_origins": ",".join(settings.web_origins)},
        )


def restored(live: LiveChat) -> Chat:
    """Return a chat as the store has it: its people may have more of it than that, and send it again."""
    directions = {
        sender: Direction(sender, recipient, [_stream(stream) for stream in live.streams if stream.sender == sender])
        for sender, recipient in ((live.asker, live.target), (live.target, live.asker))
    }
    return Chat(live.id, live.asker, live.target, directions)


def _stream(live: LiveStream) -> Stream:
    return Stream(live.stream, live.stored, live.stored, min(live.received, live.stored), is_recovered=True)


def _shares(door: FrontDoor, settings: Settings) -> FrontDoor | None:
    """Return the other front door at this port. Its clients know no TLS."""
    others = (other for name in settings.protocols if (other := FRONT_DOORS[name]).recognises)
    return next((other for other in others if other.port_setting == door.port_setting), None)


def _reachable(door: FrontDoor, addresses: list[str], settings: Settings) -> list[str]:
    """Return the addresses for a front door: guests come from this machine alone, unless the
    operator says otherwise.
    """
    if not door.is_for_guests or settings.allow_guests:
        return addresses
    return [address for address in addresses if is_loopback(address)] or [LOOPBACK]


def _addresses(host: str) -> list[str]:
    """Return the IP addresses that a host's name stands for. Raises OSError when there is none."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return [*dict.fromkeys(str(address[0]) for *_, address in found)]
