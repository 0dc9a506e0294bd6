"""What is said, asked and answered between two people, as it changes what the windows show. Sans-I/O."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from duologue.client.events import (
    HandedIn,
    Happening,
    LetterDelivered,
)
from duologue.client.view.base import Kind
from duologue.client.window.changes import (
    Opened,
    PeopleChanged,
    RequestCame,
    Restated,
)
from duologue.client.window.scroll import said
from duologue.client.window.state import Changes, Ground
from duologue.client.window.talk import IN_CHAT, Standing
from duologue.client.window.words import words
from duologue.core.events.chat import (
    Acknowledged,
    ChatEnded,
    ChatPaused,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    KeptFor,
    MessageFrom,
    NotKept,
    PartnerResumed,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    Said,
)
from duologue.core.requests import RequestState


def _said(ground: Ground, event: Said) -> Changes:
    return ground.hear_from(event.nickname, said(event.nickname, event.text, ground.clock()))


def _letter(ground: Ground, event: MessageFrom) -> Changes:
    return ground.hear_from(event.nickname, said(event.nickname, event.text, event.at))


def _acknowledged(ground: Ground, event: Acknowledged) -> Changes:
    talk = next((talk for talk in ground.talks.values() if talk.stream == event.stream is not None), None)
    if talk is None:
        return []
    talk.mark = "delivered" if event.delivered and not talk.is_room else "stored"
    return [Restated(talk.place)]


def _kept(ground: Ground, event: KeptFor) -> Changes:
    talk = ground.talk(event.nickname)
    if event.stream != talk.stream:
        return []
    talk.mark = f"stored, waits for {talk.name}"
    return [Restated(talk.place)]


def _not_kept(ground: Ground, event: NotKept) -> Changes:
    talk = ground.talk(event.nickname)
    talk.mark = "refused" if event.stream == talk.stream else talk.mark
    return [*ground.note(talk.place, Kind.TROUBLE, words(event)), Restated(talk.place)]


def _delivered(ground: Ground, event: LetterDelivered) -> Changes:
    talk = ground.talk(event.nickname)
    if event.stream != talk.stream:
        return ground.note(talk.place, Kind.NOTICE, words(event))
    talk.mark = "delivered"
    return [Restated(talk.place)]


def _noted_there(ground: Ground, event: HandedIn) -> Changes:
    return ground.note_of(event.nickname, Kind.NOTICE, words(event))


def _requested(ground: Ground, event: ChatRequested) -> Changes:
    ground.requests[event.nickname] = None
    ground.talk(event.nickname).move(Standing.ASKED)
    return [RequestCame(event.nickname), Restated(event.nickname), PeopleChanged()]


def _withdrawn(ground: Ground, event: RequestWithdrawn) -> Changes:
    changes = ground.forget_request(event.nickname)
    return [*changes, *ground.note_of(event.nickname, Kind.NOTICE, words(event))]


def _asking(ground: Ground, event: RequestSent) -> Changes:
    ground.talk(event.nickname).move(Standing.ASKING)
    return [Restated(event.nickname)]


def _answered(ground: Ground, event: RequestAnswered) -> Changes:
    talk = ground.talk(event.nickname)
    if talk.standing in IN_CHAT or talk.standing is Standing.ASKED:
        return []
    is_ours = event.outcome is RequestState.CANCELLED
    talk.move(Standing.ALONE if is_ours else Standing.ENDED, "" if is_ours else words(event) or "")
    return [Restated(event.nickname)]


def _started(ground: Ground, event: ChatStarted | ChatResumed) -> Changes:
    changes = list(chain(*map(ground.forget_request, [*ground.requests])))
    for talk in ground.talks.values():
        if talk.standing is Standing.ASKING or talk.standing in IN_CHAT:
            talk.move(Standing.ALONE)
            changes.append(Restated(talk.place))
    talk = ground.talk(event.nickname)
    talk.move(Standing.ON)
    talk.stream = None
    told = ground.note(talk.place, Kind.NOTICE, words(event))
    opened = Opened(talk.place, goes_on=isinstance(event, ChatResumed))
    return [*changes, opened, *told, Restated(talk.place), PeopleChanged()]


def _paused(ground: Ground, event: ChatPaused) -> Changes:
    ground.talk(event.nickname).move(Standing.PAUSED, words(event) or "")
    return [Restated(event.nickname)]


def _partner_resumed(ground: Ground, event: PartnerResumed) -> Changes:
    ground.talk(event.nickname).move(Standing.ON)
    return [*ground.note(event.nickname, Kind.NOTICE, words(event)), Restated(event.nickname)]


def _ended(ground: Ground, event: ChatEnded) -> Changes:
    text = words(event) or ""
    ground.talk(event.nickname).move(Standing.ENDED, text)
    return [*ground.note(event.nickname, Kind.NOTICE, text), Restated(event.nickname), PeopleChanged()]


HEARD: dict[type[Happening], Callable[..., Changes]] = {
    Said: _said,
    MessageFrom: _letter,
    Acknowledged: _acknowledged,
    KeptFor: _kept,
    NotKept: _not_kept,
    LetterDelivered: _delivered,
    HandedIn: _noted_there,
    ChatRequested: _requested,
    RequestWithdrawn: _withdrawn,
    RequestSent: _asking,
    RequestAnswered: _answered,
    ChatStarted: _started,
    ChatResumed: _started,
    ChatPaused: _paused,
    PartnerResumed: _partner_resumed,
    ChatEnded: _ended,
}
