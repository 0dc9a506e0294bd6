"""Events about people, oneself and the connection, and their changes to what the windows show. Sans-I/O."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from duologue.client.engine.backoff import COMES_BACK_AFTER
from duologue.client.engine.rooms import NO_ENTRY
from duologue.client.events import (
    ConnectionLost,
    Happening,
    MemoryLost,
    Reconnected,
)
from duologue.client.view.base import Kind
from duologue.client.window.changes import (
    BarChanged,
    BlockedCame,
    MeChanged,
    PageWanted,
    PeopleChanged,
    Restated,
)
from duologue.client.window.state import Changes, WindowState
from duologue.client.window.talk import IN_CHAT, TalkState
from duologue.client.window.words import LOCKED
from duologue.core.commands.people import ListBlocked
from duologue.core.events.chat import (
    Disconnected,
    Refused,
)
from duologue.core.events.people import (
    AskingAllowed,
    BlockedListed,
    PersonBlocked,
    PersonDescribed,
    PersonUnblocked,
    Presence,
    YouAre,
)
from duologue.core.room_rules import LOBBY


def _presence(state: WindowState, event: Presence) -> Changes:
    state.people.note(event)
    return [PeopleChanged(), *([Restated(event.nickname)] if event.nickname in state.talks else [])]


def _you_are(state: WindowState, event: YouAre) -> Changes:
    state.state, state.text = event.state, event.text
    return [MeChanged()]


def _may_ask(state: WindowState, event: AskingAllowed) -> Changes:
    state.may_ask = event.who
    return [MeChanged()]


def _blocked(state: WindowState, event: PersonBlocked) -> Changes:
    return [*state.forget_request(event.nickname), *state.note(state.here(), Kind.NOTICE, state.words(event))]


def _told(state: WindowState, event: PersonUnblocked | PersonDescribed) -> Changes:
    return state.note(state.here(), Kind.NOTICE, state.words(event))


def _blocked_listed(state: WindowState, event: BlockedListed) -> Changes:
    """Collect them all, however many pages that takes: nobody can block more than a few."""
    state.blocked += event.nicknames
    if event.more:
        return [PageWanted(ListBlocked(event.nicknames[-1]), LOBBY)]
    blocked, state.blocked = tuple(state.blocked), []
    return [BlockedCame(blocked)]


def _refused(state: WindowState, event: Refused) -> Changes:
    talk = state.talks.get(state.active) if event.code in NO_ENTRY else None
    changes = state.note(state.here(), Kind.TROUBLE, state.words(event))
    if talk and talk.standing is TalkState.ENTERING:
        talk.move(TalkState.OUTSIDE, state.words(event) or "")
        talk.has_password = event.code == LOCKED
        changes.append(Restated(talk.place))
    return changes


def _lost(state: WindowState, event: ConnectionLost) -> Changes:
    state.bar = state.words(event) or ""
    state.listed, state.blocked = [], []  # no more of these arrive
    changes = list(chain(*map(state.forget_request, [*state.requests])))
    for talk in state.talks.values():
        if talk.standing is TalkState.ASKING:
            talk.move(TalkState.ENDED, f"The connection was lost, and with it your request to {talk.name}.")
            changes.append(Restated(talk.place))
    return [*changes, BarChanged()]


def _back(state: WindowState, _: Reconnected) -> Changes:
    state.bar = ""
    state.people.clear()
    return [BarChanged(), PeopleChanged()]


def _disconnected(state: WindowState, event: Disconnected) -> Changes:
    state.bar, state.is_over = state.words(event) or "", event.code not in COMES_BACK_AFTER
    changes: Changes = []
    if state.is_over:
        changes = list(chain(*map(state.forget_request, [*state.requests])))
        for talk in state.talks.values():
            if talk.standing in IN_CHAT or talk.standing is TalkState.ASKING:
                talk.move(TalkState.ENDED, state.bar)
                changes.append(Restated(talk.place))
    return [*changes, BarChanged()]


def _memory_lost(state: WindowState, event: MemoryLost) -> Changes:
    return state.note(LOBBY, Kind.TROUBLE, state.words(event))


HEARD: dict[type[Happening], Callable[..., Changes]] = {
    Presence: _presence,
    YouAre: _you_are,
    AskingAllowed: _may_ask,
    PersonBlocked: _blocked,
    PersonUnblocked: _told,
    PersonDescribed: _told,
    BlockedListed: _blocked_listed,
    Refused: _refused,
    ConnectionLost: _lost,
    Reconnected: _back,
    Disconnected: _disconnected,
    MemoryLost: _memory_lost,
}
