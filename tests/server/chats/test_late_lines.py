"""Late lines: taken once, in order, and answered; everything else is a letter, or none."""

from __future__ import annotations

import pytest

from duologue.core.commands.chat import SendLetter
from duologue.core.events.chat import Acknowledged, Event, NotKept
from duologue.core.requests import Chat
from duologue.core.streams import Stream
from duologue.server.chats.late_lines import LateLines
from duologue.server.session import Session
from tests.server.chats.test_delivery import Talk
from tests.server.test_session import fake


class Desk:
    """Alice, who sends in the second stream of her chat with bob, and something is missing of the first."""

    def __init__(self) -> None:
        self.talk = Talk()
        self.talk.says("one")
        self.talk.commits()
        self.talk.goes(self.talk.alice)
        self.talk.alice_is_back()
        self.old = self.talk.says_to_bob.streams[0]
        self.live: Chat | None = self.talk.chat
        self.counted = 0
        self.speakers: list[tuple[Session, Stream]] = []
        self.late = LateLines(
            self.talk.shelf,
            self.talk.delivery,
            live=lambda _: self.live,
            spoke_late=lambda session, stream: self.speakers.append((session, stream)),
            counted=self._count,
            wall_clock=lambda: 1.0,
        )

    def _count(self) -> None:
        self.counted += 1

    def takes(self, number: int, stream: str = "id", text: str = "late", who: Session | None = None) -> bool:
        return self.late.take(who or self.talk.alice, SendLetter("bob", stream, number, text))

    @property
    def told(self) -> list[Event]:
        alice = self.talk.alice
        return [
            told for socket in alice.sockets for told in fake(socket).told if isinstance(told, Acknowledged | NotKept)
        ]


@pytest.fixture
async def desk() -> Desk:
    return Desk()


async def test_what_comes_next_in_the_stream_is_taken_and_handed_over(desk: Desk) -> None:
    assert desk.takes(2)
    assert desk.takes(3, text="later")
    assert (desk.old.sent, desk.counted) == (3, 2)
    desk.talk.commits()
    await desk.talk.settles()
    assert [line for line in desk.talk.heard if ">" not in line] == ["one", "late", "later"]


async def test_what_is_there_already_is_answered_and_not_taken_again(desk: Desk) -> None:
    """11.1: handing in the same one twice is harmless."""
    assert desk.takes(2)
    desk.talk.commits()
    for number in (1, 2):
        assert desk.takes(number, text="again")
    assert (desk.old.sent, desk.counted) == (2, 1)
    assert desk.told == [Acknowledged(2, 0, "id")] * 2


async def test_one_before_which_something_is_missing_is_refused(desk: Desk) -> None:
    assert desk.takes(3)
    assert (desk.old.sent, desk.talk.shelf.waiting) == (1, [])
    [refusal] = desk.told
    assert isinstance(refusal, NotKept)
    assert (refusal.stream, refusal.number, refusal.code) == ("id", 3, "bad_number")


@pytest.mark.parametrize("stream", ["id.2", "id.7"])
async def test_what_is_in_the_stream_that_is_on_or_in_none_is_not_late(desk: Desk, stream: str) -> None:
    assert not desk.takes(1, stream)


async def test_nor_is_it_where_the_chat_is_over_or_of_others(desk: Desk) -> None:
    desk.talk.alice.nickname = "eve"
    assert not desk.takes(2)
    desk.talk.alice.nickname = "alice"
    desk.live = None
    assert not desk.takes(2)
    assert isinstance(desk.old, Stream)
    assert desk.old.sent == 1
