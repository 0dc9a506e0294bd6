"""Sentences about events of the client; those about what the server tells are in `core.sentences`."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from duologue.client.events import (
    ConnectionLost,
    HandedIn,
    Happening,
    LetterDelivered,
    MemoryLost,
    MissedMore,
    Reconnected,
    RoomLost,
)
from duologue.client.history.since import local
from duologue.client.history.transcript import count_of
from duologue.core import sentences
from duologue.core.events.chat import Acknowledged
from duologue.core.events.people import PersonDescribed
from duologue.core.room_rules import is_room
from duologue.core.text import visible


def sentence(event: Happening) -> str | None:
    """Return a line for people, without control characters; None for what needs no words, and for messages."""
    make = _SENTENCES.get(type(event), sentences.sentence)
    return make(event)


def about_unsent(text: str, room: str | None = None) -> str:
    """Return the question before many lines are sent, to the partner or into `room`."""
    where = f" to {visible(room)}" if room else ""
    return f"Send these {text.count(chr(10)) + 1} lines{where} as one message? yes/no"


def not_shown(event: Happening, error: Exception) -> str:
    """Return a replacement for the lines for `event`, whose making failed: all that there is to know."""
    return f"This could not be shown properly ({type(error).__name__}): {visible(repr(event))}"


def unconfirmed(by_place: Mapping[str, int], *, is_kept: bool) -> str:
    """Say what may not have reached the server, and for whom or where it was meant."""
    total = sum(by_place.values())
    places = ", ".join(f"{count:,} {'in' if is_room(place) else 'to'} {place}" for place, count in by_place.items())
    one = total == 1
    them, are = ("It", "is") if one else ("They", "are")
    kept = f"{them} {are} kept, and will be sent at the next login." if is_kept else f"{them} may be lost."
    return f"The server has not confirmed {count_of(total)} of yours: {visible(places)}. {kept}"


def about_room(room: str, partner: str | None) -> str:
    """Say where typed text goes from now on."""
    when = f"when the chat with {visible(partner)} is over" if partner else "now"
    return f"What you type goes to {visible(room)} {when}."


def about_elsewhere(partner: str) -> str:
    """Say why a line is held back: a chat has begun on another device while it was typed."""
    return (
        f"A chat with {visible(partner)} has begun on another device of yours, so that was not sent. "
        f"What you type from now on goes to {visible(partner)}."
    )


def mark(sent: int, acknowledged: Acknowledged, *, is_live: bool) -> str:
    """Return what has become of the newest of `sent` messages, in one to three words."""
    if sent == 0:
        return ""
    if acknowledged.delivered >= sent:
        return "delivered"
    if acknowledged.stored >= sent:
        return "stored"
    return "sent" if is_live else "not sent yet"


def _lost(event: ConnectionLost) -> str:
    meanwhile = "what you type is kept." if event.partner or event.rooms else "/exit leaves."
    return f"Connection lost ({visible(event.reason)}). Connecting again; {meanwhile}"


def _delivered(event: LetterDelivered) -> str:
    words = " ".join(event.text.split())
    shown = words if len(words) <= _FIRST_WORDS else f"{words[:_FIRST_WORDS].rstrip()}…"
    return f"{visible(event.nickname)} has your message: “{visible(shown)}”"


def _handed_in(event: HandedIn) -> str:
    nickname = visible(event.nickname)
    were = "was" if event.count == 1 else "were"
    kept = f"{count_of(event.count)} that {nickname} did not get {were} put into their mailbox."
    if not event.lost:
        return kept
    are = "is" if event.lost == 1 else "are"
    lost = f"{count_of(event.lost)} to {nickname} {are} lost: {visible(event.reason)}"
    return f"{kept} {lost}" if event.count else lost


def _missed_more(event: MissedMore) -> str:
    room = visible(event.room)
    return f"You missed more in {room} than is shown here; /history {room} 500 shows it."


def _described(event: PersonDescribed) -> str:
    since = "" if event.since is None else f"{local(event.since):%Y-%m-%d %H:%M}"
    return f"{sentences.named_in_full(event)} {sentences.is_how(event.state, since, event.text)}"


_FIRST_WORDS = 40
"""Characters of a letter that are shown to remind its writer of it."""

_SENTENCES: dict[type[Happening], Callable[..., str | None]] = {
    LetterDelivered: _delivered,
    HandedIn: _handed_in,
    MemoryLost: lambda event: f"Unsent messages are kept only while this program runs ({visible(event.reason)}).",
    ConnectionLost: _lost,
    Reconnected: lambda event: f"Reconnected as {visible(event.nickname)}.",
    RoomLost: lambda event: f"You are no longer in {visible(event.room)}. {visible(event.reason)}",
    MissedMore: _missed_more,
    PersonDescribed: _described,
}
