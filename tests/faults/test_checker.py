"""A checker that cannot fail proves nothing: each kind of fault is found, and called by its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.faults.checker import Verdict, judge
from tests.faults.journal import Began, Entry, Follower, Heard, Journal, Noted, Said, Stored, read
from tests.faults.messages import Identity, identity_of, text_of

SPEAKER: list[Entry] = [Began("alice", "bob"), *(Said(number) for number in range(1, 6)), Stored(5)]


def verdict_on(*heard: str | Entry) -> Verdict:
    """Alice said five messages, all of them acknowledged; bob heard these."""
    listener = [Began("bob", "alice"), *(Heard(what) if isinstance(what, str) else what for what in heard)]
    return judge(SPEAKER, listener)


def texts(*numbers: int) -> list[str]:
    return [text_of("alice", number) for number in numbers]


GOOD = Verdict(sent=5, acknowledged=5, delivered=5)


def test_what_came_once_and_in_order_is_clean() -> None:
    assert verdict_on(*texts(1, 2, 3, 4, 5)) == GOOD
    assert GOOD.faults == 0
    assert GOOD.is_complete


@pytest.mark.parametrize(
    ("heard", "verdict"),
    [
        (texts(1, 2, 4, 5), replace(GOOD, delivered=4, lost=1)),
        (texts(1, 2, 3, 4), replace(GOOD, delivered=4, lost=1)),
        (texts(1, 2, 2, 3, 4, 5), replace(GOOD, duplicated=1)),
        (texts(1, 2, 3, 4, 5, 1, 2), replace(GOOD, duplicated=2)),
        (texts(1, 3, 2, 4, 5), replace(GOOD, reordered=1)),
        (texts(1, 2, 3, 4, 5, 6), replace(GOOD, phantom=1)),
        ([*texts(1, 2, 3, 4, 5), text_of("bob", 1)], replace(GOOD, phantom=1)),
        ([*texts(1, 2, 3, 4), texts(5)[0][:-1]], replace(GOOD, delivered=4, lost=1, corrupted=1)),
        ([*texts(1, 2, 3, 4), texts(5)[0] + texts(5)[0]], replace(GOOD, delivered=4, lost=1, corrupted=1)),
        ([], replace(GOOD, delivered=0, lost=5)),
    ],
)
def test_each_fault_has_its_name(heard: list[str], verdict: Verdict) -> None:
    assert verdict_on(*heard) == verdict
    assert verdict.faults


def test_what_was_not_acknowledged_is_not_lost_but_is_missing() -> None:
    verdict = judge([Began("alice", "bob"), Said(1), Said(2), Stored(1)], [Began("bob", "alice"), Heard(*texts(1))])
    assert verdict == Verdict(sent=2, acknowledged=1, delivered=1)
    assert not verdict.is_complete


def test_an_acknowledgement_of_what_was_never_said_is_a_phantom() -> None:
    verdict = judge([Began("alice", "bob"), Said(1), Stored(3)], [Began("bob", "alice"), Heard(*texts(1))])
    assert verdict.phantom == 2


def test_what_a_killed_listener_had_not_finished_with_comes_again_and_is_no_fault() -> None:
    again = verdict_on(*texts(1, 2, 3), Began("bob", "alice"), *texts(2, 3, 4, 5))
    assert again == replace(GOOD, repeated=2)


@pytest.mark.parametrize("later", [texts(4, 3, 5), texts(4, 5, 5), texts(3, 2, 4, 5), texts(3, 3, 4, 5)])
def test_but_only_at_the_beginning_of_its_next_life_and_in_order(later: list[str]) -> None:
    assert verdict_on(*texts(1, 2, 3), Began("bob", "alice"), *later).duplicated == 1


def test_both_directions_are_judged() -> None:
    answers: list[Entry] = [Began("bob", "alice"), Said(1), Stored(1)]
    assert judge(SPEAKER, [*answers, *map(Heard, texts(1, 2, 3, 4, 5))]) == Verdict(6, 6, 5, lost=1)


def perfect() -> tuple[list[Entry], list[Entry]]:
    alice: list[Entry] = [Began("alice", "bob")]
    bob: list[Entry] = [Began("bob", "alice")]
    for number in range(1, 21):
        alice += [Said(number), Heard(text_of("bob", number)), Stored(number)]
        bob += [Said(number), Heard(text_of("alice", number)), Stored(number)]
    return alice, bob


@given(st.data())
def test_whatever_is_changed_in_what_was_heard_is_found(data: st.DataObject) -> None:
    alice, bob = perfect()
    assert judge(alice, bob) == Verdict(40, 40, 40)
    heard = [place for place, entry in enumerate(bob) if isinstance(entry, Heard)]
    one, other = data.draw(st.sampled_from(heard)), data.draw(st.sampled_from(heard))
    change = data.draw(st.sampled_from(["leave out", "double", "swap", "spoil"]))
    if change == "leave out":
        del bob[one]
    elif change == "double":
        bob.insert(other, bob[one])
    elif change == "swap":
        assume(one != other)
        bob[one], bob[other] = bob[other], bob[one]
    else:
        bob[one] = Heard(spoiled(data, bob[one]))
    assert judge(alice, bob).faults


def spoiled(data: st.DataObject, entry: Entry) -> str:
    assert isinstance(entry, Heard)
    place = data.draw(st.integers(0, len(entry.text) - 1))
    letter = data.draw(st.sampled_from("aZ09 :/\n\v\x1bé‍👩"))
    assume(letter != entry.text[place])
    return entry.text[:place] + letter + entry.text[place + 1 :]


@given(st.sampled_from(["alice", "bob"]), st.integers(1, 10**7), st.integers(1, 5000))
def test_a_text_says_which_message_it_is(sender: str, number: int, size: int) -> None:
    text = text_of(sender, number, size)
    assert identity_of(text) == Identity(sender, number)
    assert len(text.encode()) <= max(size, 50)


def test_a_journal_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    follower = Follower(path)
    journal = Journal(path)
    journal.began("alice", "bob")
    journal.said(1, 0)
    journal.heard("two\nlines \N{SNOWMAN}")
    journal.stored(1)
    journal.noted("it is cold")
    begun, said, heard, stored, noted = read(path)
    assert (begun, said, heard, stored) == (
        Began("alice", "bob"),
        Said(1, 0),
        Heard("two\nlines \N{SNOWMAN}"),
        Stored(1),
    )
    assert isinstance(noted, Noted)
    assert noted.what == "it is cold"
    follower.read_on()
    assert (follower.said, follower.stored, follower.last_said) == (1, 1, said)
    follower.close()


def test_a_line_that_a_kill_broke_off_counts_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    path.write_bytes(b"began alice bob\nsaid 1 0\nsaid 12")
    assert list(read(path)) == [Began("alice", "bob"), Said(1)]
    follower = Follower(path)
    follower.read_on()
    assert follower.said == 1
    follower.close()
    Journal(path).stored(1)
    assert list(read(path)) == [Began("alice", "bob"), Said(1), Stored(1)]
