"""Pages of a long list: all of it, once, in order, and no more at a time than a page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.events.people import PeopleListed, State
from duologue.core.events.rooms import RoomMembers
from duologue.core.names import NICKNAME_BYTES
from duologue.core.pages import PAGE, SortedNames
from duologue.protocols.lines import LINE_LIMIT
from duologue.protocols.native.signals import encode_event

names = st.sets(st.text("abcXY~é", min_size=1, max_size=6), max_size=40)


def backwards(name: str) -> str:
    return name[::-1]


@pytest.mark.parametrize("key", [str, backwards])
@given(names=names, gone=names, most=st.integers(1, 7))
def test_page_by_page_all_are_listed_once_and_in_order(
    key: Callable[[str], str], names: set[str], gone: set[str], most: int
) -> None:
    listed = SortedNames(key)
    for name in names:
        listed.add(name)
    for name in names & gone:
        listed.remove(name)
    there = sorted(names - gone, key=key)
    found: list[str] = []
    page, more = listed.page(None, most)
    while page:
        assert len(page) <= most
        found += page
        assert more == len(there) - len(found)
        page, more = listed.page(page[-1], most)
    assert found == there
    assert len(listed) == len(there)


def test_a_page_goes_on_after_somebody_who_has_gone() -> None:
    listed = SortedNames()
    for name in "abde":
        listed.add(name)
    assert listed.page("c") == (["d", "e"], 0)


def test_who_is_not_there_cannot_be_removed() -> None:
    listed = SortedNames()
    listed.add("b")
    for name in ("a", "c"):
        with pytest.raises(ValueError, match=name):
            listed.remove(name)


def test_a_page_of_the_longest_names_is_one_line_of_the_native_wire() -> None:
    name = "~" + "x" * NICKNAME_BYTES
    people = PeopleListed(tuple((name, state) for state in [State.IN_CHAT] * PAGE), 10_000)
    members = RoomMembers("#" + "x" * NICKNAME_BYTES, (name,) * PAGE, 10_000)
    for event in (people, members):
        line = encode_event(event)
        assert line.count(b"\n") == 1
        assert len(line) <= LINE_LIMIT
