"""What the hub needs of a socket (`Link`), and who is behind three of them (`Client`). The sockets themselves live in
`net`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import Protocol

from duologue.core.chat import Chat
from duologue.core.commands import Command
from duologue.core.errors import PeerError
from duologue.core.events import Event
from duologue.core.pace import TokenBucket
from duologue.protocols.native import NativeSocket

Commands = Iterable[Command | PeerError]
Receiver = Callable[[bytes], Commands]


class Hold(Enum):
    """Why a socket is not read from at the moment."""

    RATE = "its client sends faster than the limit"
    OWN_QUEUE = "its client does not read its answers"
    RECALL = "its question to the store is being answered"
    STORE = "the disk does not keep up"
    CATCHING_UP = "the partner is about to have read what is stored, and waits for the last of it"
    TURN = "it is somebody else's turn"


class Link(Protocol):
    """One socket, in the hub's words."""

    address: str
    """IP address of the peer."""
    peer: str
    """Address and port, for people."""
    descriptor: int
    door: NativeSocket
    client: Client | None
    """Set when the login is complete."""
    row: int
    """Its client's row in `connection_table`, -1 until there is one."""

    send: Callable[[bytes], None]

    def tell(self, event: Event) -> None:
        """Write `event` in this socket's protocol."""

    def receive_through(self, receive: Receiver | None) -> None:
        """What comes in goes through `receive` from now on; None: through the door alone."""

    def hold(self, reason: Hold) -> None:
        """Stop reading until every reason is released."""

    def release(self, reason: Hold) -> None: ...

    def delay_acks(self) -> None:
        """Let the kernel answer two segments with one ACK, for as long as they come fast."""

    def queued(self) -> int:
        """Bytes that wait to be sent."""

    def close(self) -> None:
        """Read nothing more, send what is queued, then close. Harmless when closed already."""


@dataclass(slots=True, eq=False)
class Client:
    """One logged-in person. Becomes complete when the third socket attaches, and all three end together."""

    nickname: str
    login_socket: Link
    chat_socket: Link
    check_socket: Link
    row: int
    bucket: TokenBucket
    warned: float = -inf
    """When it was last told that it sends too fast."""
    chat: Chat | None = None
    """The chat that it takes part in, not one that waits for it to come back."""
    has_resumed: bool = False
    """Has it come back to its chat? Then it has to say which stream it speaks of: it may not have heard the answer."""

    @property
    def sockets(self) -> tuple[Link, Link, Link]:
        return self.login_socket, self.chat_socket, self.check_socket
