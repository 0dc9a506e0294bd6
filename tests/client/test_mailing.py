"""Letters, from their writing to the word that they have arrived, and what is left of chats."""

from __future__ import annotations

from typing import Any

import pytest

from duologue.client.correspondence import Correspondence
from duologue.client.happenings import HandedIn, Happening, LetterDelivered
from duologue.client.memory import Memory
from duologue.client.notebook import Letter
from duologue.core.events import Acknowledged, KeptFor, NotKept

LETTER = Letter("carol", "abc", "hi\nthere", at=0)


class Scene:
    def __init__(self) -> None:
        self.memory = Memory()
        self.comes_back()

    def comes_back(self) -> str:
        """In a new session; what is sent again on the chat socket."""
        self.session = Correspondence(self.memory)
        self.session.begin()
        return self.session.to_chat.decode()

    def asks(self) -> str:
        return self.session.to_check.decode()

    def hears(self, *events: Any) -> list[Happening]:
        return [told for event in events for told in self.session.note(event)]


@pytest.fixture
def alice() -> Scene:
    return Scene()


def test_a_letter_is_sent_until_it_is_safe_and_asked_about_until_it_is_delivered(alice: Scene) -> None:
    assert alice.session.mail.write(LETTER) == b"/msg carol abc 1 :hi\vthere\n"
    assert alice.hears(KeptFor("carol", "abc", 1)) == [KeptFor("carol", "abc", 1)]
    assert alice.comes_back() == "/msg carol abc 1 :hi\vthere\n"
    assert alice.hears(KeptFor("carol", "abc", 1)) == []  # told already
    assert alice.hears(Acknowledged(1, 0, "abc"), Acknowledged(1, 0, "abc")) == [Acknowledged(1, 0, "abc")]
    assert alice.comes_back() == ""
    assert alice.asks() == "PING 0 abc\n"
    assert alice.hears(Acknowledged(1, 1, "abc")) == [LetterDelivered("carol", "abc", "hi\nthere")]
    assert alice.memory.letters == ()
    assert alice.hears(Acknowledged(1, 1, "abc"), KeptFor("carol", "abc", 1)) == []


def test_a_letter_that_is_refused_is_not_sent_again(alice: Scene) -> None:
    alice.session.mail.write(LETTER)
    refused = NotKept("carol", "abc", 1, "unknown", "carol doesn't exist.")
    assert alice.hears(refused, refused) == [refused]
    assert alice.memory.letters == ()


def test_in_one_session_a_letter_is_sent_once(alice: Scene) -> None:
    alice.session.mail.write(LETTER)
    alice.session.mail.begin()
    assert alice.session.to_chat == b""
    alice.memory.write(Letter("carol", "def", "later", at=0))
    alice.session.mail.begin()
    alice.session.mail.begin()
    assert alice.session.to_chat == b"/msg carol def 1 :later\n"


def test_a_message_to_a_room_is_done_when_it_is_stored(alice: Scene) -> None:
    assert alice.session.mail.write(Letter("#tea", "abc", "hi", at=0)) == b"/msg #tea abc 1 :hi\n"
    assert alice.comes_back() == "/msg #tea abc 1 :hi\n"
    assert alice.hears(Acknowledged(0, 0, "abc")) == []
    assert alice.hears(Acknowledged(1, 1, "abc"), Acknowledged(1, 1, "abc")) == [Acknowledged(1, 1, "abc")]
    assert alice.memory.letters == ()
    assert alice.comes_back() == alice.asks() == ""


def test_a_message_to_a_room_may_be_refused(alice: Scene) -> None:
    alice.session.mail.write(Letter("#tea", "abc", "hi", at=0))
    refused = NotKept("#tea", "abc", 1, "not_in_room", "You are not in #tea.")
    assert alice.hears(refused, refused) == [refused]
    assert alice.memory.letters == ()


def test_what_is_left_of_a_chat_is_told_when_the_last_of_it_is_kept(alice: Scene) -> None:
    chat = alice.memory.begin("xyz", "bob")
    for text in (b":one\n", b":two\n"):
        alice.memory.say(chat, text)
    alice.session.mail.hand_in(chat, 5)
    assert alice.session.to_chat == b"/msg bob xyz 1 :one\n/msg bob xyz 2 :two\n"
    assert alice.hears(KeptFor("bob", "xyz", 1), KeptFor("bob", "xyz", 2)) == [HandedIn("bob", 5)]
    assert alice.hears(KeptFor("bob", "xyz", 2), NotKept("bob", "xyz", 2, "full", "No.")) == []
