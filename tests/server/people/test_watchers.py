"""Lists of who is here, for those who watch: at once for whoever comes, and soon after each change, several in one."""

from __future__ import annotations

import asyncio

import pytest

from duologue.core.events.chat import PeopleOnline
from duologue.protocols.native.codec import NativeCodec
from duologue.server.people import watchers
from duologue.server.people.watchers import Watchers
from duologue.server.session import Session
from tests.server.test_session import fake, session


class WatchingSocket(NativeCodec):
    watches = True


class Hall:
    """Who is here, and what they are told."""

    def __init__(self) -> None:
        self.here: list[str] = []
        self.full: set[Session] = set()
        self.watchers = Watchers(lambda: PeopleOnline(tuple(self.here)), self.full.__contains__)

    def comes(self, nickname: str, *, watches: bool = False) -> Session:
        somebody = session(nickname)
        if watches:
            fake(somebody.login_socket).codec = WatchingSocket()
        self.here.append(nickname)
        self.watchers.arrived(somebody)
        return somebody

    def goes(self, somebody: Session) -> None:
        self.here.remove(somebody.nickname)
        self.watchers.left(somebody)


def lists_of(somebody: Session) -> list[tuple[str, ...]]:
    """What it was told so far."""
    return [event.nicknames for event in fake(somebody.login_socket).told if isinstance(event, PeopleOnline)]


async def is_told(somebody: Session, *lists: tuple[str, ...]) -> None:
    """So many lists and no other."""
    await fake(somebody.login_socket).until(lambda _: len(lists_of(somebody)) >= len(lists))
    assert lists_of(somebody) == [*lists]


@pytest.fixture
def hall(monkeypatch: pytest.MonkeyPatch) -> Hall:
    monkeypatch.setattr(watchers, "TELL_AFTER", 0.01)
    return Hall()


async def test_who_watches_is_told_at_once_who_is_here(hall: Hall) -> None:
    hall.comes("alice")
    dora = hall.comes("dora", watches=True)
    assert lists_of(dora) == [("alice", "dora")]


async def test_who_does_not_watch_is_told_nothing(hall: Hall) -> None:
    alice, dora = hall.comes("alice"), hall.comes("dora", watches=True)
    hall.comes("bob")
    await is_told(dora, ("alice", "dora"), ("alice", "dora", "bob"))
    assert lists_of(alice) == []


async def test_a_hundred_who_come_and_go_at_once_make_one_list(hall: Hall) -> None:
    dora = hall.comes("dora", watches=True)
    crowd = [hall.comes(f"visitor{number}") for number in range(100)]
    for somebody in crowd[1:]:
        hall.goes(somebody)
    await is_told(dora, ("dora",), ("dora", "visitor0"))


async def test_what_changes_after_a_list_makes_another(hall: Hall) -> None:
    dora = hall.comes("dora", watches=True)
    alice = hall.comes("alice")
    await is_told(dora, ("dora",), ("dora", "alice"))
    hall.goes(alice)
    await is_told(dora, ("dora",), ("dora", "alice"), ("dora",))


async def test_who_has_gone_is_told_nothing_more(hall: Hall) -> None:
    dora, eve = hall.comes("dora", watches=True), hall.comes("eve", watches=True)
    hall.goes(dora)
    await is_told(eve, ("dora", "eve"), ("eve",))
    assert lists_of(dora) == [("dora",)]


async def test_where_nobody_watches_nothing_runs(hall: Hall) -> None:
    hall.goes(hall.comes("alice"))
    assert hall.watchers._telling is None
    await asyncio.sleep(0)


async def test_who_does_not_read_is_told_once_when_they_do() -> None:
    hall = Hall()
    alice = hall.comes("alice", watches=True)
    bob = hall.comes("bob", watches=True)
    await is_told(bob, ("alice", "bob"))
    hall.full.add(alice)
    hall.comes("carol")
    await is_told(bob, ("alice", "bob"), ("alice", "bob", "carol"))
    hall.comes("dave")
    await is_told(bob, ("alice", "bob"), ("alice", "bob", "carol"), ("alice", "bob", "carol", "dave"))
    assert lists_of(alice) == [("alice",)]
    hall.full.clear()
    for _ in range(2):
        hall.watchers.emptied(alice)
    assert lists_of(alice) == [("alice",), ("alice", "bob", "carol", "dave")]


async def test_a_crowd_that_comes_to_a_crowd_is_told_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watchers, "TELL_AFTER", 60)
    monkeypatch.setattr(watchers, "AGAIN_AFTER", 60)
    hall = Hall()
    crowd = [hall.comes(f"visitor{number}", watches=True) for number in range(250)]
    told = [0]
    while hall.watchers._has_news or hall.watchers._next:
        hall.watchers._tell()
        told.append(sum(len(lists_of(somebody)) - 1 for somebody in crowd))
    assert told == [0, 100, 200, 250]
    assert all(lists_of(somebody)[-1] == tuple(hall.here) for somebody in crowd)
