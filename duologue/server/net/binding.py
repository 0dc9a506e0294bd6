"""The sockets of a port, bound and with the options that accepted ones inherit; not listening yet."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from duologue.settings import Settings

ANY_PORT_TRIES = 10
"""A port that is free at one address of a host may be taken at the next. With half of all ports taken, one start in
1,000 fails.
"""


class CannotListen(OSError):
    """Raised when a port cannot be had; `port_setting` names the field of Settings that chose it."""

    def __init__(self, error: OSError, port_setting: str) -> None:
        super().__init__(error.errno, error.strerror)
        self.port_setting = port_setting


def bound(addresses: Sequence[str], port: int, settings: Settings) -> list[socket.socket]:
    """Return a socket for each address, all on one port; 0 takes any free one. Raises OSError when it cannot be had."""
    for _ in range(ANY_PORT_TRIES if port == 0 else 1):
        try:
            return _bound(addresses, port, settings)
        except OSError as error:
            cannot = error
    raise cannot


def _bound(addresses: Sequence[str], port: int, settings: Settings) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    try:
        for address in addresses:
            sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
            sockets.append(sock)
            _set_options(sock, settings)
            sock.bind((address, port))
            port = sock.getsockname()[1]
    except OSError:
        for sock in sockets:
            sock.close()
        raise
    return sockets


def _set_options(sock: socket.socket, settings: Settings) -> None:
    """Set what accepted sockets inherit. The kernel finds a dead peer on each of a client's sockets by itself, idle or
    not, in `dead_after` seconds; and no line waits for the ACK of the one before.
    """
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if sock.family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # uvloop sets it by itself, asyncio does not here
    idle = max(1, round(settings.heartbeat))
    probes = max(1, round(settings.dead_after / idle) - 1)
    for name, value in (
        ("TCP_KEEPIDLE", idle),
        ("TCP_KEEPINTVL", idle),
        ("TCP_KEEPCNT", probes),
        ("TCP_USER_TIMEOUT", round(settings.dead_after * 1000)),
    ):
        if hasattr(socket, name):
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
