"""What each event makes for a client of system 000: bytes, on which of its sockets, and the commands that a native
client would answer with. See `simplechat_state`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from duologue.core.commands.chat import Command, Ping, ResumeChat
from duologue.core.events.chat import (
    Acknowledged,
    ChatEnded,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    ChatWaits,
    Event,
    LoggedIn,
    LoginDenied,
    MessageFrom,
    Probe,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    Said,
)
from duologue.core.events.people import PersonBlocked
from duologue.core.events.rooms import RoomEntered, RoomExited, RoomSaid
from duologue.core.requests import ChatEnd
from duologue.core.sentences import sentence
from duologue.core.text import visible
from duologue.protocols.legacy.simplechat_state import CHAT_IS_ON, NO_CHAT_BEGAN, SimpleChatUser
from duologue.protocols.legacy.unframed import CUT, MESSAGE_LIMIT, cut, messages, neutral, pieces
from duologue.protocols.legacy.wording import shown_name, with_mark
from duologue.protocols.native.signals import ANSWERS

# The words of the system. Everything else that a client is sent begins with other ones, so no text is a signal.
AUTH_SUCCESS = b"AUTH_SUCCESS"
START_CHAT = b"start_chat"
PING = b"PING"
_WANTS_CHAT = "want_chat_with_you"
_CHAT_ENDED = "chat_ended"

_ENDS = {
    ChatEnd.YOU_LEFT: "ended: you left.",
    ChatEnd.LEFT: "left.",
    ChatEnd.LOST: "lost: the connection did not come back.",
    ChatEnd.REMOVED: "has no account any more.",
}

# A warning may come with any command, and is the answer to none.
_WARNING = "slow_down"


@dataclass(frozen=True, slots=True)
class InTurn:
    """Messages for the login socket that are made when their turn comes there: until then, its user cannot know of
    them.
    """

    size: int
    """The bytes that they take while they wait, about."""
    make: Callable[[], tuple[bytes, ...]]
    receipt: Ping
    """What its client would say once all of them have been taken."""


@dataclass(frozen=True, slots=True)
class Told:
    """The messages for an event, on each of the client's sockets, and what a native client would do besides."""

    login: tuple[bytes, ...] = ()
    chat: tuple[bytes, ...] = ()
    in_turn: InTurn | None = None
    commands: tuple[Command, ...] = ()
    """Given for the client, on its chat socket, before all that it has typed there."""
    is_in: bool = False
    """Whether the login is complete, so that what it types is read."""


def told(person: SimpleChatUser, event: Event) -> Told:
    own = _TOLD.get(type(event))
    if own:
        return own(person, event)
    said = person.user.spoken(event)
    return Told(messages(*with_mark(*said)) if said else _shown(person.user.told(event)))


def _logged_in(person: SimpleChatUser, event: LoggedIn) -> Told:
    person.token = event.token
    person.user.told(event)
    return Told((AUTH_SUCCESS,))


def _is_complete(person: SimpleChatUser, _: Acknowledged) -> Told:
    person.is_on = True
    return Told(is_in=True)


def _requested(person: SimpleChatUser, event: ChatRequested) -> Told:
    person.user.told(event)
    return Told(_announce(person, event.nickname))


def _announce(person: SimpleChatUser, nickname: str) -> tuple[bytes, ...]:
    person.announced = nickname
    name = shown_name(nickname)
    return f"{_WANTS_CHAT} {name}".encode(), name.encode()


def _waits_no_more(person: SimpleChatUser, event: RequestWithdrawn | PersonBlocked) -> Told:
    news = _shown(person.user.told(event))
    if event.nickname == person.announced and person.user.waiting:
        news += _announce(person, next(reversed(person.user.waiting)))
    return Told(news)


def _answered(person: SimpleChatUser, event: RequestAnswered) -> Told:
    return _answer(person, f"{shown_name(event.nickname)} {ANSWERS[event.outcome]}")


def _refused(person: SimpleChatUser, event: Refused) -> Told:
    if event.code == NO_CHAT_BEGAN:
        return _chat_over(person, event.text, "does not wait for you any more.")
    if event.code == CHAT_IS_ON:
        return _starts(person)
    return Told(_shown(event.text)) if event.code == _WARNING else _answer(person, event.text)


def _answer(person: SimpleChatUser, text: str) -> Told:
    if not person.is_asking:
        return Told(_shown(text))
    person.is_asking = False
    return Told(chat=(cut(neutral(text), MESSAGE_LIMIT).encode(),))


def _starts(person: SimpleChatUser) -> Told:
    person.is_asking, person.is_talking = False, True
    return Told(chat=(START_CHAT,))


def _started(person: SimpleChatUser, event: ChatStarted) -> Told:
    text = person.user.told(event)
    return _starts(person) if person.is_asking else Told(_shown(text))


def _waits(person: SimpleChatUser, event: ChatWaits) -> Told:
    """Resume the chat: the client knows of none, and cannot ask for it."""
    return Told(_shown(person.user.told(event)), commands=(ResumeChat(event.chat),))


def _resumed(person: SimpleChatUser, event: ChatResumed) -> Told:
    """The client has begun anew and knows of no chat: a yes, or /chat, takes it back into this one."""
    person.user.partner = event.nickname
    return Told((*_shown(sentence(event)), *_announce(person, event.nickname)))


def _chat_ended(person: SimpleChatUser, event: ChatEnded) -> Told:
    person.user.told(event)
    if person.to_come:
        return Told()  # it would not notice yet: see _has_answered
    if event.reason is ChatEnd.YOU_LEFT and person.quits:
        person.is_talking = False  # it knows
        return Told(_shown(f"Chat with {shown_name(event.nickname)} ended: you left."))
    return _chat_over(person, shown_name(event.nickname), _ENDS[event.reason])


def _chat_over(person: SimpleChatUser, name: str, why: str) -> Told:
    if person.is_talking:
        person.ended = name
    person.is_talking = False
    return Told(_shown(f"{_CHAT_ENDED} {name} {why}"))


def _shown(text: str | None) -> tuple[bytes, ...]:
    """Return a text as messages, of which only the first begins with words that somebody else may have chosen."""
    if not text:
        return ()
    first, *more = pieces(neutral(text), MESSAGE_LIMIT - len(f"{CUT} ".encode()))
    return first.encode(), *(f"{CUT} {piece}".encode() for piece in more)


def _said(_: SimpleChatUser, event: Said) -> Told:
    return Told(messages(*with_mark(shown_name(event.nickname), event.text)))


def _letter(person: SimpleChatUser, event: MessageFrom) -> Told:
    """Report a letter when the client's TCP has taken all of it, as the client does not say that it has it."""
    make = partial(_letter_in_words, person, event)
    return Told(in_turn=InTurn(len(event.text.encode()), make, Ping(event.number, event.stream)))


def _letter_in_words(person: SimpleChatUser, event: MessageFrom) -> tuple[bytes, ...]:
    said = person.user.spoken(event)
    return messages(*with_mark(*said)) if said else ()


def _said_in_room(_: SimpleChatUser, event: RoomSaid) -> Told:
    """Always name the room, the lobby too: only the partner's texts have nothing but a name in front."""
    return Told(messages(*with_mark(f"{visible(event.room)} {shown_name(event.nickname)}", event.text)))


def _entered(person: SimpleChatUser, event: RoomEntered) -> Told:
    person.user.told(event)
    return Told(_shown(f"{sentence(event)} /msg {event.room} TEXT talks there."))


def _exited(person: SimpleChatUser, event: RoomExited) -> Told:
    person.user.told(event)
    return Told(_shown(sentence(event)))


_TOLD: dict[type[Event], Callable[..., Told]] = {
    LoggedIn: _logged_in,
    LoginDenied: lambda _, event: Told(_shown(visible(event.text))),
    Acknowledged: _is_complete,
    Probe: lambda _, __: Told((PING,)),
    ChatRequested: _requested,
    RequestWithdrawn: _waits_no_more,
    PersonBlocked: _waits_no_more,
    RequestSent: lambda _, event: Told(_shown(f"Waiting for {shown_name(event.nickname)} to answer.")),
    RequestAnswered: _answered,
    ChatStarted: _started,
    ChatWaits: _waits,
    ChatResumed: _resumed,
    ChatEnded: _chat_ended,
    Said: _said,
    MessageFrom: _letter,
    RoomEntered: _entered,
    RoomExited: _exited,
    RoomSaid: _said_in_room,
    Refused: _refused,
}
