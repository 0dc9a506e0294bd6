"""Events between two people: messages, requests and answers, and their changes to what the windows show. Sans-I/O."""

from __future__ import annotations

from collections.abc import Callable, Set
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
from duologue.client.window.state import Changes, WindowState
from duologue.client.window.talk import IN_CHAT, TalkState
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
    RequestsEnded,
    RequestSent,
    RequestWithdrawn,
    Said,
)
from duologue.core.requests import RequestState


def _said(state: WindowState, event: Said) -> Changes:
    return state.hear_from(event.nickname, said(state.shown(event.nickname), event.text, state.clock()))


def _letter(state: WindowState, event: MessageFrom) -> Changes:
    return state.hear_from(event.nickname, said(state.shown(event.nickname), event.text, event.at))


def _acknowledged(state: WindowState, event: Acknowledged) -> Changes:
    talk = next((talk for talk in state.talks.values() if talk.stream == event.stream is not None), None)
    if talk is None:
        return []
    talk.mark = "delivered" if event.delivered and not talk.is_room else "stored"
    return [Restated(talk.place)]


def _kept(state: WindowState, event: KeptFor) -> Changes:
    talk = state.talk(event.nickname)
    if event.stream != talk.stream:
        return []
    talk.mark = f"stored, waits for {talk.name}"
    return [Restated(talk.place)]


def _not_kept(state: WindowState, event: NotKept) -> Changes:
    talk = state.talk(event.nickname)
    talk.mark = "refused" if event.stream == talk.stream else talk.mark
    return [*state.note(talk.place, Kind.TROUBLE, state.words(event)), Restated(talk.place)]


def _delivered(state: WindowState, event: LetterDelivered) -> Changes:
    talk = state.talk(event.nickname)
    if event.stream != talk.stream:
        return state.note(talk.place, Kind.NOTICE, state.words(event))
    talk.mark = "delivered"
    return [Restated(talk.place)]


def _noted_there(state: WindowState, event: HandedIn) -> Changes:
    return state.note_of(event.nickname, Kind.NOTICE, state.words(event))


def _requested(state: WindowState, event: ChatRequested) -> Changes:
    state.requests[event.nickname] = None
    _turn(state, event.nickname, TalkState.ASKED)
    return [RequestCame(event.nickname), Restated(event.nickname), PeopleChanged()]


def _withdrawn(state: WindowState, event: RequestWithdrawn) -> Changes:
    changes = state.forget_request(event.nickname)
    return [*changes, *state.note_of(event.nickname, Kind.NOTICE, state.words(event))]


def _asking(state: WindowState, event: RequestSent) -> Changes:
    _turn(state, event.nickname, TalkState.ASKING)
    return [Restated(event.nickname)]


def _turn(state: WindowState, nickname: str, standing: TalkState) -> None:
    """Note a request, unless the chat that it led to has been heard of before it."""
    talk = state.talk(nickname)
    if talk.standing not in IN_CHAT:
        talk.move(standing)


def _answered(state: WindowState, event: RequestAnswered) -> Changes:
    talk = state.talk(event.nickname)
    if talk.standing in IN_CHAT or talk.standing is TalkState.ASKED:
        return []
    is_ours = event.outcome is RequestState.CANCELLED
    talk.move(TalkState.ALONE if is_ours else TalkState.ENDED, "" if is_ours else state.words(event) or "")
    return [Restated(event.nickname)]


def _requests_ended(state: WindowState, _: RequestsEnded) -> Changes:
    changes = list(chain(*map(state.forget_request, [*state.requests])))
    return [*changes, *_left_alone(state, {TalkState.ASKING})]


def _left_alone(state: WindowState, before: Set[TalkState]) -> Changes:
    """Note that the conversations in one of these states are neither chats nor requests any more."""
    left = [talk for talk in state.talks.values() if talk.standing in before]
    for talk in left:
        talk.move(TalkState.ALONE)
    return [Restated(talk.place) for talk in left]


def _started(state: WindowState, event: ChatStarted | ChatResumed) -> Changes:
    changes = _left_alone(state, IN_CHAT)
    talk = state.talk(event.nickname)
    talk.move(TalkState.ON)
    talk.stream = None
    told = state.note(talk.place, Kind.NOTICE, state.words(event))
    opened = Opened(talk.place, goes_on=isinstance(event, ChatResumed))
    return [*changes, opened, *told, Restated(talk.place), PeopleChanged()]


def _paused(state: WindowState, event: ChatPaused) -> Changes:
    state.talk(event.nickname).move(TalkState.PAUSED, state.words(event) or "")
    return [Restated(event.nickname)]


def _partner_resumed(state: WindowState, event: PartnerResumed) -> Changes:
    state.talk(event.nickname).move(TalkState.ON)
    return [*state.note(event.nickname, Kind.NOTICE, state.words(event)), Restated(event.nickname)]


def _ended(state: WindowState, event: ChatEnded) -> Changes:
    text = state.words(event) or ""
    state.talk(event.nickname).move(TalkState.ENDED, text)
    return [*state.note(event.nickname, Kind.NOTICE, text), Restated(event.nickname), PeopleChanged()]


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
    RequestsEnded: _requests_ended,
    ChatStarted: _started,
    ChatResumed: _started,
    ChatPaused: _paused,
    PartnerResumed: _partner_resumed,
    ChatEnded: _ended,
}
