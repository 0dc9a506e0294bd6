"""Where several clients of one machine remember: each in a file of its own, and nothing unsent is forgotten."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from duologue.client.engine.memory_file import MemoryFile
from duologue.client.engine.memory_place import MemoryPlace, NoPlace
from duologue.client.engine.memory_store import MemoryFailed


def place(path: Path, *unsent: str) -> MemoryPlace:
    return MemoryPlace(path / "folder" / "bob.sqlite", lambda file: file.name in unsent)


def taken(place: MemoryPlace) -> str:
    path = place.take()
    path.touch()
    return path.name


def test_who_comes_while_another_is_there_has_a_file_beside_it(tmp_path: Path) -> None:
    one, two, three = (place(tmp_path) for _ in range(3))
    assert [taken(one), taken(two)] == ["bob.sqlite", "bob.2.sqlite"]
    one.give_back()
    one.give_back()
    assert taken(three) == "bob.sqlite"
    assert taken(one) == "bob.3.sqlite"


def test_a_file_with_something_unsent_comes_first(tmp_path: Path) -> None:
    one, two = place(tmp_path), place(tmp_path)
    assert [taken(one), taken(two)] == ["bob.sqlite", "bob.2.sqlite"]
    one.give_back()
    two.give_back()
    assert taken(place(tmp_path, "bob.2.sqlite")) == "bob.2.sqlite"


def test_one_that_was_passed_over_is_free_for_the_next(tmp_path: Path) -> None:
    one, two = place(tmp_path), place(tmp_path)
    taken(one)
    taken(two)
    one.give_back()
    two.give_back()
    chosen = place(tmp_path, "bob.2.sqlite")
    chosen.take()
    assert place(tmp_path).take().name == "bob.sqlite"


def test_the_locks_are_for_their_owner_only(tmp_path: Path) -> None:
    place(tmp_path).take()
    assert {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "folder").iterdir()} == {0o600}
    assert stat.S_IMODE((tmp_path / "folder").stat().st_mode) == 0o700


def test_there_is_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duologue.client.engine.memory_place.MOST_PLACES", 1)
    one, two = place(tmp_path), place(tmp_path)
    one.take()
    with pytest.raises(NoPlace):
        two.take()
    with pytest.raises(MemoryFailed, match="in use"):
        MemoryFile(tmp_path / "folder" / "bob.sqlite", is_shared=True).open("bob")
