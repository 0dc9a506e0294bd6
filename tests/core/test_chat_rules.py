"""Chats that wait for somebody whose connection is lost (protocol, section 10): who is told what, and how each ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from duologue.core.chat_rules import ChatRules
from duologue.core.commands.chat import ResumeChat, StreamHeld
from duologue.core.effects import CloseChat, Effect, OpenChat, PauseChat, ReopenChat, Tell
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import (
    ChatEnded,
    ChatPaused,
    ChatResumed,
    ChatStarted,
    ChatWaits,
    Event,
    PartnerResumed,
)
from duologue.core.limits import Limits
from duologue.core.requests import Chat, ChatEnd
from duologue.core.streams import Direction, Stream
from tests.one_each import as_heard, session_of

GRACE = 60
LIMITS = replace(Limits(), grace=GRACE)


class Chats:
    """The rules, for people with one session each."""

    def __init__(self, new_chat_id: Callable[[], str] = lambda: "0", limits: Limits = LIMITS) -> None:
        self.rules = ChatRules(new_chat_id, limits)
        self.of, self.restore = self.rules.of, self.rules.restore

    def start(self, asker: str, target: str) -> list[Effect]:
        return as_heard(self.rules.start({asker: session_of(asker), target: session_of(target)}))

    def arrive(self, now: float, nickname: str) -> list[Effect]:
        return as_heard(self.rules.arrive(now, nickname, session_of(nickname)))

    def leave(self, now: float, nickname: str, reason: ChatEnd) -> list[Effect]:
        return as_heard(self.rules.leave(now, nickname, session_of(nickname), reason, is_last=True))

    def quit(self, nickname: str) -> list[Effect]:
        return as_heard(self.rules.quit(nickname))

    def end_overdue(self, now: float) -> list[Effect]:
        return as_heard(self.rules.end_overdue(now))

    def resume(self, now: float, nickname: str, command: ResumeChat) -> list[Effect]:
        agreed = self.rules.agree(nickname, session_of(nickname), command)
        return as_heard([*agreed, *self.rules.come_back(now, nickname)])


class Room:
    """The chat "0" of alice and bob, and the rules that it goes by."""

    def __init__(self) -> None:
        ids = map(str, count())
        self.chats = Chats(lambda: next(ids))
        self.chats.start("alice", "bob")
        chat = self.chats.of("alice")
        assert chat is not None
        self.chat = chat

    def loses(self, now: float, nickname: str) -> list[Effect]:
        return self.chats.leave(now, nickname, ChatEnd.LOST)

    def resumes(self, now: float, nickname: str, *held: StreamHeld) -> list[Effect]:
        return self.chats.resume(now, nickname, ResumeChat("0", *held))

    @property
    def is_on(self) -> bool:
        return self.chats.of("alice") is self.chats.of("bob") is self.chat


@pytest.fixture
def room() -> Room:
    return Room()


def told(effects: list[Effect], name: str) -> list[Event]:
    return [effect.event for effect in effects if isinstance(effect, Tell) and effect.nickname == name]


def done(effects: list[Effect]) -> list[Effect]:
    return [effect for effect in effects if not isinstance(effect, Tell)]


def error_of(call: Callable[[], object]) -> PeerError:
    with pytest.raises(PeerError) as caught:
        call()
    assert not isinstance(caught.value, FatalPeerError)
    return caught.value


def test_a_chat_begins_for_both() -> None:
    chats = Chats(lambda: "id", Limits())
    effects = chats.start("alice", "bob")
    chat = chats.of("alice")
    assert chat is not None
    assert chat is chats.of("bob")
    assert effects == [
        OpenChat(chat),
        Tell("alice", ChatStarted("bob", "id")),
        Tell("bob", ChatStarted("alice", "id")),
    ]


# Somebody is lost


def test_a_chat_waits_for_who_is_lost_and_the_other_is_told_how_long(room: Room) -> None:
    """10.1."""
    assert room.loses(0, "alice") == [
        PauseChat(room.chat, "alice", session_of("alice")),
        Tell("bob", ChatPaused("alice", GRACE)),
    ]
    assert room.is_on


@pytest.mark.parametrize("reason", [ChatEnd.LEFT, ChatEnd.REMOVED])
def test_a_chat_ends_for_whoever_goes_for_good(room: Room, reason: ChatEnd) -> None:
    """10.1."""
    effects = room.chats.leave(0, "alice", reason)
    assert effects == [CloseChat(room.chat, reason), Tell("bob", ChatEnded("alice", reason))]
    assert room.chats.of("alice") is room.chats.of("bob") is None


def test_who_is_in_no_chat_goes_without_a_word(room: Room) -> None:
    assert room.loses(0, "carol") == []


def test_the_chat_ends_when_its_time_is_over_and_both_are_told(room: Room) -> None:
    """10.1; the one who is away may have logged in and not resumed."""
    room.loses(10, "alice")
    assert room.chats.end_overdue(10 + GRACE - 0.1) == []
    effects = room.chats.end_overdue(10 + GRACE)
    assert done(effects) == [CloseChat(room.chat, ChatEnd.LOST)]
    assert told(effects, "bob") == [ChatEnded("alice", ChatEnd.LOST)]
    assert told(effects, "alice") == [ChatEnded("bob", ChatEnd.LOST)]
    assert room.chats.of("alice") is room.chats.of("bob") is None
    assert room.chats.end_overdue(1000) == []


def test_a_chat_that_both_have_lost_ends_once(room: Room) -> None:
    room.loses(0, "alice")
    room.loses(1, "bob")
    assert done(room.chats.end_overdue(1000)) == [CloseChat(room.chat, ChatEnd.LOST)]


def test_who_is_lost_again_before_resuming_has_what_is_left_of_the_time(room: Room) -> None:
    """Else a client that comes and goes without a word would hold the chat for ever."""
    room.loses(0, "alice")
    assert told(room.chats.arrive(50, "alice"), "alice") == [ChatWaits("bob", "0", 10)]
    assert room.loses(55, "alice") == []
    assert told(room.chats.arrive(58, "alice"), "alice") == [ChatWaits("bob", "0", 2)]
    assert done(room.chats.end_overdue(GRACE)) == [CloseChat(room.chat, ChatEnd.LOST)]


def test_who_has_resumed_and_is_lost_again_has_all_of_the_time_again(room: Room) -> None:
    room.loses(0, "alice")
    room.resumes(50, "alice")
    room.loses(55, "alice")
    assert room.chats.end_overdue(55 + GRACE - 1) == []
    assert done(room.chats.end_overdue(55 + GRACE)) == [CloseChat(room.chat, ChatEnd.LOST)]


def test_time_that_was_over_for_a_chat_of_before_ends_none_of_now(room: Room) -> None:
    room.loses(0, "alice")
    room.chats.quit("bob")
    room.chats.start("alice", "bob")
    room.loses(30, "alice")
    assert room.chats.end_overdue(GRACE) == []
    assert len(done(room.chats.end_overdue(30 + GRACE))) == 1


# Guests: whoever has their name tomorrow is somebody else


def test_a_chat_does_not_wait_for_a_guest_who_is_lost() -> None:
    chats = Chats()
    chats.start("alice", "~Bob")
    chat = chats.of("alice")
    assert chat is not None
    assert chats.leave(0, "~Bob", ChatEnd.LOST) == [
        CloseChat(chat, ChatEnd.LOST),
        Tell("alice", ChatEnded("~Bob", ChatEnd.LOST)),
    ]
    assert chats.of("alice") is chats.of("~Bob") is None
    assert chats.end_overdue(1000) == []


def test_two_guests_end_their_chat_once() -> None:
    chats = Chats()
    chats.start("~Alice", "~Bob")
    assert told(chats.leave(0, "~Bob", ChatEnd.LOST), "~Alice") == [ChatEnded("~Bob", ChatEnd.LOST)]
    assert chats.leave(0, "~Alice", ChatEnd.LOST) == []


def test_a_guest_waits_for_a_partner_who_is_lost() -> None:
    """10.1: alice comes back as nobody else."""
    chats = Chats()
    chats.start("~Bob", "alice")
    assert told(chats.leave(0, "alice", ChatEnd.LOST), "~Bob") == [ChatPaused("alice", GRACE)]
    assert told(chats.resume(5, "alice", ResumeChat("0")), "~Bob") == [PartnerResumed("alice", "0")]


def test_a_guest_who_is_lost_while_the_partner_is_away_ends_the_chat_for_both() -> None:
    chats = Chats()
    chats.start("~Bob", "alice")
    chats.leave(0, "alice", ChatEnd.LOST)
    assert told(chats.leave(1, "~Bob", ChatEnd.LOST), "alice") == [ChatEnded("~Bob", ChatEnd.LOST)]
    assert chats.arrive(2, "alice") == []
    assert chats.end_overdue(1000) == []


def test_a_guest_of_before_does_not_come_back_with_the_server() -> None:
    chats = Chats(lambda: "new")
    of_two, of_guest = Chat("1", "carol", "dave"), Chat("2", "alice", "~Bob")
    for chat in (of_two, of_guest):
        chats.restore(100, chat)
    effects = chats.end_overdue(100)
    assert done(effects) == [CloseChat(of_guest, ChatEnd.LOST)]
    assert told(effects, "alice") == [ChatEnded("~Bob", ChatEnd.LOST)]
    assert done(chats.end_overdue(100 + GRACE)) == [CloseChat(of_two, ChatEnd.LOST)]


def test_who_has_a_guests_name_has_not_their_chat() -> None:
    """Not even in the moment before the time of the chat is found to be over."""
    chats = Chats(lambda: "new")
    chat = Chat("old", "alice", "~Bob")
    chats.restore(100, chat)
    effects = chats.arrive(100, "~Bob")
    assert done(effects) == [CloseChat(chat, ChatEnd.LOST)]
    assert told(effects, "~Bob") == []
    assert chats.of("~Bob") is chats.of("alice") is None
    assert chats.end_overdue(1000) == []


# Somebody leaves while one is away


@pytest.mark.parametrize("quits", ["alice", "bob"])
def test_either_can_leave_while_one_is_away(room: Room, quits: str) -> None:
    """The one who is away when logged in, and before any /resume."""
    room.loses(0, "alice")
    other = room.chat.partner_of(quits)
    effects = room.chats.quit(quits)
    assert done(effects) == [CloseChat(room.chat, ChatEnd.LEFT)]
    assert told(effects, quits) == [ChatEnded(other, ChatEnd.YOU_LEFT)]
    assert told(effects, other) == [ChatEnded(quits, ChatEnd.LEFT)]
    assert room.chats.end_overdue(1000) == []


def test_who_is_in_no_chat_cannot_leave_one(room: Room) -> None:
    assert error_of(lambda: room.chats.quit("carol")).code == "no_chat"


def test_whose_account_is_removed_while_away_ends_the_chat(room: Room) -> None:
    room.loses(0, "alice")
    assert told(room.chats.leave(1, "alice", ChatEnd.REMOVED), "bob") == [ChatEnded("alice", ChatEnd.REMOVED)]


# Somebody comes back


def test_whoever_comes_back_is_told_of_the_chat_and_takes_no_part_yet(room: Room) -> None:
    room.loses(0, "alice")
    assert room.chats.arrive(20, "alice") == [Tell("alice", ChatWaits("bob", "0", GRACE - 20))]
    assert "alice" in room.chat.away


def test_whoever_had_no_chat_is_told_nothing(room: Room) -> None:
    assert room.chats.arrive(0, "carol") == []


def test_the_answer_comes_before_what_was_missed_and_the_partner_is_told_after(room: Room) -> None:
    """10.3: chat_resumed first, then stream_begins, which is the delivery's."""
    room.loses(0, "alice")
    effects = room.resumes(20, "alice", StreamHeld("0", 0), StreamHeld("0", 0))
    assert effects == [
        Tell("alice", ChatResumed("bob", "0", 0, "0", 0)),
        ReopenChat(room.chat, "alice", session_of("alice"), (), None),
        Tell("bob", PartnerResumed("alice", "0")),
    ]
    assert room.is_on
    assert not room.chat.away
    assert room.chats.end_overdue(1000) == []


def test_where_both_ends_stand_is_agreed_on(room: Room) -> None:
    """10.3."""
    says, hears = room.chat.says("alice").current, room.chat.hears("alice").current
    says.sent, hears.sent = 5, 7
    room.loses(0, "alice")
    effects = room.resumes(1, "alice", StreamHeld("0", 3), StreamHeld("0", 6))
    assert told(effects, "alice") == [ChatResumed("bob", "0", 5, "0", 5)]
    assert done(effects) == [ReopenChat(room.chat, "alice", session_of("alice"), (hears,), None)]
    assert (hears.received, room.chat.hears("alice").pushed) == (6, 6)


def test_who_remembers_nothing_sends_in_a_new_stream_from_one(room: Room) -> None:
    """10.4."""
    room.chat.says("alice").current.sent = 5
    room.loses(0, "alice")
    effects = room.resumes(1, "alice")
    begun = room.chat.says("alice").current
    assert told(effects, "alice") == [ChatResumed("bob", "0", 0, begun.name, 0)]
    assert done(effects) == [ReopenChat(room.chat, "alice", session_of("alice"), (), begun)]
    assert begun.name != "0"
    assert room.chat.says("bob").current.name == "0", "what bob says goes on"


def test_the_first_to_come_back_hears_how_long_the_other_still_has(room: Room) -> None:
    room.loses(0, "bob")
    room.loses(10, "alice")
    effects = room.resumes(20, "alice", StreamHeld("0", 0), StreamHeld("0", 0))
    assert told(effects, "alice")[-1] == ChatPaused("bob", GRACE - 20)
    assert told(effects, "bob") == []
    assert told(room.resumes(30, "bob"), "alice") == [PartnerResumed("bob", "0")]


def test_a_chat_that_is_on_cannot_be_resumed(room: Room) -> None:
    """A second /resume would make a new stream out of nothing."""
    assert error_of(lambda: room.resumes(0, "alice")).code == "not_paused"
    room.loses(0, "alice")
    room.resumes(1, "alice")
    assert error_of(lambda: room.resumes(2, "alice")).code == "not_paused"
    assert len(room.chat.says("alice").streams) == 2


def test_who_says_what_cannot_be_is_still_awaited(room: Room) -> None:
    """7.5: the session ends, and the chat goes on waiting; nothing has changed."""
    room.loses(0, "alice")
    with pytest.raises(FatalPeerError, match="bad_count"):
        room.resumes(1, "alice", StreamHeld("0", 0), StreamHeld("0", 99))
    assert room.chat.away["alice"] == GRACE
    assert len(room.chat.says("alice").streams) == 1


# A server that starts again


def test_a_chat_of_a_server_that_is_no_more_waits_for_both() -> None:
    """10.1."""
    chats = Chats(lambda: "new")
    chat = Chat("old", "alice", "bob", {"alice": Direction("alice", "bob", [Stream("old", 3, 3)])})
    chats.restore(100, chat)
    assert chats.of("alice") is chats.of("bob") is chat
    assert told(chats.arrive(110, "bob"), "bob") == [ChatWaits("alice", "old", GRACE - 10)]
    effects = chats.resume(120, "bob", ResumeChat("old"))
    assert told(effects, "bob")[-1] == ChatPaused("alice", GRACE - 20)
    assert chats.end_overdue(100 + GRACE - 1) == []
    assert done(chats.end_overdue(100 + GRACE)) == [CloseChat(chat, ChatEnd.LOST)]
