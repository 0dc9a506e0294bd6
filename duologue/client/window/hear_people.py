"""People, oneself and the connection, as they change what the windows show. Sans-I/O."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain

from duologue.client.api import COMES_BACK_AFTER
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
from duologue.client.window.state import Changes, Ground
from duologue.client.window.talk import IN_CHAT, Standing
from duologue.client.window.words import LOCKED, words
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


def _presence(ground: Ground, event: Presence) -> Changes:
    ground.people.note(event)
    return [PeopleChanged(), *([Restated(event.nickname)] if event.nickname in ground.talks else [])]


def _you_are(ground: Ground, event: YouAre) -> Changes:
    ground.state, ground.text = event.state, event.text
    return [MeChanged()]


def _may_ask(ground: Ground, event: AskingAllowed) -> Changes:
    ground.may_ask = event.who
    return [MeChanged()]


def _blocked(ground: Ground, event: PersonBlocked) -> Changes:
    return [*ground.forget_request(event.nickname), *ground.note(ground.here(), Kind.NOTICE, words(event))]


def _told(ground: Ground, event: PersonUnblocked | PersonDescribed) -> Changes:
    return ground.note(ground.here(), Kind.NOTICE, words(event))


def _blocked_listed(ground: Ground, event: BlockedListed) -> Changes:
    """All of them, however many pages that takes: nobody can block more than a few."""
    ground.blocked += event.nicknames
    if event.more:
        return [PageWanted(ListBlocked(event.nicknames[-1]), LOBBY)]
    blocked, ground.blocked = tuple(ground.blocked), []
    return [BlockedCame(blocked)]


def _refused(ground: Ground, event: Refused) -> Changes:
    talk = ground.talks.get(ground.active) if event.code in NO_ENTRY else None
    changes = ground.note(ground.here(), Kind.TROUBLE, words(event))
    if talk and talk.standing is Standing.ENTERING:
        talk.move(Standing.OUTSIDE, words(event) or "")
        talk.has_password = event.code == LOCKED
        changes.append(Restated(talk.place))
    return changes


def _lost(ground: Ground, event: ConnectionLost) -> Changes:
    ground.bar = words(event) or ""
    ground.listed, ground.blocked = [], []  # of which no more comes
    changes = list(chain(*map(ground.forget_request, [*ground.requests])))
    for talk in ground.talks.values():
        if talk.standing is Standing.ASKING:
            talk.move(Standing.ENDED, f"The connection was lost, so {talk.name} is no longer asked.")
            changes.append(Restated(talk.place))
    return [*changes, BarChanged()]


def _back(ground: Ground, _: Reconnected) -> Changes:
    ground.bar = ""
    ground.people.clear()
    return [BarChanged(), PeopleChanged()]


def _disconnected(ground: Ground, event: Disconnected) -> Changes:
    ground.bar, ground.is_over = words(event) or "", event.code not in COMES_BACK_AFTER
    changes: Changes = []
    if ground.is_over:
        changes = list(chain(*map(ground.forget_request, [*ground.requests])))
        for talk in ground.talks.values():
            if talk.standing in IN_CHAT or talk.standing is Standing.ASKING:
                talk.move(Standing.ENDED, ground.bar)
                changes.append(Restated(talk.place))
    return [*changes, BarChanged()]


def _memory_lost(ground: Ground, event: MemoryLost) -> Changes:
    return ground.note(LOBBY, Kind.TROUBLE, words(event))


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
