"""The native wire for people (docs/protocol.md, section 13), in both directions."""

from __future__ import annotations

from collections.abc import Callable

from duologue.core.commands.chat import Command
from duologue.core.commands.people import AllowAsking, GoAway, ListBlocked, ListPeople, MayAsk, WatchPeople
from duologue.core.events.chat import Event
from duologue.core.events.people import (
    AskingAllowed,
    BlockedListed,
    PeopleListed,
    PersonBlocked,
    PersonDescribed,
    PersonUnblocked,
    Presence,
    Spelled,
    State,
    YouAre,
)
from duologue.protocols.native.wire import count, encode_list, line_after, one_line, page_of, words_of

_SWITCHES = {"on": True, "off": False}
_SWITCHED = {is_on: word for word, is_on in _SWITCHES.items()}
_KINDS = {True: "guest", False: "account"}
_IS_GUEST = {word: is_guest for is_guest, word in _KINDS.items()}

# From a client

PEOPLE_LINES: dict[type[Command], Callable[..., bytes]] = {
    GoAway: lambda command: one_line(f"/away {' '.join(command.text.split())}".rstrip()),
    ListPeople: lambda command: line_after("/people", command.after),
    ListBlocked: lambda command: line_after("/blocked", command.after),
    WatchPeople: lambda command: one_line(f"/watch {_SWITCHED[command.is_on]}"),
    AllowAsking: lambda command: one_line(f"/allow{'' if command.who is None else f' {command.who.value}'}"),
}


def text_argument(rest: str | None) -> list[str] | None:
    """Return everything that follows as one argument, or nothing."""
    return [rest or ""]


def switch_argument(rest: str | None) -> list[bool] | None:
    return None if rest not in _SWITCHES else [_SWITCHES[rest]]


def may_ask_argument(rest: str | None) -> list[MayAsk] | None:
    if rest is None:
        return []
    return [MayAsk(rest)] if rest in _MAY_ASK else None


_MAY_ASK = {who.value for who in MayAsk}

# From the server


def _with_maybe_text(head: str, text: str) -> str:
    """Encode a text that stands last and may be missing. It is short: the rules ensure that."""
    return f"{head} :{text}\n" if text else f"{head}\n"


def _encode_described(event: PersonDescribed) -> str:
    head = f"whois {event.nickname} {event.state.value} {event.since or 0} {_KINDS[event.is_guest]}"
    return _with_maybe_text(head, event.text)


def _encode_people(event: PeopleListed) -> str:
    return encode_list("people", (), [f"{name} {state.value}" for name, state in event.people], event.more)


ENCODERS: dict[type[Event], Callable[..., str]] = {
    Presence: lambda event: _with_maybe_text(f"presence {event.nickname} {event.state.value}", event.text),
    YouAre: lambda event: _with_maybe_text(f"you_are {event.state.value}", event.text),
    PersonDescribed: _encode_described,
    PeopleListed: _encode_people,
    PersonBlocked: lambda event: f"blocked {event.nickname}\n",
    PersonUnblocked: lambda event: f"unblocked {event.nickname}\n",
    BlockedListed: lambda event: encode_list("blocked_list", (), event.nicknames, event.more),
    AskingAllowed: lambda event: f"may_ask {event.who.value}\n",
    Spelled: lambda event: f"name_spelled {event.nickname} {event.spelling}\n",
}


def _head_and_maybe_text(rest: str, words: int) -> tuple[list[str], str]:
    head, _, text = rest.partition(" :")
    return words_of(head, words), text


def _parse_presence(rest: str) -> Presence:
    (nickname, state), text = _head_and_maybe_text(rest, 2)
    return Presence(nickname, State(state), text)


def _parse_you_are(rest: str) -> YouAre:
    (state,), text = _head_and_maybe_text(rest, 1)
    return YouAre(State(state), text)


def _parse_described(rest: str) -> PersonDescribed:
    (nickname, state, since, kind), text = _head_and_maybe_text(rest, 4)
    return PersonDescribed(nickname, State(state), count(since) or None, _IS_GUEST[kind], text)


def _parse_people(rest: str, *, is_part: bool) -> PeopleListed:
    words, more = page_of(rest, is_part=is_part)
    return PeopleListed(tuple(zip(words[::2], map(State, words[1::2]), strict=True)), more)


SIGNALS: dict[str, Callable[[str], Event]] = {
    "presence": _parse_presence,
    "you_are": _parse_you_are,
    "whois": _parse_described,
    "people": lambda rest: _parse_people(rest, is_part=False),
    "people_part": lambda rest: _parse_people(rest, is_part=True),
    "blocked": lambda rest: PersonBlocked(*words_of(rest, 1)),
    "unblocked": lambda rest: PersonUnblocked(*words_of(rest, 1)),
    "blocked_list": lambda rest: BlockedListed(*page_of(rest, is_part=False)),
    "blocked_list_part": lambda rest: BlockedListed(*page_of(rest, is_part=True)),
    "may_ask": lambda rest: AskingAllowed(MayAsk(*words_of(rest, 1))),
    "name_spelled": lambda rest: Spelled(*words_of(rest, 2)),
}
