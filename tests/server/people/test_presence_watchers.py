"""Who is told how everybody is: together, once for each who has changed, and when they read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from duologue.core.events.chat import PeopleOnline
from duologue.core.events.people import Presence, State
from duologue.core.pages import PAGE
from duologue.server.people import presence_watchers
from duologue.server.people.presence_watchers import MOST_AT_ONCE, PresenceWatchers
from duologue.server.session import Session
from tests.bound import BOUND
from tests.server.test_session import fake, session


class Tower:
    def __init__(self) -> None:
        self.states: dict[str, State] = {}
        self.full: set[Session] = set()
        self.blockers: dict[str, set[str]] = {}
        self.watchers = PresenceWatchers(self.presence_to, self.online, self.full.__contains__)

    def presence_to(self, reader: str, nickname: str) -> Presence:
        state = self.states.get(nickname, State.OFFLINE)
        has_text = state is State.AWAY and reader not in self.blockers.get(nickname, set())
        return Presence(nickname, state, "lunch" if has_text else "")

    def online(self, after: str | None) -> PeopleOnline:
        names = [name for name, state in sorted(self.states.items()) if name > (after or "")]
        return PeopleOnline(tuple(names[:PAGE]), len(names[PAGE:]))

    def changes(self, **states: State) -> None:
        self.states |= states
        for nickname in states:
            self.watchers.changed(nickname)

    def watches(self, nickname: str) -> Session:
        who = session(nickname)
        self.watchers.watch(who)
        return who


@pytest.fixture
async def tower(monkeypatch: pytest.MonkeyPatch) -> Tower:
    monkeypatch.setattr(presence_watchers, "TELL_AFTER", 0.01)
    return Tower()


async def soon(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(BOUND):
        while not done():  # noqa: ASYNC110 - nothing says so
            await asyncio.sleep(0.002)


def told(who: Session) -> list[Presence]:
    heard, fake(who.login_socket).told = fake(who.login_socket).told, []
    return [event for event in heard if isinstance(event, Presence)]


ALICE, BOB = Presence("alice", State.ONLINE), Presence("bob", State.ONLINE)
BOB_IS_AWAY = Presence("bob", State.AWAY, "lunch")


async def test_all_who_are_here_and_then_who_changes(tower: Tower) -> None:
    tower.changes(alice=State.ONLINE, bob=State.ONLINE)
    alice = tower.watches("alice")
    assert told(alice) == [ALICE, BOB]
    tower.changes(bob=State.AWAY, carol=State.ONLINE)
    assert told(alice) == []
    await soon(lambda: len(fake(alice.login_socket).told) == 2)
    assert told(alice) == [BOB_IS_AWAY, Presence("carol", State.ONLINE)]


async def test_changes_that_come_together_are_told_as_the_last_of_them(tower: Tower) -> None:
    alice = tower.watches("alice")
    tower.changes(bob=State.ONLINE)
    tower.changes(bob=State.AWAY)
    tower.changes(bob=State.OFFLINE)
    await soon(lambda: bool(fake(alice.login_socket).told))
    assert told(alice) == [Presence("bob", State.OFFLINE)]


async def test_who_begins_to_watch_hears_of_nobody_twice(tower: Tower) -> None:
    alice = tower.watches("alice")
    tower.changes(bob=State.ONLINE)
    carol = tower.watches("carol")
    assert told(carol) == [BOB]
    await soon(lambda: bool(fake(alice.login_socket).told))
    assert told(alice) == [BOB]
    assert told(carol) == []


async def test_who_begins_to_watch_hears_of_who_changes_once_more(tower: Tower) -> None:
    tower.changes(bob=State.ONLINE, dave=State.ONLINE)
    alice = tower.watches("alice")
    carol = tower.watches("carol")
    tower.changes(bob=State.AWAY, erin=State.ONLINE)
    assert told(carol) == [BOB, Presence("dave", State.ONLINE)]
    await soon(lambda: len(fake(carol.login_socket).told) == 2)
    assert told(carol) == told(alice)[2:] == [BOB_IS_AWAY, Presence("erin", State.ONLINE)]


async def test_many_who_come_at_once_are_told_of_together(tower: Tower) -> None:
    """Nobody is written to each time that one more begins to watch: n of them would cost n * n writes."""
    alice = tower.watches("alice")
    for number in range(50):
        tower.changes(**{f"user{number}": State.ONLINE})
        tower.watches(f"user{number}")
        assert told(alice) == []
    await soon(lambda: bool(fake(alice.login_socket).told))
    assert len(told(alice)) == 50


async def test_who_watches_no_more_is_left_alone_and_no_timer_runs(tower: Tower) -> None:
    alice = tower.watches("alice")
    tower.watchers.forget(alice)
    tower.watchers.forget(alice)
    tower.changes(bob=State.ONLINE)
    assert tower.watchers._telling is None
    assert told(alice) == []


async def test_who_does_not_read_is_told_when_they_do(tower: Tower) -> None:
    alice, carol = tower.watches("alice"), tower.watches("carol")
    tower.full.add(alice)
    tower.changes(bob=State.ONLINE)
    await soon(lambda: bool(fake(carol.login_socket).told))
    tower.full.clear()
    tower.changes(bob=State.AWAY, dave=State.ONLINE)
    await soon(lambda: len(fake(carol.login_socket).told) == 3)
    assert told(alice) == [BOB_IS_AWAY, Presence("dave", State.ONLINE)]
    tower.watchers.emptied(alice)
    assert told(alice) == []


async def test_there_is_room_for_those_who_do_not_watch(tower: Tower) -> None:
    alice = session("alice")
    tower.changes(bob=State.ONLINE)
    tower.watchers.emptied(alice)
    assert told(alice) == []


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(presence_watchers, "AGAIN_AFTER", 60)


@pytest.mark.usefixtures("turns")
async def test_of_a_crowd_one_is_told_a_page_in_one_turn_and_all_in_the_end(tower: Tower) -> None:
    """A cheap command costs the loop no more than that."""
    tower.changes(**{f"user{number:05}": State.ONLINE for number in range(10_000)})
    alice = tower.watches("alice")
    heard = told(alice)
    assert len(heard) == PAGE
    while tower.watchers._behind:
        tower.watchers._tell()
        at_once = told(alice)
        assert 0 < len(at_once) <= MOST_AT_ONCE
        heard += at_once
    assert [presence.nickname for presence in heard] == sorted(tower.states)


@pytest.mark.usefixtures("turns")
async def test_a_crowd_that_watches_a_crowd_is_told_in_turns(tower: Tower) -> None:
    crowd = [tower.watches(f"user{number}") for number in range(1_000)]
    tower.changes(bob=State.ONLINE, carol=State.ONLINE)
    turns = 0
    while turns == 0 or tower.watchers._behind:
        before = sum(len(fake(who.login_socket).told) for who in crowd)
        tower.watchers._tell()
        turns += 1
        assert sum(len(fake(who.login_socket).told) for who in crowd) - before <= MOST_AT_ONCE
    assert all(told(who) == [BOB, Presence("carol", State.ONLINE)] for who in crowd)


@pytest.mark.usefixtures("turns")
async def test_who_changes_again_before_their_turn_is_told_of_once(tower: Tower) -> None:
    alice = tower.watches("alice")
    for _ in range(5):
        tower.changes(**{f"user{number}": State.ONLINE for number in range(1_000)})
    heard: list[Presence] = []
    while not heard or tower.watchers._behind:
        tower.watchers._tell()
        heard += told(alice)
    assert sorted(presence.nickname for presence in heard) == sorted(tower.states)


@pytest.mark.usefixtures("turns")
async def test_what_all_have_been_told_is_forgotten_and_what_somebody_has_not_is_kept(tower: Tower) -> None:
    alice, slow = tower.watches("alice"), tower.watches("slow")
    tower.full.add(slow)
    tower.changes(bob=State.ONLINE)
    for _ in range(10_000):
        tower.changes(carol=State.ONLINE)
    assert len(tower.watchers._log) < 2_100
    tower.watchers._tell()
    assert told(alice) == [BOB, Presence("carol", State.ONLINE)]
    tower.full.clear()
    tower.watchers.emptied(slow)
    assert told(slow) == [BOB, Presence("carol", State.ONLINE)]
    for number in range(10_000):
        tower.changes(**{f"guest{number}": State.OFFLINE})
        if number % 100 == 0:
            while tower.watchers._has_news or tower.watchers._behind:
                tower.watchers._tell()
    assert len(tower.watchers._log) < 2_100


async def test_who_has_blocked_somebody_is_not_told_their_text(tower: Tower) -> None:
    tower.blockers["bob"] = {"alice"}
    tower.changes(bob=State.AWAY, carol=State.ONLINE)
    alice, carol = tower.watches("alice"), tower.watches("carol")
    without = [Presence("bob", State.AWAY), Presence("carol", State.ONLINE)]
    assert told(alice) == without
    assert told(carol) == [BOB_IS_AWAY, without[1]]
    tower.changes(carol=State.OFFLINE)
    await soon(lambda: tower.watchers._telling is None)
    assert told(alice) == told(carol) == [Presence("carol", State.OFFLINE)]
    tower.changes(bob=State.AWAY, carol=State.ONLINE)
    await soon(lambda: tower.watchers._telling is None)
    assert told(alice) == without
    assert told(carol) == [BOB_IS_AWAY, without[1]]
