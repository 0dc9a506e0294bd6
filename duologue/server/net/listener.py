"""The listening sockets: accept connections, within limits of addresses and descriptors, and know all that are open."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from http import HTTPStatus
from math import inf
from typing import Any

from websockets.http11 import Request, Response

from duologue.core.admission import BROWSER_ARRIVALS, BROWSER_SOCKETS, AddressAdmission
from duologue.core.errors import in_words
from duologue.core.events.chat import Refused
from duologue.core.places import SERVER_FULL, Places
from duologue.core.proxies import Proxies
from duologue.protocols.base import Framing, FrontDoor, ServerCodec, Surroundings
from duologue.protocols.web.codec import Site, closing
from duologue.server.hub import Hub
from duologue.server.kept import LIFE
from duologue.server.net.connection import NativeConnection, UndecidedConnection
from duologue.server.net.paced_connection import OneOfThreeConnection, PacedConnection
from duologue.server.net.web import WebSite, without_body
from duologue.server.net.web_connection import WebConnection
from duologue.server.net.web_files import sentence
from duologue.settings import Settings

log = logging.getLogger(__name__)

BACKLOG = 1024
"""Connections that the kernel completes before we take them: a full office after a restart, all at once."""

ACCEPT_BATCH = 64
"""Connections taken per turn of the loop, so that a flood of new ones does not delay those who talk."""

COMPLAIN_EVERY = 60.0
"""Seconds between two log records about it, so that not every connection makes one."""

RETRY_AFTER = 5.0
"""Seconds after which accepting is tried again when descriptors ran out: others than our own
connections can free some.
"""

FAREWELLS = 8
"""Connections by TLS that are told at one time that the server is full: the handshake comes first, and what it takes is
spare. Others are closed without a word.
"""

RETRY_IN = "30"
"""Seconds after which a browser or a monitor may try again when the server was full."""

_TOO_MANY = Refused(
    "too_many_connections", "Too many connections from your address; close some, or try again in some minutes."
)

_FIRST_WORDS = 64 * 1024
"""Bytes that a peer may have sent before its connection was accepted."""

_ANSWERS = {
    _TOO_MANY.code: sentence(HTTPStatus.TOO_MANY_REQUESTS, _TOO_MANY.text),
    SERVER_FULL.code: sentence(HTTPStatus.SERVICE_UNAVAILABLE, SERVER_FULL.text, **{"Retry-After": RETRY_IN}),
}
"""The same refusals by HTTP."""

AnyConnection = NativeConnection | PacedConnection | WebConnection

_CONNECTIONS: dict[tuple[Framing, bool], type[Any]] = {
    (Framing.LINES, True): NativeConnection,
    (Framing.READS, False): PacedConnection,
    (Framing.READS, True): OneOfThreeConnection,
    (Framing.HTTP, False): WebConnection,
}
"""By the framing, and whether a client has more sockets than one."""

_REFUSALS: dict[Framing, Callable[[Callable[[], Any], Refused], bytes]] = {
    Framing.LINES: lambda codec, why: codec().encode(why),
    Framing.READS: lambda codec, why: b"".join(codec().encode(why)),
    Framing.HTTP: lambda _, why: _ANSWERS[why.code].serialize(),
}
"""The bytes of a refusal, by the framing; a codec is made only where it words them, as refusals come in floods."""


class Listener:
    """The sockets of one front door, and of another that shares its port, from `open` to `close`. `places` are shared
    by all front doors.
    """

    def __init__(
        self,
        settings: Settings,
        door: FrontDoor,
        hub: Hub,
        tls: ssl.SSLContext | None,
        places: Places,
        *,
        shared: FrontDoor | None = None,
        site: WebSite | None = None,
    ) -> None:
        self.port = 0
        """The port that it listens on, once it is open."""
        self._settings = settings
        self._door = door
        self._make = door.begin()
        self._shared = shared
        self._make_shared = shared.begin() if shared else self._make
        self._site = site
        self.refused: Counter[str] = Counter()
        """Connections that were not let in, by reason."""
        self._hub = hub
        self._tls = tls
        self._admission = (
            AddressAdmission(settings.limits, sockets=BROWSER_SOCKETS, arrivals=BROWSER_ARRIVALS)
            if site
            else AddressAdmission(settings.limits)
        )
        self._proxies = Proxies(settings.trusted_proxies if site else ())
        self._unnamed: set[AnyConnection] = set()
        """Connections by a proxy that has not named its visitor yet, or whose visitor was not let in: they count for no
        address.
        """
        self._is_proxy_silent = False
        self._sockets: list[socket.socket] = []
        self._places = places
        self._accepting = False
        self._complained = -inf
        self._handshakes: set[asyncio.Task[None]] = set()
        self._open: set[AnyConnection] = set()
        self._passed_on: set[AnyConnection] = set()
        """Those of the protocol that shares this port."""
        self._farewells: set[AnyConnection] = set()
        self._all_closed = asyncio.Event()
        self._all_closed.set()

    def open(self, sockets: Sequence[socket.socket]) -> None:
        """Begin to accept on sockets that are bound; they are this listener's to close."""
        self._sockets = [*sockets]
        self.port = sockets[0].getsockname()[1]
        for sock in sockets:
            sock.listen(BACKLOG)
        self._resume()

    async def close(self) -> None:
        """Accept no more, send what is queued for up to `shutdown_flush` seconds, and cut off the rest."""
        self._pause()
        for sock in self._sockets:
            sock.close()
        self._sockets.clear()
        await self._end_handshakes()
        for connection in [*self._open]:
            if connection.is_made:
                connection.close()
        try:
            await asyncio.wait_for(self._all_closed.wait(), self._settings.limits.shutdown_flush)
        except TimeoutError:
            log.warning("some clients did not read to the end", extra={"clients": len(self._open)})
            for connection in [*self._open]:
                connection.abort()

    def connections(self) -> Counter[str]:
        """Return how many connections are open, by protocol."""
        others = Counter({self._shared.name: len(self._passed_on)}) if self._shared else Counter[str]()
        return Counter({self._door.name: len(self._open) - len(self._passed_on)}) + others

    def queued(self) -> int:
        """Return the bytes that wait for clients that do not read."""
        return sum(connection.queued() for connection in self._open if connection.is_made)

    def _accept(self, listening: socket.socket) -> None:
        for _ in range(ACCEPT_BATCH):
            if self._hub.turns.is_over():
                return
            try:
                sock, peer = listening.accept()
            except (BlockingIOError, ConnectionAbortedError):
                return
            except OSError:
                self._wait_for_descriptors()
                return
            self._admit(sock, peer[:2])

    def _admit(self, sock: socket.socket, peer: tuple[str, int]) -> None:
        if not self._proxies.trust(peer[0]) and not self._admission.admit(peer[0], self._hub.time()):
            self._refuse(sock, _TOO_MANY)
        elif self._has_room():
            self._take_in(sock, peer)
        else:
            self._complain("no room for new connections; raise the limit (ulimit -n)")
            self._turn_away(sock, peer)

    def _has_room(self) -> bool:
        return self._places.has_room_for_one_of_three if self._door.sockets > 1 else self._places.has_room

    def _turn_away(self, sock: socket.socket, peer: tuple[str, int]) -> None:
        if self._tls and len(self._farewells) < FAREWELLS:
            self.refused[SERVER_FULL.code] += 1
            self._farewells.add(self._take_in(sock, peer))
        else:
            if not self._proxies.trust(peer[0]):
                self._admission.leave(peer[0])
            self._refuse(sock, SERVER_FULL)

    def _take_in(self, sock: socket.socket, peer: tuple[str, int]) -> AnyConnection:
        connection = self._connection(sock, peer)
        self._places.take()
        self._open.add(connection)
        self._all_closed.clear()
        self._hub.login.connected(connection)
        task = asyncio.get_running_loop().create_task(self._shake_hands(connection, sock))
        self._handshakes.add(task)
        task.add_done_callback(partial(self._shaken_hands, connection, sock))
        return connection

    def _refuse(self, sock: socket.socket, why: Refused) -> None:
        self.refused[why.code] += 1
        if self._tls is None:
            sock.setblocking(False)
            with contextlib.suppress(OSError):
                sock.send(self._in_words(why))  # a new socket's buffer is empty, so this never waits
                sock.shutdown(socket.SHUT_WR)
                sock.recv(_FIRST_WORDS)  # what is not read would make the kernel cut off what was sent
        sock.close()

    def _in_words(self, why: Refused) -> bytes:
        return _REFUSALS[self._door.framing](lambda: self._make(self._around(("", 0))), why)

    def _around(self, peer: tuple[str, int], site: Site | None = None) -> Surroundings:
        return Surroundings(peer, time_of_day, self._hub.directory.is_here, site)

    def _connection(self, sock: socket.socket, peer: tuple[str, int]) -> AnyConnection:
        if self._site:
            return self._web_connection(self._site, sock, peer)
        kind: type[Any] = _connection_of(self._door)
        how: dict[str, object] = {}
        if self._shared:
            kind = UndecidedConnection
            how = {"is_other": self._shared.recognises, "pass_on": partial(self._pass_on, sock, peer)}
        connection: AnyConnection = self._made(kind, self._make(self._around(peer)), sock, peer, **how)
        return connection

    def _made(
        self, kind: type[Any], codec: ServerCodec, sock: socket.socket, peer: tuple[str, int], **how: object
    ) -> Any:
        return kind(self._hub, codec, sock, peer, limits=self._settings.limits, closed=self._closed, **how)

    def _web_connection(self, site: WebSite, sock: socket.socket, peer: tuple[str, int]) -> WebConnection:
        connection: WebConnection
        is_by_proxy = self._proxies.trust(peer[0])
        visited = (lambda request: self._by_proxy(connection, request)) if is_by_proxy else site.site_for(peer[0])
        until = self._hub.time() + LIFE

        def answer(request: Request) -> Response | None:
            return self._keep_or_close(connection, until, visited(request))

        connection = self._made(_connection_of(self._door), self._make(self._around(peer, answer)), sock, peer)
        if is_by_proxy:
            connection.comes_by_proxy()
            self._unnamed.add(connection)
        return connection

    def _keep_or_close(self, connection: WebConnection, until: float, answer: Response | None) -> Response | None:
        """Keep a connection for another request only while it is young and less than half of the places are taken. A
        WebSocket on one that was kept has the whole time for its login.
        """
        was_kept = self._hub.kept.forget(connection)
        if answer is None:
            if was_kept:
                self._hub.login.connected(connection)
        elif self._hub.time() >= until or 2 * self._places.taken > self._places.most:
            closing(answer)
        return answer

    def _by_proxy(self, connection: WebConnection, request: Request) -> Response | None:
        """Answer a request by a proxy, which names its visitor: from here on they are treated as if they had come by
        themselves. The next request may be that of another, so it comes on another connection.
        """
        assert self._site
        forwarded = request.headers.get_all("X-Forwarded-For")
        if not forwarded and not self._is_proxy_silent:
            self._is_proxy_silent = True
            log.warning(
                "a trusted proxy sends no X-Forwarded-For; all visitors behind it count as one address",
                extra={"peer": connection.peer},
            )
        connection.comes_from(self._proxies.visitor(forwarded))
        if not self._admission.admit(connection.address, self._hub.time()):
            self.refused[_TOO_MANY.code] += 1
            answer = _ANSWERS[_TOO_MANY.code]
            return without_body(answer) if request.method == "HEAD" else answer
        self._unnamed.discard(connection)
        found = self._site.site_for(connection.address)(request)
        return closing(found) if found else None

    def _pass_on(
        self,
        sock: socket.socket,
        peer: tuple[str, int],
        undecided: NativeConnection,
        transport: asyncio.Transport,
        first: bytes,
    ) -> None:
        """Hand a client of the other protocol of this port over to that."""
        assert self._shared
        connection = self._made(_connection_of(self._shared), self._make_shared(self._around(peer)), sock, peer)
        self._passed_on.add(connection)
        self._open.discard(undecided)
        self._open.add(connection)
        self._hub.login.passed_on(undecided, connection)
        transport.set_protocol(connection)
        connection.connection_made(transport)
        connection.data_received(first)

    async def _shake_hands(self, connection: AnyConnection, sock: socket.socket) -> None:
        limits = self._settings.limits
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: connection,
            sock,
            ssl=self._tls,
            ssl_handshake_timeout=limits.login_timeout if self._tls else None,
            ssl_shutdown_timeout=limits.write_stall if self._tls else None,
        )

    async def _end_handshakes(self) -> None:
        # Cut from below, as the peer could have done: a task cancelled in the middle leaves uvloop's half of it behind.
        for connection in self._open:
            if not connection.is_made:
                connection.cut()
        if self._handshakes:
            await asyncio.wait(self._handshakes, timeout=self._settings.limits.shutdown_flush)

    def _shaken_hands(self, connection: AnyConnection, sock: socket.socket, task: asyncio.Task[None]) -> None:
        self._handshakes.discard(task)
        error = None if task.cancelled() else task.exception()
        if error:
            log.info("handshake failed", extra={"peer": connection.peer, "reason": in_words(error)})
        if not connection.is_made:
            sock.close()
            self._hub.login.lost(connection)
            self._closed(connection)
        elif connection in self._farewells:
            connection.send(self._in_words(SERVER_FULL))
            connection.close()

    def _closed(self, connection: AnyConnection) -> None:
        if connection not in self._open:
            return
        self._open.discard(connection)
        self._farewells.discard(connection)
        self._passed_on.discard(connection)
        if connection in self._unnamed:
            self._unnamed.discard(connection)
        else:
            self._admission.leave(connection.address)
        if not self._open:
            self._all_closed.set()
        self._places.give_back()
        self._resume()

    # Descriptors

    def _complain(self, message: str) -> None:
        now = self._hub.time()
        if now - self._complained > COMPLAIN_EVERY:
            self._complained = now
            log.error(message, extra={"open": self._places.taken, "most": self._places.most})

    def _wait_for_descriptors(self) -> None:
        """Leave new connections to the kernel's backlog until some descriptors are free again: others have taken the
        last.
        """
        self._complain("no descriptors left for new connections; raise the limit (ulimit -n)")
        self._pause()
        asyncio.get_running_loop().call_later(RETRY_AFTER, self._resume)

    def _pause(self) -> None:
        for sock in self._sockets:
            asyncio.get_running_loop().remove_reader(sock)
        self._accepting = False

    def _resume(self) -> None:
        if self._accepting:
            return
        for sock in self._sockets:
            asyncio.get_running_loop().add_reader(sock, self._accept, sock)
        self._accepting = True


def _connection_of(door: FrontDoor) -> type[Any]:
    return _CONNECTIONS[door.framing, door.sockets > 1]


def time_of_day() -> str:
    return time.strftime("%H:%M:%S")
