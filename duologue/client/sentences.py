"""What people read for what happens: one table. Everything that comes from outside goes through `visible` here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from duologue.client.happenings import ConnectionLost, Happening, Reconnected
from duologue.core.chat import ChatEnd, RequestState
from duologue.core.events import (
    Acknowledged,
    ChatEnded,
    ChatRequested,
    ChatStarted,
    Disconnected,
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
    ChatEnd.TAKEN_OVER: "{} logged in from somewhere else.",
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


def mark(sent: int, acknowledged: Acknowledged) -> str:
    """What has become of the newest of `sent` messages, in a word."""
    if sent == 0:
        return ""
    if acknowledged.delivered >= sent:
        return "delivered"
    return "stored" if acknowledged.stored >= sent else "sent"


def _about(table: dict[RequestState, str], nickname: str, outcome: RequestState, otherwise: str) -> str:
    return table.get(outcome, otherwise).format(visible(nickname))


def _ended(event: ChatEnded) -> str:
    nickname = visible(event.nickname)
    return f"Chat with {nickname} ended: {_ENDS[event.reason].format(nickname)}"


def _lost(event: ConnectionLost) -> str:
    over = f" The chat with {visible(event.partner)} is over; its last messages may be lost." if event.partner else ""
    return f"Connection lost ({visible(event.reason)}).{over} Connecting again; /exit leaves."


def _list(intro: str, nicknames: Sequence[str], nobody: str) -> str:
    return f"{intro}: {', '.join(map(visible, nicknames))}" if nicknames else nobody


_SENTENCES: dict[type[Happening], Callable[..., str]] = {
    ChatRequested: lambda event: f"{visible(event.nickname)} wants to chat with you. yes/no",
    RequestSent: lambda event: f"Waiting for {visible(event.nickname)} to answer. /cancel withdraws.",
    RequestAnswered: lambda event: _about(_ANSWERS, event.nickname, event.outcome, "{} doesn't chat."),
    RequestWithdrawn: lambda event: _about(_WITHDRAWALS, event.nickname, event.outcome, "{} no longer waits for you."),
    ChatStarted: lambda event: f"Chat with {visible(event.nickname)} started. /quit leaves the chat.",
    ChatEnded: _ended,
    WaitingRequests: lambda event: _list("Waiting for your answer", event.nicknames, "Nobody waits for your answer."),
    PeopleOnline: lambda event: _list("Online", event.nicknames, "Nobody is online."),
    Refused: lambda event: visible(event.text),
    Disconnected: lambda event: visible(event.text),
    ConnectionLost: _lost,
    Reconnected: lambda event: f"Reconnected as {visible(event.nickname)}.",
}
