"""What people read for what the server tells them: one table. What comes from outside goes through `visible` here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from duologue.core.chat import ChatEnd, RequestState
from duologue.core.events import (
    ChatEnded,
    ChatPaused,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    Disconnected,
    Event,
    KeptFor,
    NotKept,
    PartnerResumed,
    PeopleOnline,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    WaitingRequests,
)
from duologue.core.room_events import (
    RoomEntered,
    RoomExited,
    RoomJoined,
    RoomLeft,
    RoomListed,
    RoomMembers,
    RoomMissed,
    RoomsListed,
    RoomTopic,
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


def sentence(event: Event) -> str | None:
    """A line for people, without control characters; None for what needs no words, and for what somebody said."""
    make = _SENTENCES.get(type(event))
    return make(event) if make else None


def _about(table: dict[RequestState, str], nickname: str, outcome: RequestState, otherwise: str) -> str:
    return table.get(outcome, otherwise).format(visible(nickname))


def _ended(event: ChatEnded) -> str:
    nickname = visible(event.nickname)
    # What ended while we were away was not lost from the other end.
    is_ours = event.reason is ChatEnd.LOST and event.chat is not None
    reason = "the connection was lost for too long." if is_ours else _ENDS[event.reason].format(nickname)
    return f"Chat with {nickname} ended: {reason}"


def _paused(event: ChatPaused) -> str:
    return f"{visible(event.nickname)}'s connection is lost; {event.seconds} s to come back. You can go on writing."


def _list(intro: str, nicknames: Sequence[str], nobody: str) -> str:
    return f"{intro}: {', '.join(map(visible, nicknames))}" if nicknames else nobody


def _entered(event: RoomEntered) -> str:
    others = event.members - 1
    company = "nobody else" if others == 0 else "one other" if others == 1 else f"{others} others"
    topic = f" It is about: {visible(event.topic)}" if event.topic else ""
    return f"You are in {visible(event.room)}, with {company}.{topic}"


def _missed(event: RoomMissed) -> str:
    messages = "1 message" if event.count == 1 else f"{event.count} messages"
    return f"{messages} in {visible(event.room)} passed by unread; /history {visible(event.room)} shows them."


def _topic(event: RoomTopic) -> str:
    room = visible(event.room)
    if not event.topic:
        return (
            f"{room} has no topic."
            if event.nickname is None
            else f"{visible(event.nickname)} took {room}'s topic away."
        )
    if event.nickname is None:
        return f"{room} is about: {visible(event.topic)}"
    return f"{visible(event.nickname)} says what {room} is about: {visible(event.topic)}"


def _listed(event: RoomListed) -> str:
    lock = ", with a password" if event.has_password else ""
    topic = f": {visible(event.topic)}" if event.topic else ""
    return f"{visible(event.room)} ({event.members}{lock}){topic}"


def _all_listed(event: RoomsListed) -> str:
    return "There are no rooms. /join NAME makes one." if event.count == 0 else f"{event.count} in all."


_SENTENCES: dict[type[Event], Callable[..., str]] = {
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
    WaitingRequests: lambda event: _list("Waiting for your answer", event.nicknames, "Nobody waits for your answer."),
    PeopleOnline: lambda event: _list("Online", event.nicknames, "Nobody is online."),
    Refused: lambda event: visible(event.text),
    Disconnected: lambda event: visible(event.text),
    RoomEntered: _entered,
    RoomExited: lambda event: f"You have left {visible(event.room)}.",
    RoomJoined: lambda event: f"{visible(event.nickname)} has joined {visible(event.room)}.",
    RoomLeft: lambda event: f"{visible(event.nickname)} has left {visible(event.room)}.",
    RoomMissed: _missed,
    RoomTopic: _topic,
    RoomMembers: lambda event: _list(f"In {visible(event.room)}", event.nicknames, "Nobody is there."),
    RoomListed: _listed,
    RoomsListed: _all_listed,
}
