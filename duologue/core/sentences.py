"""The sentences that people read for the server's events: one table. Text from outside goes through `visible` here."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from duologue.core.commands.people import MayAsk
from duologue.core.events.chat import (
    ChatElsewhere,
    ChatEnded,
    ChatFree,
    ChatHeld,
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
from duologue.core.events.people import (
    AskingAllowed,
    BlockedListed,
    PeopleListed,
    PersonBlocked,
    PersonDescribed,
    PersonUnblocked,
    Presence,
    State,
    YouAre,
)
from duologue.core.events.rooms import (
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
from duologue.core.requests import ChatEnd, RequestState
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
    RequestState.CANCELLED: "You withdrew your request to {}.",
    RequestState.EXPIRED: "{} didn't answer.",
    RequestState.OFFLINE: "{} is offline.",
    RequestState.BUSY: "{} is not available.",
    RequestState.UNKNOWN: "{} doesn't exist.",
    RequestState.TOO_SOON: "{} declined a moment ago. Wait a little before you ask again.",
    RequestState.TOO_OFTEN: "You have asked {} several times. Wait a few minutes before you ask again.",
}
_WITHDRAWALS = {
    RequestState.ACCEPTED: "You have accepted the request of {} on another device.",
    RequestState.DECLINED: "You have declined the request of {} on another device.",
    RequestState.EXPIRED: "{} stopped waiting for your answer.",
    RequestState.CANCELLED: "{} no longer wants to chat.",
    RequestState.BUSY: "{} was told that you are in a chat.",
}

_STATES = {
    State.ONLINE: "online",
    State.AWAY: "away",
    State.DO_NOT_DISTURB: "on Do Not Disturb",
    State.IN_CHAT: "in a chat",
    State.OFFLINE: "offline",
}
_ASIDES = {
    State.ONLINE: "",
    State.AWAY: " (away)",
    State.DO_NOT_DISTURB: " (do not disturb)",
    State.IN_CHAT: " (in a chat)",
    State.OFFLINE: " (offline)",
}
_YOU = {
    State.ONLINE: "You are back.",
    State.AWAY: "You are away{}. /back when you return.",
    State.DO_NOT_DISTURB: "Nobody can ask you for a chat now. /back ends that.",
}

_MAY_ASK = {
    MayAsk.EVERYONE: "Everyone may ask you for a chat.",
    MayAsk.KNOWN: "Only people whom you have chatted with or written to may ask you for a chat.",
    MayAsk.NOBODY: "Nobody may ask you for a chat.",
}


def room_or_topic(named: str, current: str, text: str, word: str = "/topic") -> str:
    """Return why the topic is not changed to `text`, whose first word is also a room, and how to say what is meant."""
    asks = f"{word} {named} asks for the topic of {named}"
    return visible(f"Is that the room {named}, or a topic? {asks}; {word} {current} {text} sets it in {current}.")


def sentence(event: Event) -> str | None:
    """Return a line for people, without control characters; None for what needs no words, and for messages."""
    make = _SENTENCES.get(type(event))
    return make(event) if make else None


def _about(table: dict[RequestState, str], nickname: str, outcome: RequestState, otherwise: str) -> str:
    return table.get(outcome, otherwise).format(visible(nickname))


def _held(event: ChatHeld | ChatElsewhere) -> str:
    nickname = visible(event.nickname)
    return f"Your chat with {nickname} is on another device. What you type reaches {nickname} too."


def _free(event: ChatFree) -> str:
    nickname = visible(event.nickname)
    if event.seconds:
        return f"Your chat with {nickname} has lost its device. It goes on here when you type."
    return f"Your chat with {nickname} on another device is over."


def _ended(event: ChatEnded) -> str:
    nickname = visible(event.nickname)
    # What ended while the client was away was not lost from the other end.
    is_ours = event.reason is ChatEnd.LOST and event.chat is not None
    reason = "the connection was lost for too long." if is_ours else _ENDS[event.reason].format(nickname)
    return f"Chat with {nickname} ended: {reason}"


def _paused(event: ChatPaused) -> str:
    nickname = visible(event.nickname)
    return f"{nickname} lost the connection and has {event.seconds} s to return. You can go on writing."


def _list(intro: str, shown: Sequence[str], nobody: str, more: int = 0, goes_on: str = "") -> str:
    """Return a list in words. `goes_on` is the command that shows those who are not among the ones `shown`."""
    if not shown:
        return nobody
    names = f"{intro}: {', '.join(shown)}"
    return f"{names} … and {more} more{f'; {goes_on}' if goes_on else '.'}" if more else names


def _names(event: PeopleOnline | RoomMembers | BlockedListed, intro: str, nobody: str, word: str) -> str:
    shown = [*map(visible, event.nicknames)]
    return _list(intro, shown, nobody, event.more, f"{word} {shown[-1]} shows more." if shown else "")


def _waiting(event: WaitingRequests) -> str:
    shown = [*map(visible, event.nicknames)]
    return _list("Waiting for your answer", shown, "Nobody is waiting for your answer.", event.more)


def _members(event: RoomMembers) -> str:
    room = visible(event.room)
    return _names(event, f"In {room}", "Nobody is there.", f"/names {room}")


def _entered(event: RoomEntered) -> str:
    others = event.members - 1
    company = "nobody else" if others == 0 else "1 other person" if others == 1 else f"{others} other people"
    topic = f" It is about: {visible(event.topic)}" if event.topic else ""
    return f"You are in {visible(event.room)}, with {company}.{topic}"


def _missed(event: RoomMissed) -> str:
    messages, them = ("1 message", "it") if event.count == 1 else (f"{event.count} messages", "them")
    return f"You missed {messages} in {visible(event.room)}; /history {visible(event.room)} shows {them}."


def is_how(state: State, since: str, text: str) -> str:
    """Return the presence of somebody, after the name; `since` when, where that is known."""
    how = f"has been {_STATES[state]} since {since}" if since else f"is {_STATES[state]}"
    return how + (f": {visible(text)}" if text else ".")


def named_in_full(event: PersonDescribed) -> str:
    return f"{visible(event.nickname)} ({'guest' if event.is_guest else 'registered'})"


def _you_are(event: YouAre) -> str:
    return _YOU.get(event.state, "You are back.").format(f": {visible(event.text)}" if event.text else "")


def _people(event: PeopleListed) -> str:
    shown = [f"{visible(nickname)}{_ASIDES[state]}" for nickname, state in event.people]
    last = visible(event.people[-1][0]) if event.people else ""
    return _list("Online", shown, "Nobody is online.", event.more, f"/who {last} shows more.")


def _blocked(event: PersonBlocked) -> str:
    nickname = visible(event.nickname)
    return f"You have blocked {nickname}. To them it looks as if you do not answer. /unblock {nickname} ends that."


def _topic(event: RoomTopic) -> str:
    room = visible(event.room)
    if not event.topic:
        return (
            f"{room} has no topic."
            if event.nickname is None
            else f"{visible(event.nickname)} removed the topic of {room}."
        )
    if event.nickname is None:
        return f"{room} is about: {visible(event.topic)}"
    return f"{visible(event.nickname)} set the topic of {room}: {visible(event.topic)}"


def _listed(event: RoomListed) -> str:
    lock = ", with a password" if event.has_password else ""
    topic = f": {visible(event.topic)}" if event.topic else ""
    return f"{visible(event.room)} ({event.members}{lock}){topic}"


def _all_listed(event: RoomsListed) -> str:
    if event.count == 0:
        return "There are no rooms. /join NAME makes one."
    goes_on = f" /rooms {visible(event.after)} shows more." if event.after else ""
    return f"{event.count} in all.{goes_on}"


_SENTENCES: dict[type[Event], Callable[..., str]] = {
    ChatRequested: lambda event: f"{visible(event.nickname)} wants to chat with you. yes/no",
    RequestSent: lambda event: f"Waiting for {visible(event.nickname)} to answer. /cancel withdraws.",
    RequestAnswered: lambda event: _about(_ANSWERS, event.nickname, event.outcome, "{} doesn't chat."),
    RequestWithdrawn: lambda event: _about(
        _WITHDRAWALS, event.nickname, event.outcome, "{} is no longer waiting for you."
    ),
    ChatStarted: lambda event: f"Chat with {visible(event.nickname)} started. /quit leaves the chat.",
    ChatEnded: _ended,
    ChatPaused: _paused,
    PartnerResumed: lambda event: f"{visible(event.nickname)} is back.",
    ChatHeld: _held,
    ChatElsewhere: _held,
    ChatFree: _free,
    ChatResumed: lambda event: f"Chat with {visible(event.nickname)} goes on.",
    KeptFor: lambda event: f"Kept for {visible(event.nickname)}, who is away.",
    NotKept: lambda event: f"Your message to {visible(event.nickname)} was not kept. {visible(event.text)}",
    WaitingRequests: _waiting,
    PeopleOnline: lambda event: _names(event, "Online", "Nobody is online.", "/who"),
    Presence: lambda event: f"{visible(event.nickname)} {is_how(event.state, '', event.text)}",
    YouAre: _you_are,
    PersonDescribed: lambda event: f"{named_in_full(event)} {is_how(event.state, '', event.text)}",
    PeopleListed: _people,
    PersonBlocked: _blocked,
    PersonUnblocked: lambda event: f"{visible(event.nickname)} is no longer blocked.",
    BlockedListed: lambda event: _names(event, "Blocked", "You have blocked nobody.", "/blocked"),
    AskingAllowed: lambda event: _MAY_ASK[event.who],
    Refused: lambda event: visible(event.text),
    Disconnected: lambda event: visible(event.text),
    RoomEntered: _entered,
    RoomExited: lambda event: f"You have left {visible(event.room)}.",
    RoomJoined: lambda event: f"{visible(event.nickname)} has joined {visible(event.room)}.",
    RoomLeft: lambda event: f"{visible(event.nickname)} has left {visible(event.room)}.",
    RoomMissed: _missed,
    RoomTopic: _topic,
    RoomMembers: _members,
    RoomListed: _listed,
    RoomsListed: _all_listed,
}
