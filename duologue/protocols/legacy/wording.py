"""Texts for the users of legacy front doors of one socket: names, messages, and sentences with the words to type.

Sentences come from `core.sentences` where it has them; here are those that depend on the commands of a front door.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from duologue.core.events.chat import ChatEnded, Event, MessageFrom, PeopleOnline, Recalled, Said, WaitingRequests
from duologue.core.events.people import BlockedListed, State, YouAre
from duologue.core.events.rooms import RoomMembers, RoomSaid
from duologue.core.names import bare
from duologue.core.requests import ChatEnd
from duologue.core.room_rules import LOBBY
from duologue.core.sentences import sentence
from duologue.core.text import action_in, visible
from duologue.protocols.legacy.unframed import NEXT_LINE

# Leaves room in a message for the words before a list, for JSON's escapes, and for the count of the rest.
LIST_BYTES = 800
# More rows than this fit into no message, so they need not be kept.
MOST_LISTED = LIST_BYTES // 4


@dataclass(frozen=True, slots=True)
class Wording:
    """The words for the users of one front door: what is put `before` each command, and the client's own words for
    leaving a chat, leaving the server and joining a room.

    `list_bytes` is how long a list of rooms may be.
    """

    before: str = ""
    end: str = "/quit"
    leave: str = "/exit"
    join: str = "/join ROOM"
    list_bytes: int = LIST_BYTES

    def word(self, word: str) -> str:
        return f"{self.before}{word}"


_SIGNS = str.maketrans({sign: f"<U+{ord(sign):04X}>" for sign in " ,:;[](){}\"'\n"})


def shown_name(nickname: str) -> str:
    """Return a nickname as those clients show it: without a guest's mark, and never with a sign that divides names, or
    a name from a text.

    No nickname that was let in has one; anything else that may come as a name here must not pass for a tag or two
    names.
    """
    return visible(bare(nickname)).translate(_SIGNS)


def bared(event: Any) -> Any:
    """Return the same event with names as they are shown."""
    if getattr(event, "nickname", None):
        return replace(event, nickname=shown_name(event.nickname))
    if hasattr(event, "nicknames"):
        return replace(event, nicknames=tuple(map(shown_name, event.nicknames)))
    return event


def spoken(event: Event) -> tuple[str, str] | None:
    """Return the speaker and recipient, and the text as it came; None for an event that is nobody's words.

    Nobody can choose a name that looks like one of these with more in it: names have neither blanks nor brackets.
    """
    match event:
        case RoomSaid(room=room, nickname=nickname, text=text):
            return _in_room(room, nickname), text
        case Said(nickname=nickname, text=text):
            return f"{shown_name(nickname)} (only to you)", text
        case MessageFrom(nickname=nickname, text=text):
            return f"{shown_name(nickname)} (private message)", text
        case Recalled(sender=sender, recipient=recipient, text=text):
            return f"(earlier) {_in_room(recipient, sender)}", text
    return None


def with_mark(speaker: str, text: str) -> tuple[str, str]:
    """Return the words before the text, and the text: `bob: ` before what bob says, `* bob ` before what bob does."""
    action = action_in(text)
    return (f"{speaker}: ", text) if action is None else (f"* {speaker} ", action)


def _in_room(room: str, nickname: str) -> str:
    return shown_name(nickname) if room == LOBBY else f"{visible(room)} {shown_name(nickname)}"


def listing(event: PeopleOnline | RoomMembers | WaitingRequests | BlockedListed) -> str:
    """Return a list of names that fits into one message, whatever its length."""
    match event:
        case PeopleOnline():
            intro = "Online"
        case RoomMembers(room=room):
            intro = f"In {visible(room)}"
        case WaitingRequests():
            intro = "Waiting for your answer"
        case BlockedListed():
            intro = "Blocked"
    if not event.nicknames:
        return sentence(event) or ""
    return f"{intro}: {', '.join(names_that_fit(event.nicknames, event.more))}"


def names_that_fit(nicknames: Sequence[str], more: int = 0, room: int = LIST_BYTES) -> list[str]:
    """Return the first names that fit, and a count of the others; `more` there are besides these."""
    return as_many_as_fit(map(shown_name, nicknames), len(nicknames) + more, room)


def as_many_as_fit(shown: Iterable[str], total: int, room: int = LIST_BYTES) -> list[str]:
    """Return the first of `shown` that fit into `room` bytes, and how many more of the `total` there are."""
    fitting: list[str] = []
    for word in shown:
        room -= len(word.encode()) + len(NEXT_LINE)
        if room < 0:
            break
        fitting.append(word)
    more = total - len(fitting)
    return [*fitting, f"… and {more} more"] if more else fitting


def requested(wording: Wording, nickname: str, *, is_alone: bool) -> str:
    name = shown_name(nickname)
    yes, no = ("yes", "no") if is_alone else (f"/accept {name}", f"/decline {name}")
    return f"{name} wants to chat with you. Type {wording.word(yes)} or {wording.word(no)}."


def request_sent(wording: Wording, nickname: str) -> str:
    return f"Waiting for {shown_name(nickname)} to answer. {wording.word('/cancel')} withdraws."


def started(wording: Wording, nickname: str) -> str:
    name = shown_name(nickname)
    return f"Chat with {name} started: what you type goes to {name} alone. {wording.word(wording.end)} leaves the chat."


def ended(event: ChatEnded, room: str | None) -> str:
    over = f"Chat with {event.nickname} ended: you left." if event.reason is ChatEnd.YOU_LEFT else sentence(event)
    return f"{over} {where_text_goes(room)}".rstrip()


def you_are(wording: Wording, event: YouAre) -> str:
    back = wording.word("/back")
    match event.state:
        case State.AWAY:
            why = f": {visible(event.text)}" if event.text else ""
            return f"You are away{why}. {back} when you return."
        case State.DO_NOT_DISTURB:
            return f"Nobody can ask you for a chat now. {back} ends that."
    return sentence(event) or ""


def blocked(wording: Wording, nickname: str) -> str:
    name = shown_name(nickname)
    ends = wording.word(f"/unblock {name}")
    return f"You have blocked {name}. To them it looks as if you do not answer. {ends} ends that."


def where_text_goes(room: str | None) -> str:
    return f"What you type goes to everyone in {visible(room)}." if room else ""
