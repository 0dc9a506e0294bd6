"""One flood does not stop everybody: who has too much waiting is named, and named again when it has gone."""

from __future__ import annotations

import pytest

from duologue.server.storage.backlog import Backlog, Backlogs


class Scene:
    def __init__(self) -> None:
        self.told: list[tuple[str, str, bool]] = []
        self.backlogs = Backlogs(lambda *news: self.told.append(news), stream_limit=100, total_limit=250)
        self.people = {name: Backlog(f"chat of {name}", name) for name in ("ann", "bob", "cat", "dan")}

    def say(self, name: str, size: int) -> None:
        backlog = self.people[name]
        backlog.size += size
        self.backlogs.total += size
        if backlog.size > self.backlogs.stream_limit or self.backlogs.total > self.backlogs.total_limit:
            self.backlogs.grown(backlog, [other for other in self.people.values() if other.size])

    def write(self, name: str, size: int) -> None:
        self.people[name].size -= size
        self.backlogs.total -= size
        self.backlogs.shrunk()

    def heard(self) -> dict[str, bool]:
        told, self.told[:] = {name: behind for _, name, behind in self.told}, []
        return told


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_only_who_floods_is_named_and_once(scene: Scene) -> None:
    scene.say("ann", 100)
    assert scene.told == []
    scene.say("ann", 1)
    scene.say("ann", 50)
    scene.say("bob", 10)
    assert scene.told == [("chat of ann", "ann", True)]


def test_who_is_behind_comes_back_at_half(scene: Scene) -> None:
    scene.say("ann", 120)
    scene.write("ann", 69)
    assert scene.heard() == {"ann": True}
    scene.write("ann", 1)
    assert scene.heard() == {"ann": False}
    scene.say("ann", 51)
    assert scene.heard() == {"ann": True}


def test_past_the_total_all_who_have_something_waiting_are_named_and_who_adds_to_it(scene: Scene) -> None:
    for name in ("ann", "bob"):
        scene.say(name, 100)
    assert scene.told == []
    scene.say("cat", 51)
    assert scene.heard() == {"ann": True, "bob": True, "cat": True}
    scene.say("dan", 1)
    assert scene.heard() == {"dan": True}


def test_after_the_total_nobody_comes_back_before_half_of_it(scene: Scene) -> None:
    for name in ("ann", "bob", "cat"):
        scene.say(name, 90)
    scene.heard()
    scene.write("ann", 90)
    assert scene.heard() == {}
    scene.write("bob", 60)
    assert scene.heard() == {"ann": False, "bob": False}
    scene.write("cat", 90)
    assert scene.heard() == {"cat": False}
    scene.say("bob", 60)
    scene.say("ann", 90)
    scene.say("dan", 71)
    assert scene.heard() == {"ann": True, "bob": True, "dan": True}, "the total counts again"
