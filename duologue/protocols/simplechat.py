"""The front door of system 000: three sockets, and no frames. For original clients, at the port of the native ones.

Sans-I/O: which of a client's three sockets this is, and whose; what a read of it means; and which socket says what.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from weakref import WeakValueDictionary

from duologue.core.chat import ChatEnd
from duologue.core.commands import AcceptChat, AttachSocket, Command, GiveNickname, QuitChat, SocketKind
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events import (
    Acknowledged,
    ChatEnded,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    Event,
    LoggedIn,
    LoginDenied,
    Probe,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    Said,
)
from duologue.core.room_events import RoomEntered, RoomExited
from duologue.core.sentences import sentence
from duologue.core.text import visible
from duologue.protocols.lines import TRIES
from duologue.protocols.native_signals import ANSWERS
from duologue.protocols.plain_standing import Standing
from duologue.protocols.plain_talk import typed
from duologue.protocols.plain_words import Manner, shown_name, spoken
from duologue.protocols.unframed import CUT, MESSAGE_LIMIT, TextReader, cut, messages, neutral, or_error, pieces

# The words of the system. Everything else that a client is sent begins with other ones, so no text is a signal.
AUTH_SUCCESS = b"AUTH_SUCCESS"
START_CHAT = b"start_chat"
PING = b"PING"
_WANTS_CHAT = "want_chat_with_you"
_CHAT_ENDED = "chat_ended"
_ASK, _YES, _QUIT = "/chat", "yes", "/quit"
_FIRST_WORDS = tuple(kind.value.encode() for kind in SocketKind)

_BEYOND_LOGIN = {SocketKind.CHAT: 1, SocketKind.CHECK: 2}
"""How far the client's port of a further socket is from that of its login socket."""

_ENDS = {
    ChatEnd.YOU_LEFT: "ended: you left.",
    ChatEnd.LEFT: "left.",
    ChatEnd.LOST: "lost: the connection did not come back.",
    ChatEnd.REMOVED: "has no account any more.",
}

# Codes of what this door itself has to say: it goes the way of a mistake, and the hub tells it.
_CHAT_IS_ON = "chat_is_on"
_NO_CHAT_BEGAN = "no_chat_began"
# A warning may come with any command, and is the answer to none.
_WARNING = "slow_down"


def is_simplechat(first: bytes) -> bool | None:
    """Are these the first bytes of such a client? None: they may become that."""
    if first.startswith(_FIRST_WORDS):
        return True
    return None if any(word.startswith(first) for word in _FIRST_WORDS) else False


class SimpleChat:
    """The door as a whole: knows who has logged in from where, for that is all that joins three sockets."""

    def __init__(self) -> None:
        self._people: WeakValueDictionary[tuple[str, int], Person] = WeakValueDictionary()

    def socket(self, address: str, port: int) -> SimpleChatSocket:
        """The server's end of a new socket; the client's has this address and port."""
        return SimpleChatSocket(self, address, port)

    def logged_in(self, address: str, port: int, person: Person) -> None:
        self._people[address, port] = person

    def owner(self, kind: SocketKind, address: str, port: int) -> Person:
        """Whose further socket comes from there. Raises FatalPeerError where it is nobody's."""
        person = self._people.get((address, port - _BEYOND_LOGIN[kind]))
        if person is None:
            raise FatalPeerError("bad_token", "No login socket has the port that goes with this one. Log in again.")
        return person


@dataclass(frozen=True, slots=True)
class Told:
    """What a client reads for an event, on which of its sockets."""

    login: tuple[bytes, ...] = ()
    chat: tuple[bytes, ...] = ()


class SimpleChatSocket:
    """One of a client's sockets. `kind` is None until its first word has come."""

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
        self._person = Person()
        self._early = ""

    # From the client

    def receive_data(self, data: bytes) -> Iterator[Command | PeerError]:
        """The first read has the whole of the first word, at least."""
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
                pass  # PING: that it says so is all that it says

    def _attach(self, kind: SocketKind) -> Iterator[Command]:
        person = self._door.owner(kind, self._address, self._port)
        yield AttachSocket(kind, person.token)
        self._person = person  # whoever is refused does not come here

    def _log_in(self, text: str) -> Iterator[Command]:
        """The word and the nickname, in two reads or one, and again after a refusal; then nothing but PONG."""
        nickname = text.removeprefix(SocketKind.LOGIN.value).strip()
        if nickname and not self._person.token:
            yield GiveNickname(nickname, is_all=True)

    def early(self) -> Iterator[Command | PeerError]:
        """What came before the client's other sockets were there."""
        text, self._early = self._early, ""
        return or_error(self._person.types(text))

    # To the client

    def greet(self) -> tuple[bytes, ...]:
        return ()

    def hears(self, _: Event) -> bool:
        return True

    def told(self, event: Event) -> Told:
        """What the client reads for `event`, on whichever socket it is told. Asked of its login socket."""
        if isinstance(event, LoggedIn):
            self._door.logged_in(self._address, self._port, self._person)
        return self._person.told(event)

    def encode(self, event: Event) -> tuple[bytes, ...]:
        """What its login socket says."""
        return self.told(event).login


class Person:
    """A client, in the states that it does not tell of but acts by: the same word means different things in each.

    It is asking while it waits on its chat socket for the answer to /chat, which is the next read, so nothing else may
    be sent there. It is talking when it takes what is typed for messages. When a chat ends it still sends the line that
    is being typed. It answers a request with `yes`, `yes`, nickname, of which `_to_come` have not come yet; and it
    means the one who was `_announced` last.
    """

    __slots__ = (
        "__weakref__",
        "_announced",
        "_ended",
        "_is_asking",
        "_is_talking",
        "_quits",
        "_to_come",
        "_user",
        "is_on",
        "token",
    )

    def __init__(self) -> None:
        self.token = ""
        self.is_on = False
        """Are all three sockets here?"""
        self._user = Standing(Manner())
        self._is_asking = False
        self._is_talking = False
        self._quits = False
        self._ended: str | None = None  # with whom; until the line has come that was being typed
        self._to_come = 0
        self._announced: str | None = None

    # What it types

    def types(self, text: str) -> Iterator[Command]:
        self._quits = False
        if self._to_come:
            text = yield from self._goes_on_answering(text)
        if not text.strip():
            return
        if self._ended is not None:
            self._lose(text)
        elif self._can_answer() and text.strip().casefold() == _YES:
            yield from self._answers()
        elif self._can_answer() and self._is_all_of_it(text):
            yield from self._answers()
            yield from self.types(text.removeprefix(_YES))
        else:
            yield from self._line(text)

    def _line(self, text: str) -> Iterator[Command]:
        user = self._user
        self._quits = text == _QUIT
        word, name = [*text.split(maxsplit=1), ""][:2]
        if not text.startswith("/") or text.startswith("//"):
            # What it sends outside of a chat was typed for one person; it may reach no room instead.
            if user.partner is None:
                raise PeerError("no_chat", "You are in no chat, so nobody got that. /chat NAME asks for one.")
            self._is_talking = True
        elif word.casefold() == _ASK and not self._is_talking:
            self._is_asking = True
            if user.partner is not None:
                raise self._goes_on(name.strip())
        yield typed(text, user)

    def _goes_on(self, name: str) -> PeerError:
        if self._user.is_partner(name):
            return PeerError(_CHAT_IS_ON, "")
        partner = shown_name(self._user.partner or "")
        return PeerError("in_chat", f"You are in a chat with {partner}. /chat {partner} goes on with it.")

    def _lose(self, text: str) -> None:
        name, self._ended = shown_name(self._ended or ""), None
        if text != _QUIT:
            raise PeerError("chat_ended", f"The chat with {name} had ended, so that line went nowhere. Type it again.")

    # How it answers a request: yes, yes, nickname

    def _can_answer(self) -> bool:
        partner = self._user.partner
        return partner is None or (partner == self._announced and not self._is_talking)

    def _answers(self) -> Iterator[Command]:
        """Where the only one who waits is whom it believes to answer, at once; else the nickname tells."""
        self._to_come = 2
        if self._announced is not None and [*self._user.waiting] == [self._announced]:
            yield AcceptChat(self._announced)

    def _goes_on_answering(self, text: str) -> Generator[Command, None, str]:
        """What is left is a line of its own."""
        if self._to_come == 2:
            if text != _YES and not self._is_yes_and_name(text):
                self._to_come = 0
                return text
            self._to_come = 1
            text = text.removeprefix(_YES)
            if not text:
                return ""
        self._to_come = 0
        name = self._known_name(text) or (text if _is_word(text) else None)
        if name is None:
            return text
        self._is_talking = True
        yield from self._has_answered(name)
        return text.removeprefix(name)

    def _is_all_of_it(self, text: str) -> bool:
        """Two yeses that have run together, and the name perhaps."""
        return text == _YES + _YES or (text.startswith(_YES) and self._is_yes_and_name(text.removeprefix(_YES)))

    def _is_yes_and_name(self, text: str) -> bool:
        return text.startswith(_YES) and self._known_name(text.removeprefix(_YES)) is not None

    def _known_name(self, text: str) -> str | None:
        """The nickname that `text` begins with, of those that it can have been told of."""
        known = (*self._user.waiting, self._announced, self._user.partner)
        names = [shown_name(nickname) for nickname in known if nickname is not None]
        return max(filter(text.startswith, names), key=len, default=None)

    def _has_answered(self, name: str) -> Iterator[Command]:
        """It shows a chat with the one of that name now."""
        user = self._user
        waiting = user.who_waits(name)
        if user.partner is None and waiting is not None:
            yield AcceptChat(waiting)
        if user.partner is None:
            raise PeerError(_NO_CHAT_BEGAN, name)
        if not user.is_partner(name):
            yield QuitChat()

    # What it is told

    def told(self, event: Event) -> Told:
        own = _TOLD.get(type(event))
        if own:
            return own(self, event)
        said = spoken(event)
        return Told(messages(f"{said[0]}: ", said[1]) if said else _shown(self._user.told(event)))

    def _logged_in(self, event: LoggedIn) -> Told:
        self.token = event.token
        self._user.told(event)
        return Told((AUTH_SUCCESS,))

    def _is_complete(self, _: Acknowledged) -> Told:
        self.is_on = True
        return Told()

    def _requested(self, event: ChatRequested) -> Told:
        self._user.told(event)
        return Told(self._announce(event.nickname))

    def _announce(self, nickname: str) -> tuple[bytes, ...]:
        self._announced = nickname
        name = shown_name(nickname)
        return f"{_WANTS_CHAT} {name}".encode(), name.encode()

    def _withdrawn(self, event: RequestWithdrawn) -> Told:
        news = _shown(self._user.told(event))
        if event.nickname == self._announced and self._user.waiting:
            news += self._announce(next(reversed(self._user.waiting)))
        return Told(news)

    def _answered(self, event: RequestAnswered) -> Told:
        return self._answer(f"{shown_name(event.nickname)} {ANSWERS[event.outcome]}")

    def _refused(self, event: Refused) -> Told:
        if event.code == _NO_CHAT_BEGAN:
            return self._chat_over(event.text, "does not wait for you any more.")
        if event.code == _CHAT_IS_ON:
            return self._starts()
        return Told(_shown(event.text)) if event.code == _WARNING else self._answer(event.text)

    def _answer(self, text: str) -> Told:
        if not self._is_asking:
            return Told(_shown(text))
        self._is_asking = False
        return Told(chat=(cut(neutral(text), MESSAGE_LIMIT).encode(),))

    def _starts(self) -> Told:
        self._is_asking, self._is_talking = False, True
        return Told(chat=(START_CHAT,))

    def _started(self, event: ChatStarted) -> Told:
        text = self._user.told(event)
        return self._starts() if self._is_asking else Told(_shown(text))

    def _resumed(self, event: ChatResumed) -> Told:
        """It has begun anew and knows of no chat: a yes, or /chat, takes it back into this one."""
        self._user.partner = event.nickname
        return Told((*_shown(sentence(event)), *self._announce(event.nickname)))

    def _chat_ended(self, event: ChatEnded) -> Told:
        self._user.told(event)
        if self._to_come:
            return Told()  # it would not notice yet: see _has_answered
        if event.reason is ChatEnd.YOU_LEFT and self._quits:
            self._is_talking = False  # it knows
            return Told(_shown(f"Chat with {shown_name(event.nickname)} ended: you left."))
        return self._chat_over(shown_name(event.nickname), _ENDS[event.reason])

    def _chat_over(self, name: str, why: str) -> Told:
        if self._is_talking:
            self._ended = name
        self._is_talking = False
        return Told(_shown(f"{_CHAT_ENDED} {name} {why}"))


def _kind_of(text: str) -> SocketKind:
    for kind in SocketKind:
        if text.startswith(kind.value):
            return kind
    raise FatalPeerError("unknown_first_line", "A connection begins with login_socket, chat_socket or check_socket.")


def _is_word(text: str) -> bool:
    return len(text.split()) == 1 and not text.startswith("/")


def _shown(text: str | None) -> tuple[bytes, ...]:
    """As messages, of which only the first begins with words that somebody else may have chosen."""
    if not text:
        return ()
    first, *more = pieces(neutral(text), MESSAGE_LIMIT - len(f"{CUT} ".encode()))
    return first.encode(), *(f"{CUT} {piece}".encode() for piece in more)


def _said(_: Person, event: Said) -> Told:
    return Told(messages(f"{shown_name(event.nickname)}: ", event.text))


def _entered(person: Person, event: RoomEntered) -> Told:
    person._user.told(event)
    return Told(_shown(f"{sentence(event)} /msg {event.room} TEXT talks there."))


def _exited(person: Person, event: RoomExited) -> Told:
    person._user.told(event)
    return Told(_shown(sentence(event)))


_TOLD: dict[type[Event], Callable[..., Told]] = {
    LoggedIn: Person._logged_in,
    LoginDenied: lambda _, event: Told(_shown(visible(event.text))),
    Acknowledged: Person._is_complete,
    Probe: lambda _, __: Told((PING,)),
    ChatRequested: Person._requested,
    RequestWithdrawn: Person._withdrawn,
    RequestSent: lambda _, event: Told(_shown(f"Waiting for {shown_name(event.nickname)} to answer.")),
    RequestAnswered: Person._answered,
    ChatStarted: Person._started,
    ChatResumed: Person._resumed,
    ChatEnded: Person._chat_ended,
    Said: _said,
    RoomEntered: _entered,
    RoomExited: _exited,
    Refused: Person._refused,
}
