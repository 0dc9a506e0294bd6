"""Of each message it is known whether a chat hands it to a session, has done so, or is about to."""

from __future__ import annotations

from duologue.core.streams import Direction, Stream
from duologue.server.handed import MOST_STREAMS, HandedOver, Place


def direction(*streams: Stream) -> Direction:
    return Direction("bob", "alice", [*streams])


def places(handed: HandedOver, stream: str, *positions: int) -> list[Place]:
    return [handed.place_of(stream, position) for position in positions]


def test_who_takes_part_in_no_chat_is_handed_nothing() -> None:
    assert HandedOver().place_of("c", 1) is Place.OUTSIDE


def test_what_was_pushed_is_handed_and_the_rest_is_ahead() -> None:
    bob, handed = direction(Stream("c", sent=9, received=3)), HandedOver()
    bob.pushed = 3
    handed.begins(bob)
    bob.pushed = 5
    assert places(handed, "c", 3, 4, 5, 6) == [Place.OUTSIDE, Place.HANDED, Place.HANDED, Place.AHEAD]
    handed.is_live = True
    assert handed.place_of("c", 9) is Place.HANDED


def test_a_later_stream_is_ahead_and_an_older_one_is_not_the_chats() -> None:
    bob, handed = direction(Stream("c", sent=2, received=2), Stream("c.2", sent=4), Stream("c.3", sent=1)), HandedOver()
    bob.next_stream()
    handed.begins(bob)
    assert places(handed, "c", 1, 2) == [Place.OUTSIDE, Place.OUTSIDE]
    assert places(handed, "c.2", 1) + places(handed, "c.3", 1) == [Place.AHEAD, Place.AHEAD]
    bob.pushed = 4
    bob.next_stream()
    handed.next_stream(bob, 4)
    assert places(handed, "c.2", 4, 5) == [Place.HANDED, Place.OUTSIDE]


def test_what_was_handed_stays_so_when_the_chat_ends_and_the_rest_is_the_feeds() -> None:
    bob, handed = direction(Stream("c", sent=9)), HandedOver()
    handed.begins(bob)
    bob.pushed = 5
    handed.ends()
    assert places(handed, "c", 1, 5, 6) == [Place.HANDED, Place.HANDED, Place.OUTSIDE]
    handed.ends()
    assert handed.place_of("c", 6) is Place.OUTSIDE


def test_the_oldest_of_very_many_streams_are_forgotten() -> None:
    handed = HandedOver()
    for number in range(MOST_STREAMS + 1):
        bob = direction(Stream(f"c{number}", sent=1))
        handed.begins(bob)
        bob.pushed = 1
        handed.ends()
    assert places(handed, "c0", 1) + places(handed, "c1", 1) == [Place.OUTSIDE, Place.HANDED]
