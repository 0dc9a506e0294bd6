"""The front door of system 000: three sockets, and no frames. For original clients, at the port of the native ones.

Sans-I/O: knows which of a client's three sockets this is, and whose. `SimpleChatUser` reads what is said there.
"""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakValueDictionary

from duologue.core.commands.chat import AttachSocket, Command, GiveNickname, SocketKind
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import Event, LoggedIn
from duologue.protocols.legacy.simplechat_events import Told, told
from duologue.protocols.legacy.simplechat_state import SimpleChatUser
from duologue.protocols.legacy.unframed import TextReader, or_error
from duologue.protocols.lines import TRIES

_FIRST_WORDS = tuple(kind.value.encode() for kind in SocketKind)

_BEYOND_LOGIN = {SocketKind.CHAT: 1, SocketKind.CHECK: 2}
"""The distance of the client's port of a further socket from that of its login socket."""


def is_simplechat(first: bytes) -> bool | None:
    """Return whether these are the first bytes of such a client; None: they may become that."""
    if first.startswith(_FIRST_WORDS):
        return True
    return None if any(word.startswith(first) for word in _FIRST_WORDS) else False


class SimpleChat:
    """The front door as a whole: knows who has logged in from which address and port, as nothing else joins three
    sockets.
    """

    def __init__(self) -> None:
        self._people: WeakValueDictionary[tuple[str, int], SimpleChatUser] = WeakValueDictionary()

    def socket(self, address: str, port: int) -> SimpleChatCodec:
        """Return the server's codec of a new socket; the client's has this address and port."""
        return SimpleChatCodec(self, address, port)

    def logged_in(self, address: str, port: int, person: SimpleChatUser) -> None:
        self._people[address, port] = person

    def owner(self, kind: SocketKind, address: str, port: int) -> SimpleChatUser:
        """Return the owner of a further socket from there. Raises FatalPeerError where there is none."""
        person = self._people.get((address, port - _BEYOND_LOGIN[kind]))
        if person is None:
            raise FatalPeerError("bad_token", "No login socket has the port that goes with this one. Log in again.")
        return person


class SimpleChatCodec:
    """The codec of one of a client's sockets. `kind` is None until its first word has come."""

    hears_itself = False
    watches = False
    lobby = False
    tries = TRIES

    __slots__ = ("_address", "_door", "_early", "_person", "_port", "_reader", "kind")

    def __init__(self, door: SimpleChat, address: str, port: int) -> None:
        self.kind: SocketKind | None = None
        self._door = door
        self._address = address
        self._port = port
        self._reader = TextReader()
        self._person = SimpleChatUser()
        self._early = ""

    # From the client

    def receive_data(self, data: bytes) -> Iterator[Command | PeerError]:
        """Yield commands. The first read has the whole of the first word, at least."""
        return or_error(self._commands(data))

    def _commands(self, data: bytes) -> Iterator[Command]:
        text = self._reader.feed(data)
        if text is None:
            return
        if self.kind is None:
            self.kind = _kind_of(text)
            if self.kind is not SocketKind.LOGIN:
                yield from self._attach(self.kind)
                text = text.removeprefix(self.kind.value)
        match self.kind:
            case SocketKind.LOGIN:
                yield from self._log_in(text)
            case SocketKind.CHAT if self._person.is_on:
                yield from self._person.types(text)
            case SocketKind.CHAT:
                self._early += text
            case SocketKind.CHECK:
                pass  # PING: being sent is all that it says

    def _attach(self, kind: SocketKind) -> Iterator[Command]:
        person = self._door.owner(kind, self._address, self._port)
        yield AttachSocket(kind, person.token)
        self._person = person  # a client that is refused does not get here

    def _log_in(self, text: str) -> Iterator[Command]:
        """Read the word and the nickname, in two reads or one, and again after a refusal; after that only PONG."""
        nickname = text.removeprefix(SocketKind.LOGIN.value).strip()
        if nickname and not self._person.token:
            yield GiveNickname(nickname, is_all=True)

    @property
    def waits(self) -> bool:
        """Whether what its client types has to wait for the client's other sockets: see `early`."""
        return self.kind is SocketKind.CHAT and not self._person.is_on

    def early(self) -> Iterator[Command | PeerError]:
        """Yield what came before the client's other sockets were there."""
        text, self._early = self._early, ""
        return or_error(self._person.types(text))

    # To the client

    def greet(self) -> tuple[bytes, ...]:
        return ()

    @property
    def unfinished(self) -> int:
        return self._reader.unfinished

    def hears(self, _: Event) -> bool:
        return True

    def told(self, event: Event) -> Told:
        """Return what `event` makes for the client, on whichever socket. Asked of the login socket's codec."""
        if isinstance(event, LoggedIn):
            self._door.logged_in(self._address, self._port, self._person)
        return told(self._person, event)

    def encode(self, event: Event) -> tuple[bytes, ...]:
        """Return the messages for the login socket."""
        return self.told(event).login


def _kind_of(text: str) -> SocketKind:
    for kind in SocketKind:
        if text.startswith(kind.value):
            return kind
    raise FatalPeerError("unknown_first_line", "A connection begins with login_socket, chat_socket or check_socket.")
