"""One session as the client sees it: bytes of its three sockets in, events out; commands in, bytes out.

Sans-I/O. Keeps what a client has to remember: the partner, open requests, counts of messages. Knows no time, no socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from duologue.core.commands import AskForChat, Command, DeclineChat, GiveNickname, Ping, Pong, Say, SocketKind
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events import (
    Acknowledged,
    ChatEnded,
    ChatRequested,
    ChatStarted,
    Event,
    LoggedIn,
    PeopleOnline,
    Recalled,
    RecalledPart,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    Said,
    WaitingRequests,
)
from duologue.protocols.lines import LineBuffer
from duologue.protocols.native_wire import (
    SIGNAL_WORDS,
    encode_command,
    encode_first_line,
    encode_nickname,
    encode_ping,
    encode_pong,
    parse_check_signal,
    parse_message,
    parse_signal,
)

_CHECK_WORDS = (b"PING", b"PONG")


class Session:
    """`partner` and `chat` are set while in a chat; `received` and `sent` count its messages in either direction.

    `waiting` are those who wait for our answer, `asked` those whose answer we wait for, both the longest waiting first.
    """

    def __init__(self) -> None:
        self.nickname = ""
        self.partner: str | None = None
        self.chat: str | None = None
        self.received = 0
        self.sent = 0
        self.acknowledged = Acknowledged()
        self._waiting: dict[str, None] = {}
        self._asked: dict[str, None] = {}
        self._listed: list[str] = []
        self._parts: list[str] = []
        self._lines = {kind: LineBuffer() for kind in SocketKind}

    @property
    def waiting(self) -> tuple[str, ...]:
        return tuple(self._waiting)

    @property
    def asked(self) -> tuple[str, ...]:
        return tuple(self._asked)

    @property
    def unstored(self) -> int:
        """Messages of the chat, or of the last one, that the server does not answer for (yet)."""
        return max(0, self.sent - self.acknowledged.stored)

    # Bytes in

    def receive_data(self, kind: SocketKind, data: bytes) -> Iterator[Event]:
        """Events, as far as whole lines have come. Raises FatalPeerError for what no server says, and ends by it."""
        for line in self._lines[kind].feed(data).split(b"\n")[:-1]:
            event = self._noted(self._parse(kind, line))
            if event is not None:
                yield event

    def _parse(self, kind: SocketKind, line: bytes) -> Event:
        if kind is SocketKind.CHECK and line.startswith(_CHECK_WORDS):
            return parse_check_signal(line)
        if not line.startswith(b":"):
            return parse_signal(line)
        if self.partner is None or kind is not SocketKind.LOGIN:
            raise FatalPeerError("stray_message", "The server sent a message that belongs to no chat.")
        return Said(self.partner, parse_message(line))

    def _noted(self, event: Event) -> Event | None:
        note = _NOTES.get(type(event))
        return note(self, event) if note else event

    # What each event changes. Whatever is returned goes on to whoever uses the session.

    def _logged_in(self, event: LoggedIn) -> Event:
        self.nickname = event.nickname
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

    def _started(self, event: ChatStarted) -> Event:
        self._waiting.clear()
        self._asked.clear()
        self.partner, self.chat = event.nickname, event.chat
        self.received = self.sent = 0
        self.acknowledged = Acknowledged()
        return event

    def _ended(self, event: ChatEnded) -> Event:
        self.partner = self.chat = None
        return event

    def _said(self, event: Said) -> Event:
        self.received += 1
        return event

    def _waiting_listed(self, event: WaitingRequests) -> Event | None:
        nicknames = self._whole_list(event)
        if nicknames is None:
            return None
        self._waiting = dict.fromkeys(nicknames)
        return WaitingRequests(nicknames)

    def _online_listed(self, event: PeopleOnline) -> Event | None:
        nicknames = self._whole_list(event)
        return None if nicknames is None else PeopleOnline(nicknames)

    def _whole_list(self, event: WaitingRequests | PeopleOnline) -> tuple[str, ...] | None:
        """A long list comes in parts, with nothing in between; all of it with the last part."""
        self._listed += event.nicknames
        if event.more:
            return None
        nicknames, self._listed = tuple(self._listed), []
        return nicknames

    def _recalled_part(self, event: RecalledPart) -> None:
        self._parts.append(event.text)

    def _recalled(self, event: Recalled) -> Event:
        text, self._parts = "".join((*self._parts, event.text)), []
        return replace(event, text=text)

    def _acknowledged(self, event: Acknowledged) -> Event:
        if event.chat == self.chat:
            self.acknowledged = event
        return event

    # Bytes out

    def first_lines(self, nickname: str) -> bytes:
        """What opens the login socket."""
        return encode_first_line(SocketKind.LOGIN) + encode_nickname(GiveNickname(nickname))

    def attach(self, kind: SocketKind, token: str) -> bytes:
        """What opens one of the other two; the check socket asks at once whether all three are attached."""
        return encode_first_line(kind, token) + (encode_ping(Ping(0)) if kind is SocketKind.CHECK else b"")

    def command(self, command: Command) -> bytes:
        """A line for the chat socket. Raises PeerError where the command cannot be a line."""
        if isinstance(command, AskForChat) and command.nickname in SIGNAL_WORDS:
            # The answer to it could be read as a signal: "disconnected doesn't exist".
            raise PeerError("bad_nickname", f"Nobody can have the nickname {command.nickname}.")
        line = encode_command(command)
        if isinstance(command, Say):
            self.sent += self.chat is not None  # outside a chat the server refuses it
        elif isinstance(command, DeclineChat):
            self._forget_request(command.nickname)
        return line

    def _forget_request(self, nickname: str | None) -> None:
        if nickname is not None:
            self._waiting.pop(nickname, None)
        elif len(self._waiting) == 1:
            self._waiting.clear()

    def ping(self) -> bytes:
        """A line for the check socket: we live, and hold so many messages of the chat."""
        return encode_ping(Ping(self.received, self.chat) if self.chat else Ping(0))

    def pong(self) -> bytes:
        """The answer to a Probe, for the check socket."""
        return encode_pong(Pong())


_NOTES: dict[type[Event], Callable[..., Event | None]] = {
    LoggedIn: Session._logged_in,
    ChatRequested: Session._requested,
    RequestWithdrawn: Session._withdrawn,
    RequestSent: Session._request_sent,
    RequestAnswered: Session._answered,
    ChatStarted: Session._started,
    ChatEnded: Session._ended,
    Said: Session._said,
    WaitingRequests: Session._waiting_listed,
    PeopleOnline: Session._online_listed,
    Recalled: Session._recalled,
    RecalledPart: Session._recalled_part,
    Acknowledged: Session._acknowledged,
}
