"""Sessions and their sockets, as the hub sees them: `Session`, and the interface `Connection`. Sockets are in `net`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import Enum
from math import inf
from typing import Any, Protocol

from duologue.core.admission import source_key
from duologue.core.carriers import carrier_of
from duologue.core.commands.chat import Command, SocketKind
from duologue.core.errors import PeerError
from duologue.core.events.chat import ChatElsewhere, ChatEnded, ChatFree, ChatHeld, Event
from duologue.core.events.devices import ReadUpTo
from duologue.core.pace import TokenBucket
from duologue.core.requests import Chat, ChatEnd
from duologue.protocols.native.codec import NativeCodec
from duologue.server.handed import MOST_STREAMS, HandedOver

_OF_DEVICES = {ChatHeld, ChatFree, ChatElsewhere, ReadUpTo}

Commands = Iterable[Command | PeerError]
Receiver = Callable[[bytes], Commands]


class Hold(Enum):
    """A reason why a socket is not read from at the moment."""

    RATE = "its client sends faster than the limit"
    OWN_QUEUE = "its client does not read its answers"
    RECALL = "its question to the store is being answered"
    STORE = "the disk does not keep up"
    DISK = "the disk is nearly full, and enough of what it said waits"
    CATCHING_UP = "the partner is about to have read what is stored, and waits for the last of it"
    TURN = "it is somebody else's turn"
    LOGIN = "not all of its client's sockets are there"


class Codec(Protocol):
    """The sans-I/O codec of one socket, of whatever front door (`protocols/base.py`)."""

    hears_itself: bool
    """Whether it is sent its own messages to a room, because its client does not show them."""
    watches: bool
    """Whether it is told who is here whenever that changes."""
    lobby: bool
    """Whether its clients are in the lobby from the login on."""
    tries: int
    """Refused logins on one connection before it is closed."""

    def receive_data(self, data: bytes) -> Commands: ...


class Connection(Protocol):
    """One socket, as the hub sees it."""

    address: str
    """The IP address of the peer."""
    port: int
    """The port of the peer."""
    peer: str
    """Address and port, for people."""
    descriptor: int
    session: Session | None
    """Set when the login is complete."""
    bucket: TokenBucket
    """The bucket that its commands are paid from: a stranger's until the login is complete, then the client's."""
    row: int
    """Its client's row in `connection_table`, -1 until there is one."""

    @property
    def is_all_three(self) -> bool:
        """Whether it is all that its client has, so that a login is complete with it."""

    @property
    def heard_on(self) -> Connection:
        """Of a chat socket: the one on which its client hears the conversation. It is the same, but for original
        clients.
        """

    send: Callable[[bytes], None]

    @property
    def codec(self) -> Codec: ...

    def tell(self, event: Event) -> None:
        """Write `event` in this socket's protocol."""

    def tell_each(self, events: Iterable[Event]) -> None:
        """Write several events, one after the other."""

    @staticmethod
    def tell_all(connections: Iterable[Any], *events: Event) -> None:
        """Write `events` to many sockets of this kind: they are encoded once for each protocol, and sent together."""

    def introduce(self, spelling_of: Callable[[str], str]) -> None:
        """From now on, tell how an account spells itself (`spelling_of`) before what names it. Where a door says so in
        what it tells, this changes nothing.
        """

    def messages_from(self, nickname: str, taken: Callable[[int], None]) -> Callable[[bytes], None]:
        """Return where the message lines of `nickname` in a chat go: it encodes them for this socket.

        `taken` is called for each that has reached the peer, if its client does not report that itself with PING.
        """

    def receive_through(self, reader: Callable[[NativeCodec], Receiver] | None) -> None:
        """Read input through what `reader` makes of the codec from now on; None: through the codec alone.

        If the codec knows no message lines, everything comes as commands, always.
        """

    def hold(self, reason: Hold) -> None:
        """Stop reading until every reason is released."""

    def release(self, reason: Hold) -> None: ...

    @property
    def is_held(self) -> bool:
        """Whether it is not read from at the moment."""

    def queued(self) -> int:
        """Return the bytes that wait to be sent."""

    def close(self) -> None:
        """Read nothing more, send what is queued, then close. Harmless when closed already."""

    def dismiss(self) -> None:
        """Do the same to one that was refused, without waiting for a peer that does not take its last words."""


def source_of(connection: Connection) -> str:
    """Return the key for one place in a queue where nobody is known."""
    return source_key(connection.address, connection.port)


Hearers = dict[Callable[[Iterable[Connection], Event], None], list[Connection]]
"""Many sockets, by their kind: the key writes to all of them."""


@dataclass(slots=True, eq=False)
class Session:
    """One device of somebody, logged in. Becomes complete when the third socket attaches, and all three end together.

    `id` is a number that no other session of this server has. A client that keeps a memory names its `device`, and a
    client that names none has the device "".
    """

    id: int
    nickname: str
    device: str
    login_socket: Connection
    chat_socket: Connection
    check_socket: Connection
    row: int
    password_hash: str | None = field(default=None, repr=False)
    """The hash of its account when it logged in: with another one, the session is over."""
    used: float = -inf
    """When its client last asked for anything, besides what it says by itself to show that it lives."""
    warned: float = -inf
    """When it was last told that it sends too fast."""
    chat: Chat | None = None
    """The chat that it takes part in, not one that waits for it to come back."""
    is_over: bool = False
    """Whether it has ended: nobody is told anything any more."""
    handed: HandedOver = field(default_factory=HandedOver, repr=False)
    spoken: dict[str, None] = field(default_factory=dict, repr=False)
    """The streams in which its device has spoken, the newest last: what it said itself it is not told."""
    has_resumed: bool = False
    """Whether it has come back to its chat. Then it has to name its stream in a PING: it may not
    know the answer yet.
    """

    @property
    def sockets(self) -> tuple[Connection, Connection, Connection]:
        return self.login_socket, self.chat_socket, self.check_socket

    def speaks_in(self, stream: str) -> None:
        """Note a stream of its own."""
        if self.device:
            self.spoken.pop(stream, None)
            self.spoken[stream] = None
            if len(self.spoken) > MOST_STREAMS:
                del self.spoken[next(iter(self.spoken))]

    def hear(self, event: Event) -> None:
        """Tell what is for all devices of a person: one that has no name knows of no others."""
        if self.device or type(event) not in _OF_DEVICES:
            self.tell(event)
        elif isinstance(event, ChatElsewhere):
            self.tell(ChatEnded(event.nickname, ChatEnd.LOST, event.chat, event.had))

    def tell(self, event: Event) -> None:
        """Write `event` to the socket that carries its kind."""
        kind = carrier_of(event)
        if kind is SocketKind.LOGIN:
            self.login_socket.tell(event)
        elif kind is SocketKind.CHAT:
            self.chat_socket.tell(event)
        else:
            self.check_socket.tell(event)
