"""One session as the client sees it: bytes of its three sockets in, events out; commands in, bytes out.

Sans-I/O. Knows who is waiting for whom; its messages are left to the correspondence. Knows no time, no socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from duologue.client.engine.correspondence import Correspondence
from duologue.client.engine.memory import Memory
from duologue.client.events import Happening
from duologue.core.commands.chat import (
    AskForChat,
    Command,
    DeclineChat,
    Exit,
    GiveNickname,
    Ping,
    Pong,
    QuitChat,
    Say,
    SocketKind,
)
from duologue.core.commands.rooms import JoinRoom, PartRoom
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import (
    Acknowledged,
    ChatRequested,
    Event,
    LoggedIn,
    MessageFrom,
    Recalled,
    RequestAnswered,
    RequestsEnded,
    RequestSent,
    RequestWithdrawn,
    Said,
    TextPart,
    WaitingRequests,
)
from duologue.core.events.devices import Kept
from duologue.core.events.people import PersonBlocked, Spelled
from duologue.core.events.rooms import RoomSaid
from duologue.protocols.lines import LineBuffer
from duologue.protocols.native.commands import (
    encode_command,
    encode_first_line,
    encode_nickname,
    encode_ping,
    encode_pong,
)
from duologue.protocols.native.signals import SIGNAL_WORDS, parse_check_signal, parse_signal
from duologue.protocols.native.wire import parse_message

_ANY_STREAM = "0"
"""A stream that nobody has: a question about it is answered all the same."""

_CHECK_WORDS = (b"PING", b"PONG")


class ClientSession:
    """One session. `waiting` are the people waiting for our answer, `asked` those whose answer we wait for, both the
    longest first.

    `is_attached` once the server knows all three sockets. What it says on the login socket before that is put aside:
    until we are told apart from an older session of ours, the memory cannot be opened.

    `answers` counts the PONGs, with news or without.
    """

    def __init__(self, memory: Memory) -> None:
        self.nickname = ""
        self._server_spells = False
        self.is_attached = False
        self.answers = 0
        self.messages = Correspondence(memory)
        self._memory = memory
        self._put_aside: bytearray | None = None
        self._waiting: dict[str, None] = {}
        self._asked: dict[str, None] = {}
        self._parts: dict[SocketKind, list[str]] = {kind: [] for kind in SocketKind}
        self._lines = {kind: LineBuffer() for kind in SocketKind}

    @property
    def waiting(self) -> tuple[str, ...]:
        return tuple(self._waiting)

    @property
    def asked(self) -> tuple[str, ...]:
        return tuple(self._asked)

    # Bytes in

    def receive_data(self, kind: SocketKind, data: bytes) -> Iterator[Happening]:
        """Return the events in the whole lines received so far. Raises FatalPeerError for what no server says, which
        ends the session.

        Afterwards there may be `data_to_send`.
        """
        for line in self._lines[kind].feed(data).split(b"\n")[:-1]:
            if kind is SocketKind.LOGIN and self._put_aside is not None:
                self._put_aside += line + b"\n"
            else:
                yield from self._heard(kind, line)

    def _heard(self, kind: SocketKind, line: bytes) -> Iterator[Happening]:
        event = self._parse(kind, line)
        if isinstance(event, TextPart):
            self._parts[kind].append(event.text)
            return
        if isinstance(event, Recalled | MessageFrom | RoomSaid | Kept):
            parts, self._parts[kind] = self._parts[kind], []
            event = replace(event, text="".join((*parts, event.text)))
        yield from self._noted(event)

    def _parse(self, kind: SocketKind, line: bytes) -> Event:
        if kind is SocketKind.CHECK and line.startswith(_CHECK_WORDS):
            return parse_check_signal(line)
        if not line.startswith(b":"):
            return parse_signal(line)
        if self.messages.live is None or kind is not SocketKind.CHAT:
            raise FatalPeerError("stray_message", "The server sent a message that belongs to no chat.")
        return Said(self.messages.live.partner, parse_message(line))

    def _noted(self, event: Event) -> Iterator[Happening]:
        if isinstance(event, Acknowledged):
            self.answers += 1
            if not self.is_attached:
                yield from self._attached()
        note = _NOTES.get(type(event))
        noted = note(self, event) if note else event
        if noted is not None:
            yield from self.messages.note(noted)

    def _attached(self) -> Iterator[Happening]:
        self.is_attached = True
        self._memory.open(self.nickname)
        self.messages.begin()
        put_aside, self._put_aside = self._put_aside or bytearray(), None
        for line in put_aside.split(b"\n")[:-1]:
            yield from self._heard(SocketKind.LOGIN, bytes(line))

    # Effects of each event. What is returned is passed on to the user of the session.

    def _logged_in(self, event: LoggedIn) -> Event:
        self.nickname = event.nickname
        self._memory.spellings.clear()
        self._memory.spellings[event.nickname] = event.spelling or event.nickname
        self._server_spells = bool(event.spelling)
        self._put_aside = None if self.is_attached else bytearray()
        return event

    def _requested(self, event: ChatRequested) -> Event:
        self._waiting[event.nickname] = None
        return event

    def _withdrawn(self, event: RequestWithdrawn) -> Event:
        self._waiting.pop(event.nickname, None)
        return event

    def _request_sent(self, event: RequestSent) -> Event:
        self._asked[event.nickname] = None
        return event

    def _answered(self, event: RequestAnswered) -> Event:
        self._asked.pop(event.nickname, None)
        return event

    def _requests_ended(self, event: RequestsEnded) -> Event:
        self._waiting.clear()
        self._asked.clear()
        return event

    def _waiting_listed(self, event: WaitingRequests) -> Event:
        """Each request has been reported already; a complete list is sure to be right."""
        self._waiting = dict.fromkeys(event.nicknames) | (self._waiting if event.more else {})
        return event

    def _blocked(self, event: PersonBlocked) -> Event:
        self._waiting.pop(event.nickname, None)
        return event

    def _spelled(self, event: Spelled) -> None:
        self._memory.spellings[event.nickname] = event.spelling

    # Bytes out

    def first_lines(self, nickname: str) -> bytes:
        """Return what opens the login socket."""
        return encode_first_line(SocketKind.LOGIN, self._memory.name_device()) + encode_nickname(GiveNickname(nickname))

    def attach(self, kind: SocketKind, token: str) -> bytes:
        """Return what opens one of the other two; the check socket asks at once whether all three are attached."""
        spellings = self._server_spells and kind is SocketKind.CHAT
        return encode_first_line(kind, token, spellings=spellings) + (
            encode_ping(Ping(0)) if kind is SocketKind.CHECK else b""
        )

    def command(self, command: Command) -> bytes:
        """Return lines for the chat socket, none if it has to wait. Raises PeerError if it cannot be a line."""
        if isinstance(command, Say):
            return self.messages.say(command.text)
        if isinstance(command, AskForChat) and command.nickname in SIGNAL_WORDS:
            # The answer to it could be read as a signal: "disconnected doesn't exist".
            raise PeerError("bad_nickname", f"Nobody can have the nickname {command.nickname}.")
        line = encode_command(command)
        self._asked_for(command)
        return line

    def _asked_for(self, command: Command) -> None:
        self._memory.preferences.note(command)
        match command:
            case DeclineChat(nickname):
                self._forget_request(nickname)
            case QuitChat() | Exit():
                self.messages.leave()
            case JoinRoom(room, password):
                self.messages.rooms.join(room, password)
            case PartRoom(room):
                self.messages.rooms.part(room)

    def _forget_request(self, nickname: str | None) -> None:
        if nickname is not None:
            self._waiting.pop(nickname, None)
        elif len(self._waiting) == 1:
            self._waiting.clear()

    def data_to_send(self) -> dict[SocketKind, bytes]:
        """Return what is due by itself, by socket: questions after a login, and what is sent again."""
        messages = self.messages
        messages.to_chat += messages.lines_due()
        due = {SocketKind.CHAT: bytes(messages.to_chat), SocketKind.CHECK: bytes(messages.to_check)}
        messages.to_chat.clear()
        messages.to_check.clear()
        return due

    def finished(self) -> None:
        """Finish the oldest message that was passed to our user."""
        self.messages.received.finished(self.messages.live)

    def ping(self) -> bytes:
        """Return lines for the check socket: we are alive, and hold what our user has finished with."""
        return self.messages.received.pings(self.messages.live)

    def ping_that_asks(self) -> bytes:
        """Return the same lines, and a question that the server answers at once when it has read them."""
        return self.ping() + encode_ping(Ping(0, _ANY_STREAM))

    def pong(self) -> bytes:
        """Return the answer to a Probe, for the check socket."""
        return encode_pong(Pong())


_NOTES: dict[type[Event], Callable[..., Event | None]] = {
    LoggedIn: ClientSession._logged_in,
    ChatRequested: ClientSession._requested,
    RequestWithdrawn: ClientSession._withdrawn,
    RequestSent: ClientSession._request_sent,
    RequestAnswered: ClientSession._answered,
    RequestsEnded: ClientSession._requests_ended,
    WaitingRequests: ClientSession._waiting_listed,
    PersonBlocked: ClientSession._blocked,
    Spelled: ClientSession._spelled,
}
