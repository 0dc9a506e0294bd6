"""What people read for what happens: one table. Everything that comes from outside goes through `visible` here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from duologue.client.happenings import (
    ConnectionLost,
    HandedIn,
    Happening,
    LetterDelivered,
    MemoryLost,
    Reconnected,
)
from duologue.client.transcript import count_of
from duologue.core.chat import ChatEnd, RequestState
from duologue.core.events import (
    Acknowledged,
    ChatEnded,
    ChatPaused,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    Disconnected,
    KeptFor,
    NotKept,
    PartnerResumed,
    PeopleOnline,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    Said,
    WaitingRequests,
)
from duologue.core.text import visible

_ENDS = {
    ChatEnd.YOU_LEFT: "you left. /exit leaves the app.",
    ChatEnd.LEFT: "{} left.",
    ChatEnd.LOST: "the connection to {} was lost.",
    ChatEnd.REMOVED: "the account of {} was removed.",
}
_ANSWERS = {
    RequestState.ACCEPTED: "{} accepted.",
    RequestState.DECLINED: "{} declined the chat.",
    RequestState.CANCELLED: "{} is no longer asked.",
    RequestState.EXPIRED: "{} didn't answer.",
    RequestState.OFFLINE: "{} is offline.",
    RequestState.BUSY: "{} is not available.",
    RequestState.UNKNOWN: "{} doesn't exist.",
    RequestState.TOO_SOON: "{} declined a moment ago. Wait a little before you ask again.",
}
_WITHDRAWALS = {
    RequestState.EXPIRED: "{} stopped waiting for your answer.",
    RequestState.CANCELLED: "{} no longer wants to chat.",
    RequestState.BUSY: "{} was told that you are in a chat.",
}


def sentence(event: Happening) -> str | None:
    """A line for people, without control characters; None for what needs no words. Messages have `message`."""
    make = _SENTENCES.get(type(event))
    return make(event) if make else None


def message(said: Said) -> tuple[str, list[str]]:
    """Who says it, and the lines of it, neutralised."""
    return visible(said.nickname), visible(said.text, keep="\n").split("\n")


def about_unsent(text: str) -> str:
    """The question before many lines are sent."""
    return f"Send these {text.count(chr(10)) + 1} lines as one message? yes/no"


def mark(sent: int, acknowledged: Acknowledged, *, is_live: bool) -> str:
    """What has become of the newest of `sent` messages, in a word or three."""
    if sent == 0:
        return ""
    if acknowledged.delivered >= sent:
        return "delivered"
    if acknowledged.stored >= sent:
        return "stored"
    return "sent" if is_live else "not sent yet"


def _about(table: dict[RequestState, str], nickname: str, outcome: RequestState, otherwise: str) -> str:
    return table.get(outcome, otherwise).format(visible(nickname))


def _ended(event: ChatEnded) -> str:
    nickname = visible(event.nickname)
    # What ended while we were away was not lost from the other end.
    is_ours = event.reason is ChatEnd.LOST and event.chat is not None
    reason = "the connection was lost for too long." if is_ours else _ENDS[event.reason].format(nickname)
    return f"Chat with {nickname} ended: {reason}"


def _lost(event: ConnectionLost) -> str:
    meanwhile = "what you type is kept." if event.partner else "/exit leaves."
    return f"Connection lost ({visible(event.reason)}). Connecting again; {meanwhile}"


def _paused(event: ChatPaused) -> str:
    return f"{visible(event.nickname)}'s connection is lost; {event.seconds} s to come back. You can go on writing."


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


def _list(intro: str, nicknames: Sequence[str], nobody: str) -> str:
    return f"{intro}: {', '.join(map(visible, nicknames))}" if nicknames else nobody


_FIRST_WORDS = 40
"""Characters of a letter that remind its writer of it."""

_SENTENCES: dict[type[Happening], Callable[..., str]] = {
    ChatRequested: lambda event: f"{visible(event.nickname)} wants to chat with you. yes/no",
    RequestSent: lambda event: f"Waiting for {visible(event.nickname)} to answer. /cancel withdraws.",
    RequestAnswered: lambda event: _about(_ANSWERS, event.nickname, event.outcome, "{} doesn't chat."),
    RequestWithdrawn: lambda event: _about(_WITHDRAWALS, event.nickname, event.outcome, "{} no longer waits for you."),
    ChatStarted: lambda event: f"Chat with {visible(event.nickname)} started. /quit leaves the chat.",
    ChatEnded: _ended,
    ChatPaused: _paused,
    PartnerResumed: lambda event: f"{visible(event.nickname)} is back.",
    ChatResumed: lambda event: f"Chat with {visible(event.nickname)} goes on.",
    KeptFor: lambda event: f"Kept for {visible(event.nickname)}, who is away.",
    NotKept: lambda event: f"Your message to {visible(event.nickname)} was not kept. {visible(event.text)}",
    LetterDelivered: _delivered,
    HandedIn: _handed_in,
    MemoryLost: lambda event: f"Unsent messages are kept only while this program runs ({visible(event.reason)}).",
    WaitingRequests: lambda event: _list("Waiting for your answer", event.nicknames, "Nobody waits for your answer."),
    PeopleOnline: lambda event: _list("Online", event.nicknames, "Nobody is online."),
    Refused: lambda event: visible(event.text),
    Disconnected: lambda event: visible(event.text),
    ConnectionLost: _lost,
    Reconnected: lambda event: f"Reconnected as {visible(event.nickname)}.",
}
