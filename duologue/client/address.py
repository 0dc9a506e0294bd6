"""A server's address, and opening a socket to it. Every failure has a reason in words."""

from __future__ import annotations

import asyncio
import socket
import ssl
from dataclasses import dataclass

from duologue.client.errors import CannotConnect

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 12345

CONNECT_TIMEOUT = 10.0
"""Seconds for one socket, TLS included. A SYN lost twice on the way still gets through (retries after 1 s and 3 s)."""


@dataclass(frozen=True, slots=True)
class Address:
    """A server's native port. With a `tls` context, TLS from the first byte."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    tls: ssl.SSLContext | None = None

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open one more socket. Raises CannotConnect with the reason."""
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                reader, writer = await asyncio.open_connection(self.host, self.port, ssl=self.tls)
        except (OSError, UnicodeError) as error:
            raise CannotConnect(reason_of(error)) from error
        _tune(writer.get_extra_info("socket"))
        return reader, writer


def _tune(sock: socket.socket) -> None:
    # A line is sent when it is typed, without waiting for more to send with it (asyncio does that for TCP already, but
    # does not promise it); and the kernel notices a peer that has vanished even if nobody sends.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def reason_of(error: OSError | UnicodeError) -> str:
    """Say why a socket could not be opened or was lost, as part of a sentence."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message.rstrip(".")
        return f"its certificate is not trusted: {reason}; {_REMEDIES.get(error.verify_code, _TRUST_IT)}"
    for kind, known in _REASONS.items():
        if isinstance(error, kind):
            return known
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


_TRUST_IT = "--tls-ca FILE names one to trust"
_REMEDIES = {
    9: "is the clock of this machine right?",
    10: "whoever runs the server has to renew it",
    62: "connect by a name that it is for",
    64: "connect by a name that it is for",
}
"""By the numbers of OpenSSL (X509_V_ERR): not valid yet, expired, of another host, of another address. Nobody can trust
such a one by naming it.
"""

_REASONS: dict[type[Exception], str] = {
    ssl.SSLError: "it does not speak TLS, or none that this client accepts",
    ConnectionRefusedError: "connection refused",
    ConnectionResetError: "the connection was reset",
    TimeoutError: "no answer",
    socket.gaierror: "there is no host of that name",
    UnicodeError: "there is no host of that name",
}
