"""Scenes of messages that must not be lost: resume, a chat that is over, letters (docs/protocol.md 7 and 8)."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from duologue.client.engine.correspondence import Correspondence
from duologue.client.engine.memory import Memory
from duologue.client.events import HandedIn, Happening
from duologue.core.events.chat import (
    Acknowledged,
    ChatElsewhere,
    ChatEnded,
    ChatFree,
    ChatHeld,
    ChatResumed,
    ChatStarted,
    ChatUnknown,
    ChatWaits,
    Disconnected,
    KeptFor,
    MessageFrom,
    NotKept,
    Refused,
    Said,
    StreamBegins,
)
from duologue.core.events.devices import Kept
from duologue.core.requests import ChatEnd


class Scene:
    """Alice at one server, over as many sessions as it takes; her memory outlives them."""

    def __init__(self) -> None:
        streams = count(1)
        self.memory = Memory(device="desk", clock=lambda: 9, new_stream=lambda: f"letter{next(streams)}")
        self.session = Correspondence(self.memory)

    def comes_back(self) -> str:
        """In a new session; what she asks and sends at once."""
        self.session = Correspondence(self.memory)
        self.session.begin()
        return self.sends()

    def says(self, *texts: str) -> str:
        return b"".join(self.session.say(text) for text in texts).decode()

    def hears(self, *events: Any) -> list[Happening]:
        return [told for event in events for told in self.session.note(event)]

    def sends(self) -> str:
        """What is due by itself on the chat socket."""
        due = self.session.to_chat.decode()
        self.session.to_chat.clear()
        return due

    def asks(self) -> str:
        """The same of the check socket."""
        due = self.session.to_check.decode()
        self.session.to_check.clear()
        return due


@pytest.fixture
def alice() -> Scene:
    """In a chat with bob."""
    scene = Scene()
    assert scene.hears(ChatStarted("bob", "xyz")) == [ChatStarted("bob", "xyz")]
    return scene


def finish(scene: Scene, messages: int) -> None:
    for _ in range(messages):
        scene.session.received.finished(scene.session.live)


def is_resuming(scene: Scene) -> bool:
    return scene.session.is_resuming


# Resume


def test_the_chat_goes_on_where_it_was(alice: Scene) -> None:
    assert alice.says("one", "two", "three\nlines") == ":one\n:two\n:three\vlines\n"
    alice.hears(Acknowledged(1, 0, "xyz"), Said("bob", "hi"))
    finish(alice, 1)
    assert alice.comes_back() == "/resume xyz xyz 1 xyz 1\n"
    assert is_resuming(alice)
    resumed = ChatResumed("bob", "xyz", 2, "xyz", 2)
    assert alice.hears(resumed, StreamBegins("bob", "xyz", 1)) == [resumed]
    assert not is_resuming(alice)
    assert alice.sends() == ":three\vlines\n"
    assert alice.hears(Said("bob", "hi"), Said("bob", "again")) == [Said("bob", "again")]


def test_what_is_said_before_the_chat_goes_on_waits_for_that(alice: Scene) -> None:
    alice.says("one")
    alice.comes_back()
    assert alice.says("two") == ""
    alice.hears(ChatResumed("bob", "xyz", 0, "xyz", 0))
    assert alice.sends() == ":one\n:two\n"
    assert alice.says("three") == ":three\n"


def test_what_the_memory_takes_while_a_session_opens_leaves_no_gap(alice: Scene) -> None:
    alice.comes_back()
    alice.hears(ChatResumed("bob", "xyz", 0, "xyz", 0))
    assert alice.memory.current
    alice.memory.say_later(alice.memory.current, b":one\n")
    assert alice.says("two") == ":one\n:two\n"
    alice.memory.say_later(alice.memory.current, b":three\n")
    assert alice.session.lines_due() == b":three\n"
    assert alice.session.lines_due() == b""


def test_in_another_stream_what_is_left_comes_first(alice: Scene) -> None:
    alice.says("one", "two", "three")
    alice.comes_back()
    alice.hears(ChatResumed("bob", "xyz", 1, "xyz.2", 0))
    assert alice.says("four") == ":four\n"
    late = "/msg bob xyz 2 :two\n/msg bob xyz 3 :three\n"
    assert alice.sends() == late, "under its old numbers: bob may have it"
    assert alice.hears(Acknowledged(1, 0, "xyz.2")) == [Acknowledged(1, 0, "xyz.2")]
    assert alice.comes_back() == f"/resume xyz xyz.2 1 xyz 0\n{late}", "until it is safe"
    alice.hears(Acknowledged(2, 0, "xyz"), Acknowledged(3, 2, "xyz"))
    assert [chat.id for chat in alice.memory.chats] == ["xyz"]


def test_what_is_left_of_a_stream_that_the_server_does_not_know_is_said_anew(alice: Scene) -> None:
    """11.2: brought back from an old backup."""
    alice.says("one", "two", "three")
    alice.comes_back()
    alice.hears(ChatResumed("bob", "xyz", 1, "xyz.2", 0))
    alice.says("four")
    alice.sends()
    for number in (2, 3):
        assert alice.hears(NotKept("bob", "xyz", number, "bad_number", "no")) == []
    assert alice.sends() == ":two\n:three\n"
    assert alice.memory.unstored == 3


def test_what_is_left_of_a_chat_that_is_over_by_then_is_reported_where_it_is_refused(alice: Scene) -> None:
    alice.says("one", "two")
    alice.comes_back()
    alice.hears(ChatResumed("bob", "xyz", 1, "xyz.2", 0), ChatEnded("bob", ChatEnd.LEFT))
    assert alice.hears(NotKept("bob", "xyz", 2, "mailbox_full", "full")) == []
    assert alice.memory.unstored == 1, "it is tried again"
    assert alice.hears(NotKept("bob", "xyz", 2, "bad_number", "no")) == [HandedIn("bob", 0, 1, "no")]
    assert alice.memory.unstored == 0


def test_without_a_memory_the_chat_goes_on_in_a_stream_of_its_own() -> None:
    scene = Scene()
    assert scene.comes_back() == ""
    assert scene.hears(ChatWaits("bob", "xyz", 50)) == []
    assert scene.sends() == "/resume xyz\n"
    resumed = ChatResumed("bob", "xyz", 0, "xyz.2", 0)
    assert scene.hears(resumed, StreamBegins("bob", "xyz", 4), Said("bob", "4th")) == [resumed, Said("bob", "4th")]
    finish(scene, 1)
    assert scene.says("hello") == ":hello\n"
    assert scene.comes_back() == "/resume xyz xyz.2 0 xyz 4\n"


def test_a_chat_that_is_asked_for_already_is_not_asked_for_twice(alice: Scene) -> None:
    alice.comes_back()
    alice.hears(ChatWaits("bob", "xyz", 50))
    assert alice.sends() == ""


def test_a_partner_that_comes_back_without_a_memory_begins_another_stream(alice: Scene) -> None:
    alice.hears(Said("bob", "one"), StreamBegins("bob", "xyz.2", 1), Said("bob", "new"))
    finish(alice, 2)
    assert alice.session.received.pings(alice.session.live) == b"PING 1 xyz\nPING 1 xyz.2\n"
    assert alice.comes_back() == "/resume xyz xyz 0 xyz.2 1\n"


def test_who_has_left_does_not_want_to_go_on_but_what_was_said_is_sent(alice: Scene) -> None:
    alice.says("one")
    alice.session.leave()
    assert alice.memory.current is None
    assert alice.comes_back() == "/resume xyz xyz 0 xyz 0\n"
    assert alice.hears(ChatResumed("bob", "xyz", 0, "xyz", 0)) == []
    assert alice.sends() == ":one\n/quit\n"
    ended = ChatEnded("bob", ChatEnd.YOU_LEFT)
    assert alice.hears(Acknowledged(1, 1, "xyz"), ended) == [Acknowledged(1, 1, "xyz"), ended]
    assert alice.comes_back() == ""


def test_who_has_left_with_everything_safe_asks_only_if_the_server_still_waits(alice: Scene) -> None:
    alice.session.leave()
    assert alice.comes_back() == ""
    alice.hears(ChatWaits("bob", "xyz", 9), ChatResumed("bob", "xyz", 0, "xyz", 0))
    assert alice.sends() == "/resume xyz xyz 0 xyz 0\n/quit\n"


def test_outside_a_chat_the_server_says_why_not() -> None:
    assert Scene().says("hello?") == ":hello?\n"


# A chat is over


def test_a_chat_that_ends_in_order_is_forgotten(alice: Scene) -> None:
    alice.says("one")
    ended = ChatEnded("bob", ChatEnd.LEFT)
    assert alice.hears(Acknowledged(1, 0, "xyz"), ended)[1:] == [ended]
    assert (alice.sends(), alice.memory.chats, alice.session.live) == ("", (), None)


def test_the_last_messages_of_a_chat_are_asked_about_and_were_all_there(alice: Scene) -> None:
    alice.says("one")
    assert alice.hears(ChatEnded("bob", ChatEnd.LEFT)) == [ChatEnded("bob", ChatEnd.LEFT)]
    assert alice.sends() == "/resume xyz xyz 0 xyz 0\n"
    assert alice.hears(ChatEnded("bob", ChatEnd.LEFT, "xyz", 1)) == [Acknowledged(1, 0, "xyz")]
    assert (alice.sends(), alice.memory.chats) == ("", ())


def test_what_came_too_late_for_a_chat_is_handed_in_and_told(alice: Scene) -> None:
    alice.says("one", "two", "three\nlines")
    alice.hears(ChatEnded("bob", ChatEnd.LEFT))
    alice.sends()
    no_chat = Refused("no_chat", "You are in no chat.")
    assert alice.hears(no_chat, no_chat, ChatEnded("bob", ChatEnd.LEFT, "xyz", 1)) == []
    assert alice.sends() == "/msg bob xyz 2 :two\n/msg bob xyz 3 :three\vlines\n"
    assert alice.hears(KeptFor("bob", "xyz", 2), Acknowledged(2, 0, "xyz")) == [Acknowledged(2, 0, "xyz")]
    assert alice.hears(Acknowledged(3, 0, "xyz"), KeptFor("bob", "xyz", 3), KeptFor("bob", "xyz", 3)) == [
        Acknowledged(3, 0, "xyz"),
        HandedIn("bob", 2),
    ]
    assert alice.memory.chats == ()
    assert alice.hears(no_chat) == [no_chat]


def test_a_chat_that_ended_while_away_is_told_and_the_rest_handed_in(alice: Scene) -> None:
    alice.says("one", "two")
    alice.comes_back()
    ended = ChatEnded("bob", ChatEnd.LOST, "xyz", 1)
    assert alice.hears(ended) == [ended]
    assert not alice.session.is_resuming
    assert alice.sends() == "/msg bob xyz 2 :two\n"
    assert alice.comes_back() == "/resume xyz xyz 1 xyz 0\n"  # lost again before there was an answer
    assert alice.hears(ChatEnded("bob", ChatEnd.LOST, "xyz", 2)) == [Acknowledged(2, 0, "xyz")]


def test_a_server_that_knows_nothing_of_the_chat_gets_all_that_was_not_safe(alice: Scene) -> None:
    alice.says("one", "two")
    alice.hears(Acknowledged(1, 1, "xyz"))
    alice.comes_back()
    assert alice.hears(ChatUnknown("xyz")) == [ChatEnded("bob", ChatEnd.LOST, "xyz", 1)]
    assert alice.sends() == "/msg bob xyz 2 :two\n"
    assert alice.hears(ChatUnknown("other")) == []


def test_messages_that_the_partner_did_not_get_in_time_are_told_too(alice: Scene) -> None:
    alice.says("one", "two", "three", "four")
    alice.hears(Acknowledged(3, 1, "xyz"), ChatEnded("bob", ChatEnd.LOST))
    alice.sends()
    told = alice.hears(ChatEnded("bob", ChatEnd.LOST, "xyz", 4))
    assert told == [Acknowledged(4, 1, "xyz"), HandedIn("bob", 3)]


def test_of_what_the_partner_gets_at_once_nothing_is_told(alice: Scene) -> None:
    alice.says("one")
    alice.hears(ChatEnded("bob", ChatEnd.YOU_LEFT), ChatEnded("bob", ChatEnd.LEFT, "xyz", 0))
    assert alice.sends().splitlines()[1:] == ["/msg bob xyz 1 :one"]
    assert alice.hears(Acknowledged(1, 1, "xyz")) == [Acknowledged(1, 1, "xyz")]
    assert alice.memory.chats == ()


def test_what_came_too_late_is_told_with_what_did_not_arrive_in_time(alice: Scene) -> None:
    alice.says("one", "two", "three")
    alice.hears(Acknowledged(2, 1, "xyz"), ChatEnded("bob", ChatEnd.LOST), ChatEnded("bob", ChatEnd.LOST, "xyz", 2))
    assert alice.hears(KeptFor("bob", "xyz", 3)) == [HandedIn("bob", 2)]


def test_what_the_server_will_not_keep_is_told_once(alice: Scene) -> None:
    alice.says("one", "two", "three")
    alice.comes_back()
    alice.hears(ChatEnded("bob", ChatEnd.LOST, "xyz", 0), Acknowledged(1, 0, "xyz"))
    assert alice.hears(KeptFor("bob", "xyz", 1)) == []
    full = NotKept("bob", "xyz", 2, "mailbox_full", "That mailbox is full.")
    assert alice.hears(full, full) == [HandedIn("bob", 1, 2, "That mailbox is full.")]
    assert alice.memory.unstored == 0


def test_answers_about_chats_that_nobody_remembers_are_no_news() -> None:
    scene = Scene()
    assert scene.hears(ChatEnded("bob", ChatEnd.LOST, "xyz", 0), Acknowledged(3, 3, "xyz")) == []
    assert scene.hears(ChatEnded("bob", ChatEnd.LEFT)) == [ChatEnded("bob", ChatEnd.LEFT)]


def test_a_chat_ends_while_it_is_about_to_go_on(alice: Scene) -> None:
    alice.says("one")
    alice.comes_back()
    ended = ChatEnded("bob", ChatEnd.REMOVED)
    assert alice.hears(ended) == [ended]
    assert (alice.sends(), alice.session.is_resuming) == ("", False)
    alice.hears(ChatEnded("bob", ChatEnd.REMOVED, "xyz", 0))
    assert alice.sends() == "/msg bob xyz 1 :one\n"


def test_what_comes_by_mailbox_after_a_chat_is_one_with_what_came_in_it(alice: Scene) -> None:
    alice.hears(Said("bob", "one"), ChatEnded("bob", ChatEnd.LEFT))
    one, two = (MessageFrom("bob", 9, "xyz", number, str(number)) for number in (1, 2))
    assert alice.hears(one, two) == [two]
    finish(alice, 2)
    assert alice.session.received.pings(None) == b"PING 2 xyz\n"


def test_what_is_about_no_messages_goes_through(alice: Scene) -> None:
    event = Disconnected("bye", "Goodbye!")
    assert alice.hears(event, Acknowledged()) == [event, Acknowledged()]


# Chats that another device holds (14.2, 14.3)

HELD, FREE = ChatHeld("bob", "c"), ChatFree("bob", "c", 60)


@pytest.fixture
def desk() -> Scene:
    """One whose chat with bob is on the phone."""
    scene = Scene()
    assert scene.hears(HELD) == [HELD]
    return scene


def test_what_is_said_beside_a_chat_goes_as_letters_and_is_told_as_in_one(desk: Scene) -> None:
    assert desk.says("one", "two") == "/msg bob letter1 1 :one\n/msg bob letter2 1 :two\n"
    assert desk.memory.unstored == 2
    assert desk.hears(KeptFor("bob", "letter1", 1)) == []
    stored, delivered = Acknowledged(1, 0, "letter1"), Acknowledged(1, 1, "letter1")
    assert desk.hears(stored, delivered) == [stored, delivered]
    assert desk.hears(Acknowledged(1, 0, "letter2")) == [Acknowledged(1, 0, "letter2")]
    assert desk.memory.unstored == 0


def test_a_chat_that_nobody_holds_is_taken_by_who_speaks(desk: Scene) -> None:
    assert desk.hears(FREE) == [FREE]
    assert desk.says("one", "two") == "/resume c\n"
    assert desk.memory.unstored == 2
    resumed = ChatResumed("bob", "c", 0, "c.2", 0)
    assert desk.hears(resumed, StreamBegins("bob", "c", 1)) == [resumed]
    assert desk.sends() == ":one\n:two\n"
    assert desk.says("three") == ":three\n"
    assert desk.hears(Acknowledged(3, 3, "c.2")) == [Acknowledged(3, 3, "c.2")]


def test_it_goes_on_after_what_this_device_has_heard(desk: Scene) -> None:
    [*desk.hears(Kept("bob", 6, 9, "bob", "c", 1, "hi"), Kept("bob", 7, 9, "bob", "c.3", 4, "hi"))]
    finish(desk, 2)
    assert desk.session.received.pings(None) == b"PING 1 c\nPING 4 c.3\n"
    desk.hears(FREE)
    assert desk.says("one") == "/resume c - 0 c.3 4\n"
    desk.hears(ChatResumed("bob", "c", 0, "c.2", 0), StreamBegins("bob", "c.3", 5))
    assert desk.hears(Said("bob", "five")) == [Said("bob", "five")]
    finish(desk, 1)
    assert desk.session.received.pings(desk.session.live) == b"PING 5 c.3\n"


def test_of_two_who_take_it_the_second_writes(desk: Scene) -> None:
    desk.hears(FREE)
    desk.says("one", "two")
    elsewhere = ChatElsewhere("bob", "c", 0)
    assert desk.hears(elsewhere, HELD) == [elsewhere]
    assert desk.sends() == "/msg bob letter1 1 :one\n/msg bob letter2 1 :two\n"
    assert (desk.memory.current, desk.memory.chats) == (None, ())
    assert desk.says("three") == "/msg bob letter3 1 :three\n"


def test_it_is_told_once_in_whichever_order_the_two_sockets_are_read(desk: Scene) -> None:
    desk.hears(FREE)
    desk.says("one")
    assert desk.hears(HELD, ChatElsewhere("bob", "c", 0)) == [HELD]


def test_who_held_it_hands_in_what_is_not_stored_and_writes_from_then_on(alice: Scene) -> None:
    alice.says("one", "two", "three")
    assert alice.comes_back().startswith("/resume xyz xyz 0 xyz 0\n")
    alice.hears(ChatElsewhere("bob", "xyz", 1))
    assert alice.sends() == "/msg bob xyz 2 :two\n/msg bob xyz 3 :three\n"
    assert not is_resuming(alice)
    assert alice.says("four") == "/msg bob letter1 1 :four\n"
    alice.hears(Acknowledged(3, 3, "xyz"))
    assert alice.memory.chats == ()


def test_it_is_handed_in_again_after_a_lost_connection(alice: Scene) -> None:
    alice.says("one", "two")
    alice.comes_back()
    alice.hears(ChatElsewhere("bob", "xyz", 1))
    assert "/msg bob xyz 2 :two\n" in alice.comes_back()


def test_the_chat_comes_back_to_who_held_it_before_and_nothing_gets_another_number(alice: Scene) -> None:
    alice.says("one", "two")
    alice.comes_back()
    alice.hears(ChatElsewhere("bob", "xyz", 1), ChatFree("bob", "xyz", 60))
    alice.sends()
    assert alice.says("three") == "/resume xyz\n"
    alice.hears(ChatResumed("bob", "xyz", 0, "xyz.3", 0))
    assert alice.sends() == ":three\n"
    alice.hears(Acknowledged(2, 2, "xyz"), Acknowledged(1, 1, "xyz.3"))
    assert alice.memory.unstored == 0


@pytest.mark.parametrize("answer", [ChatEnded("bob", ChatEnd.LEFT, "c", 0), ChatUnknown("c")])
def test_what_was_said_to_take_a_chat_that_is_over_is_a_letter(desk: Scene, answer: Any) -> None:
    desk.hears(FREE)
    desk.says("one")
    desk.hears(answer)
    assert desk.sends() == "/msg bob letter1 1 :one\n"
    assert desk.says("two") == ":two\n"


@pytest.mark.parametrize("end", [ChatFree("bob", "c", 0), ChatEnded("bob", ChatEnd.LOST)])
def test_a_chat_on_another_device_ends(desk: Scene, end: Any) -> None:
    assert desk.hears(end) == [end]
    assert desk.says("one") == ":one\n"  # and the server says that it is none


def test_the_end_of_an_earlier_chat_is_not_that_of_the_next(desk: Scene) -> None:
    desk.hears(ChatHeld("carol", "d"), ChatFree("bob", "c", 0))
    assert desk.says("one") == "/msg carol letter1 1 :one\n"


def test_in_a_new_session_it_is_told_anew_who_holds_what(desk: Scene) -> None:
    desk.comes_back()
    assert desk.says("one") == ":one\n"


def test_what_was_told_before_we_took_the_chat_and_is_read_later_is_no_news(desk: Scene) -> None:
    desk.hears(FREE)
    desk.says("one")
    desk.hears(ChatResumed("bob", "c", 0, "c.2", 0))
    assert desk.hears(FREE, HELD) == []
    desk.hears(ChatEnded("bob", ChatEnd.LEFT))
    assert desk.memory.others.chat is None
