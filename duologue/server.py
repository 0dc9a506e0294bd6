"""One running server: builds its rooms from the settings, opens the doors, and closes them again."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Sequence

from duologue.cluster.base import OneNode
from duologue.exposure import check_exposure
from duologue.hub import Hub
from duologue.net.control import Control, control_path
from duologue.net.listener import Listener
from duologue.net.tls import Certificate
from duologue.passwords import PasswordPool
from duologue.protocols.base import FRONT_DOORS
from duologue.settings import Settings
from duologue.storage import users_file
from duologue.storage.base import RemembersNothing, Stored
from duologue.tables import Users

log = logging.getLogger(__name__)


class Server:
    """From `start` to `stop`, on the running event loop. `time` is a monotonic clock in seconds; the loop's by
    default.
    """

    def __init__(self, settings: Settings, *, time: Callable[[], float] | None = None) -> None:
        self._settings = settings
        self._passwords = PasswordPool()
        self._users = Users()
        self.hub = Hub(
            settings,
            users=self._users,
            passwords=self._passwords,
            store=RemembersNothing(self._stored),
            cluster=OneNode(),
            time=time or asyncio.get_running_loop().time,
        )
        self._certificate: Certificate | None = None
        self._listeners: list[Listener] = []
        self._control = Control({"who": self.who, "reload": self.reload})
        self._sweeping: asyncio.Task[None] | None = None
        self._reloads: set[asyncio.Task[str]] = set()

    def _stored(self, news: Sequence[Stored]) -> None:
        self.hub.acknowledgements.stored(news)

    async def start(self) -> int:
        """Open the doors; the native port is the answer.

        Raises UsersFileError, ExposedError, CertificateError, ControlError, or OSError for the host and the port.
        """
        settings = self._settings
        accounts = users_file.read(settings.users)
        addresses = _addresses(settings.host)
        check_exposure(settings, addresses, accounts)
        self._users.replace(accounts)
        if settings.tls_cert and settings.tls_key:
            self._certificate = Certificate(settings.tls_cert, settings.tls_key)
        for name in settings.protocols:
            self._listeners.append(self._open(name, addresses))
        port = self._listeners[0].port
        await self._control.open(control_path(settings, port))
        self._sweeping = asyncio.get_running_loop().create_task(self._sweep())
        return port

    def _open(self, protocol: str, addresses: list[str]) -> Listener:
        door = FRONT_DOORS[protocol]
        listener = Listener(self._settings, door, self.hub, self._certificate.context if self._certificate else None)
        listener.open(addresses, getattr(self._settings, door.port_setting))
        log.info("listening", extra={"protocol": protocol, "host": self._settings.host, "port": listener.port})
        return listener

    async def stop(self) -> None:
        """Say goodbye to everyone, send what is queued for up to `shutdown_flush` seconds, and close everything."""
        if self._sweeping:
            self._sweeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._sweeping
        self.hub.shut_down()
        await asyncio.gather(*(listener.close() for listener in self._listeners))
        await self._control.close()
        await self.hub.store.close()
        self._passwords.close()
        log.info("server shut down")

    def reload_soon(self) -> None:
        """Begin to reread the users file, where nobody waits for the answer."""
        task = asyncio.get_running_loop().create_task(self.reload())
        self._reloads.add(task)
        task.add_done_callback(self._reloads.discard)

    async def reload(self) -> str:
        """Reread the users file; one that is damaged changes nothing. The answer is a sentence for the operator."""
        try:
            # In a thread: 10,000 accounts take 150 ms, in which nobody's message would move.
            accounts = await asyncio.to_thread(users_file.read, self._settings.users)
        except users_file.UsersFileError as error:
            log.error("users file not reread", extra={"reason": str(error)})
            return f"The running server keeps the users that it has: {error}"
        self._users.replace(accounts)
        self.hub.users_changed()
        log.info("users file reread", extra={"users": len(accounts)})
        return "The running server has reread the users file."

    async def who(self) -> dict[str, object]:
        """The connection table for `server.py who`: columns and rows."""
        table = self.hub.connections.public(self.hub.time())
        return {"columns": [*table.columns], "rows": table.to_numpy().tolist()}

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(self.hub.heartbeat.sweep_every)
            self.hub.sweep()
            if self._certificate:
                self._certificate.refresh()


def _addresses(host: str) -> list[str]:
    """The IP addresses that a host's name stands for. Raises OSError when there is none."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    return [*dict.fromkeys(str(address[0]) for *_, address in found)]
