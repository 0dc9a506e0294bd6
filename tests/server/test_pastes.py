"""Lines of one sender to one room that come together go together, and nothing else changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.chat import Command, ListOnline, NoCommand, SendLetter, SendLetters
from duologue.core.commands.rooms import PartRoom
from duologue.core.errors import FatalPeerError, PeerError
from duologue.server.costs import cost_of
from duologue.server.pastes import gathered
from duologue.server.rooms import LETTERS_AT_A_TIME
from duologue.server.session import Connection
from tests.stage import UNPAID, Actor, Stage, opened

Sent = Command | PeerError


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path, limits=UNPAID) as stage:
        yield stage


async def in_tea(stage: Stage) -> Connection:
    """Alice's chat socket, when she is in the room."""
    alice = await stage.enters("alice")
    await joins(alice)
    return chat_socket(stage)


async def joins(actor: Actor) -> None:
    await actor.says("/join #tea")
    await actor.hears("room_entered #tea 1 :")


def chat_socket(stage: Stage) -> Connection:
    return stage.server.hub.directory.sessions_of("alice")[0].chat_socket


def line(number: int, room: str = "#tea") -> SendLetter:
    return SendLetter(room, f"s{number}", 1, "hi")


def gather(stage: Stage, connection: Connection, *sent: Sent) -> list[Sent]:
    return [*gathered(stage.server.hub, connection, iter(sent))]


def lines(count: int) -> list[SendLetter]:
    return [line(number) for number in range(count)]


async def test_lines_that_follow_each_other_go_together(stage: Stage) -> None:
    alice = await in_tea(stage)
    assert gather(stage, alice, *lines(3)) == [SendLetters(tuple(lines(3)))]


async def test_one_line_goes_as_before(stage: Stage) -> None:
    alice = await in_tea(stage)
    assert gather(stage, alice, line(1)) == [line(1)]
    assert gather(stage, alice, line(1), ListOnline(), line(2)) == [line(1), ListOnline(), line(2)]


async def test_what_is_for_somebody_else_stands_where_it_stood(stage: Stage) -> None:
    """Another room, another way to type this one, a person, a mistake, and what is no letter."""
    alice = await in_tea(stage)
    mistake = PeerError("bad_number", "None.")
    for other in (line(9, "#cake"), line(9, "#TEA"), line(9, "bob"), mistake, NoCommand(), PartRoom("#tea")):
        one, two, three, four = lines(4)
        together = gather(stage, alice, one, two, other, three, four)
        assert together == [SendLetters((one, two)), other, SendLetters((three, four))]


async def test_letters_to_a_person_go_one_by_one(stage: Stage) -> None:
    alice = await in_tea(stage)
    letters = [line(1, "bob"), line(2, "bob")]
    assert gather(stage, alice, *letters) == letters


async def test_what_came_before_the_end_is_said_before_it(stage: Stage) -> None:
    alice = await in_tea(stage)

    def sent() -> Iterator[Sent]:
        yield from lines(2)
        raise FatalPeerError("not_text", "No.")

    found = gathered(stage.server.hub, alice, sent())
    assert next(found) == SendLetters(tuple(lines(2)))
    with pytest.raises(FatalPeerError):
        next(found)


async def test_nothing_is_taken_before_its_time(stage: Stage) -> None:
    """An answer can change what the next line means, but no answer to a letter."""
    alice = await in_tea(stage)
    sent: Iterator[Sent] = iter([ListOnline(), line(1), line(2), NoCommand(), ListOnline()])
    found = gathered(stage.server.hub, alice, sent)
    assert next(found) == ListOnline()
    assert next(found) == SendLetters((line(1), line(2)))
    assert next(found) == NoCommand()
    assert next(sent) == ListOnline()


async def test_before_the_login_is_complete_each_is_refused_for_itself(stage: Stage) -> None:
    alice = await in_tea(stage)
    alice.session = None
    assert gather(stage, alice, *lines(2)) == lines(2)


async def test_there_is_a_limit_for_all_together(stage: Stage) -> None:
    alice = await in_tea(stage)
    together = gather(stage, alice, *lines(LETTERS_AT_A_TIME + 2))
    assert [len(one.letters) for one in together if isinstance(one, SendLetters)] == [LETTERS_AT_A_TIME, 2]


async def test_everybody_who_waits_has_a_part_of_it(stage: Stage) -> None:
    alice = await in_tea(stage)
    stage.server.hub.rooms._speaking = 3
    together = gather(stage, alice, *lines(LETTERS_AT_A_TIME))
    assert [len(one.letters) for one in together if isinstance(one, SendLetters)] == [LETTERS_AT_A_TIME // 4] * 4
    stage.server.hub.rooms._speaking = LETTERS_AT_A_TIME
    assert gather(stage, alice, *lines(2)) == lines(2)


@given(spent=st.integers(0, 250))
async def test_who_is_limited_is_slowed_down_as_by_single_lines(
    tmp_path_factory: pytest.TempPathFactory, spent: int
) -> None:
    """What goes together is what would have gone one after the other, and costs the same."""
    async with opened(tmp_path_factory.mktemp("stage")) as stage:
        alice = await in_tea(stage)
        hub = stage.server.hub
        each = cost_of(hub, alice, line(0))
        singly, now = 0, stage.clock.now
        alice.bucket.spend(spent + 0.007, now)  # or else rounding decides about the last
        before = alice.bucket._tokens
        while alice.bucket.spend(each, now) == 0:
            singly += 1
        after = alice.bucket._tokens
        alice.bucket._tokens = before
        (first, *_) = gather(stage, alice, *lines(300))
        together = first.letters if isinstance(first, SendLetters) else (first,)
        assert len(together) == singly + 1
        hub.metering.spend(alice, cost_of(hub, alice, first))
        assert alice.bucket._tokens == pytest.approx(after)
