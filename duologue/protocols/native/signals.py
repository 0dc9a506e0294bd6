"""The native wire from the server to a client: every line as it stands in docs/protocol.md.

`encode_…` makes bytes, `parse_…` reads one line without its LF.
"""

from __future__ import annotations

from collections.abc import Callable

from duologue.core.errors import FatalPeerError
from duologue.core.events.chat import (
    Acknowledged,
    ChatElsewhere,
    ChatEnded,
    ChatFree,
    ChatHeld,
    ChatPaused,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    ChatUnknown,
    ChatWaits,
    Disconnected,
    Event,
    KeptFor,
    LoggedIn,
    LoginDenied,
    MessageFrom,
    NotKept,
    PartnerResumed,
    PasswordWanted,
    PeopleOnline,
    Probe,
    Recalled,
    RecallEnded,
    Refused,
    RequestAnswered,
    RequestsEnded,
    RequestSent,
    RequestWithdrawn,
    Said,
    StreamBegins,
    TextPart,
    WaitingRequests,
)
from duologue.core.requests import ChatEnd, RequestState
from duologue.core.text import shortened
from duologue.protocols.lines import text_of
from duologue.protocols.native import devices, people, rooms
from duologue.protocols.native.wire import (
    count,
    encode_list,
    encode_message,
    head_and_text,
    in_lines,
    on_one_line,
    page_of,
    with_text,
    words_of,
)

ANSWERS = {
    RequestState.DECLINED: "decline chat",
    RequestState.OFFLINE: "is offline",
    RequestState.BUSY: "is not available",
    RequestState.UNKNOWN: "doesn't exist",
    RequestState.EXPIRED: "didn't answer",
    RequestState.CANCELLED: "is no longer asked",
    RequestState.TOO_SOON: "declined a moment ago",
    RequestState.TOO_OFTEN: "was asked several times",
}
"""The answers to /chat, after the nickname. The first four are the source system's own words."""

_OUTCOMES = {words: outcome for outcome, words in ANSWERS.items()}


def encode_event(event: Event) -> bytes:
    """Return the line or lines of an event, for the socket that carries it (core/carriers.py)."""
    return _ENCODERS[type(event)](event).encode()


def parse_signal(line: bytes) -> Event:
    """Parse a line of the login socket that is no message, as the client reads it. Raises FatalPeerError for what no
    server says.
    """
    word, _, rest = text_of(line).partition(" ")
    parser = _SIGNALS.get(word)
    try:
        return parser(rest) if parser else RequestAnswered(word, _OUTCOMES[rest])
    except (KeyError, ValueError) as error:
        raise FatalPeerError(
            "unknown_signal",
            f"The server said something that this client does not understand: {shortened(text_of(line))}",
        ) from error


def parse_check_signal(line: bytes) -> Acknowledged | Probe:
    """Parse a line of the check socket, as the client reads it."""
    match text_of(line).split(" "):
        case ["PING", *_]:
            return Probe()
        case ["PONG", stored, delivered]:
            return Acknowledged(count(stored), count(delivered))
        case ["PONG", stored, delivered, stream, *_]:
            return Acknowledged(count(stored), count(delivered), stream)
    raise FatalPeerError(
        "bad_check_line", "The server's check socket carries PING and PONG <stored> <delivered>, nothing else."
    )


def _encode_recalled(event: Recalled) -> str:
    head = f"recalled {event.number} {event.at} {event.sender} {event.recipient}"
    return with_text(head, event.text)


def _encode_message_from(event: MessageFrom) -> str:
    return with_text(f"message_from {event.nickname} {event.at} {event.stream} {event.number}", event.text)


def _encode_resumed(event: ChatResumed) -> str:
    return f"chat_resumed {event.nickname} {event.chat} {event.had} {event.stream} {event.taken}\n"


def _encode_ended(event: ChatEnded) -> str:
    had = "" if event.chat is None else f" {event.chat} {event.had}"
    return f"chat_ended {event.nickname} {event.reason.value}{had}\n"


def _encode_not_kept(event: NotKept) -> str:
    return f"not_kept {event.nickname} {event.stream} {event.number} {event.code} {event.text}\n"


def _encode_acknowledged(event: Acknowledged) -> str:
    return f"PONG {event.stored} {event.delivered}{f' {event.stream}' if event.stream else ''}\n"


_ENCODERS: dict[type[Event], Callable[..., str]] = {
    PasswordWanted: lambda _: "PASSWORD\n",
    LoggedIn: lambda event: f"AUTH_SUCCESS {event.token} {event.nickname} {event.spelling or event.nickname}\n",
    LoginDenied: lambda event: f"AUTH_DENIED {event.code} {event.text}\n",
    ChatRequested: lambda event: f"want_chat_with_you {event.nickname} {event.seconds}\n",
    RequestWithdrawn: lambda event: f"chat_request_ended {event.nickname} {event.outcome.value}\n",
    RequestSent: lambda event: f"chat_requested {event.nickname} {event.seconds}\n",
    RequestAnswered: lambda event: f"{event.nickname} {ANSWERS[event.outcome]}\n",
    RequestsEnded: lambda event: f"requests_ended {event.nickname}\n",
    ChatStarted: lambda event: f"start_chat {event.nickname} {event.chat}\n",
    ChatEnded: _encode_ended,
    ChatUnknown: lambda event: f"chat_unknown {event.chat}\n",
    ChatWaits: lambda event: f"chat_waits {event.nickname} {event.chat} {event.seconds}\n",
    ChatHeld: lambda event: f"chat_held {event.nickname} {event.chat}\n",
    ChatFree: lambda event: f"chat_free {event.nickname} {event.chat} {event.seconds}\n",
    ChatElsewhere: lambda event: f"chat_elsewhere {event.nickname} {event.chat} {event.had}\n",
    ChatPaused: lambda event: f"chat_paused {event.nickname} {event.seconds}\n",
    PartnerResumed: lambda event: f"chat_resumed {event.nickname} {event.chat}\n",
    ChatResumed: _encode_resumed,
    StreamBegins: lambda event: f"stream_begins {event.nickname} {event.stream} {event.first}\n",
    WaitingRequests: lambda event: encode_list("requests", (), event.nicknames, event.more),
    PeopleOnline: lambda event: encode_list("online", (), event.nicknames, event.more),
    Said: lambda event: encode_message(event.text).decode(),
    Recalled: _encode_recalled,
    TextPart: lambda event: f"text_part :{on_one_line(event.text)}\n",
    MessageFrom: _encode_message_from,
    KeptFor: lambda event: f"kept_for {event.nickname} {event.stream} {event.number}\n",
    NotKept: _encode_not_kept,
    RecallEnded: lambda event: f"recall_ended {event.count}{'' if event.before is None else f' {event.before}'}\n",
    Refused: lambda event: f"ERROR {event.code} {event.text}\n",
    Disconnected: lambda event: f"disconnected {event.code} {event.text}\n",
    Acknowledged: _encode_acknowledged,
    Probe: lambda _: "PING\n",
    **rooms.ENCODERS,
    **people.ENCODERS,
    **devices.ENCODERS,
}


def _code_and_text(rest: str) -> tuple[str, str]:
    code, _, text = rest.partition(" ")
    return code, text


def _parse_logged_in(rest: str) -> LoggedIn:
    """A server from before there were spellings says none, and does not know that a client may want them."""
    return LoggedIn(*words_of(rest, 3 if rest.count(" ") > 1 else 2))


def _parse_requested(rest: str) -> ChatRequested:
    nickname, seconds = words_of(rest, 2)
    return ChatRequested(nickname, count(seconds))


def _parse_sent(rest: str) -> RequestSent:
    nickname, seconds = words_of(rest, 2)
    return RequestSent(nickname, count(seconds))


def _parse_withdrawn(rest: str) -> RequestWithdrawn:
    nickname, outcome = words_of(rest, 2)
    return RequestWithdrawn(nickname, RequestState(outcome))


def _parse_ended(rest: str) -> ChatEnded:
    nickname, reason, *answer = rest.split(" ")[:4]
    chat, had = (answer[0], count(answer[1])) if len(answer) == 2 else (None, None)
    return ChatEnded(nickname, ChatEnd(reason), chat, had)


def _parse_waits(rest: str) -> ChatWaits:
    nickname, chat, seconds = words_of(rest, 3)
    return ChatWaits(nickname, chat, count(seconds))


def _parse_free(rest: str) -> ChatFree:
    nickname, chat, seconds = words_of(rest, 3)
    return ChatFree(nickname, chat, count(seconds))


def _parse_elsewhere(rest: str) -> ChatElsewhere:
    nickname, chat, had = words_of(rest, 3)
    return ChatElsewhere(nickname, chat, count(had))


def _parse_paused(rest: str) -> ChatPaused:
    nickname, seconds = words_of(rest, 2)
    return ChatPaused(nickname, count(seconds))


def _parse_resumed(rest: str) -> ChatResumed | PartnerResumed:
    nickname, chat, *answer = words_of(rest, 5 if rest.count(" ") > 1 else 2)
    if not answer:
        return PartnerResumed(nickname, chat)
    had, stream, taken = answer
    return ChatResumed(nickname, chat, count(had), stream, count(taken))


def _parse_stream_begins(rest: str) -> StreamBegins:
    nickname, stream, first = words_of(rest, 3)
    return StreamBegins(nickname, stream, count(first))


def _parse_message_from(rest: str) -> MessageFrom:
    (nickname, at, stream, number), text = head_and_text(rest, 4)
    return MessageFrom(nickname, count(at), stream, count(number), text)


def _parse_recalled(rest: str) -> Recalled:
    (number, at, sender, recipient), text = head_and_text(rest, 4)
    return Recalled(count(number), count(at), sender, recipient, text)


def _parse_text_part(rest: str) -> TextPart:
    if not rest.startswith(":"):
        raise ValueError(rest)
    return TextPart(in_lines(rest[1:]))


def _parse_kept(rest: str) -> KeptFor:
    nickname, stream, number = words_of(rest, 3)
    return KeptFor(nickname, stream, count(number))


def _parse_not_kept(rest: str) -> NotKept:
    nickname, stream, number, code, text = rest.split(" ", 4)
    return NotKept(nickname, stream, count(number), code, text)


def _parse_recall_ended(rest: str) -> RecallEnded:
    found, *before = rest.split(" ")[:2]
    return RecallEnded(count(found), count(before[0]) if before else None)


_SIGNALS: dict[str, Callable[[str], Event]] = {
    "PASSWORD": lambda _: PasswordWanted(),
    "AUTH_SUCCESS": _parse_logged_in,
    "AUTH_DENIED": lambda rest: LoginDenied(*_code_and_text(rest)),
    "want_chat_with_you": _parse_requested,
    "chat_request_ended": _parse_withdrawn,
    "chat_requested": _parse_sent,
    "requests_ended": lambda rest: RequestsEnded(*words_of(rest, 1)),
    "start_chat": lambda rest: ChatStarted(*words_of(rest, 2)),
    "chat_ended": _parse_ended,
    "chat_unknown": lambda rest: ChatUnknown(*words_of(rest, 1)),
    "chat_waits": _parse_waits,
    "chat_held": lambda rest: ChatHeld(*words_of(rest, 2)),
    "chat_free": _parse_free,
    "chat_elsewhere": _parse_elsewhere,
    "chat_paused": _parse_paused,
    "chat_resumed": _parse_resumed,
    "stream_begins": _parse_stream_begins,
    "requests": lambda rest: WaitingRequests(*page_of(rest, is_part=False)),
    "requests_part": lambda rest: WaitingRequests(*page_of(rest, is_part=True)),
    "online": lambda rest: PeopleOnline(*page_of(rest, is_part=False)),
    "online_part": lambda rest: PeopleOnline(*page_of(rest, is_part=True)),
    "recalled": _parse_recalled,
    "text_part": _parse_text_part,
    "message_from": _parse_message_from,
    "kept_for": _parse_kept,
    "not_kept": _parse_not_kept,
    "recall_ended": _parse_recall_ended,
    "ERROR": lambda rest: Refused(*_code_and_text(rest)),
    "disconnected": lambda rest: Disconnected(*_code_and_text(rest)),
    **rooms.SIGNALS,
    **people.SIGNALS,
    **devices.SIGNALS,
}
SIGNAL_WORDS = frozenset(_SIGNALS) | {"PING", "PONG"}
"""Words that a line from the server can begin with, besides a nickname; so none of them can be a nickname."""
