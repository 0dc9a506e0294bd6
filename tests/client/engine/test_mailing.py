"""Letters, from their writing to the word that they have arrived, and what is left of chats."""

from __future__ import annotations

from typing import Any

import pytest

from duologue.client.engine.correspondence import Correspondence
from duologue.client.engine.memory import Memory
from duologue.client.engine.memory_store import PendingLetter
from duologue.client.events import HandedIn, Happening, LetterDelivered
from duologue.core.events.chat import Acknowledged, ChatEnded, ChatResumed, ChatUnknown, KeptFor, NotKept
from duologue.core.requests import ChatEnd

LETTER = PendingLetter("carol", "abc", "hi\nthere", at=0)


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
    alice.memory.write(PendingLetter("carol", "def", "later", at=0))
    alice.session.mail.begin()
    alice.session.mail.begin()
    assert alice.session.to_chat == b"/msg carol def 1 :later\n"


def test_a_message_to_a_room_is_done_when_it_is_stored(alice: Scene) -> None:
    assert alice.session.mail.write(PendingLetter("#tea", "abc", "hi", at=0)) == b"/msg #tea abc 1 :hi\n"
    assert alice.comes_back() == "/msg #tea abc 1 :hi\n"
    assert alice.hears(Acknowledged(0, 0, "abc")) == []
    assert alice.hears(Acknowledged(1, 1, "abc"), Acknowledged(1, 1, "abc")) == [Acknowledged(1, 1, "abc")]
    assert alice.memory.letters == ()
    assert alice.comes_back() == alice.asks() == ""


def test_a_message_to_a_room_may_be_refused(alice: Scene) -> None:
    alice.session.mail.write(PendingLetter("#tea", "abc", "hi", at=0))
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


# To somebody whose chat has to be settled first


def left_behind(alice: Scene) -> None:
    """A message of a chat with carol that the server does not answer for."""
    alice.memory.end(alice.memory.begin("xyz", "carol"))
    alice.memory.say(alice.memory.chats[0], b":m1\n")


RESUME = "/resume xyz xyz 0 xyz 0\n"


def test_a_letter_does_not_overtake_what_was_said_in_a_chat_before(alice: Scene) -> None:
    """11.2: what is left of the chat is handed in first, whenever the letter was written."""
    left_behind(alice)
    alice.memory.write(LETTER)
    alice.memory.write(PendingLetter("dave", "def", "at once", at=0))
    assert alice.comes_back() == f"{RESUME}/msg dave def 1 :at once\n"
    assert alice.session.mail.write(PendingLetter("carol", "ghi", "later", at=0)) == b""
    assert alice.session.mail.write(PendingLetter("dave", "jkl", "too", at=0)) == b"/msg dave jkl 1 :too\n"
    alice.session.mail.begin()
    alice.session.to_chat.clear()
    alice.hears(ChatEnded("carol", ChatEnd.LEFT, "xyz", 0))
    assert alice.session.to_chat.splitlines() == [
        b"/msg carol xyz 1 :m1",
        b"/msg carol abc 1 :hi\vthere",
        b"/msg carol ghi 1 :later",
    ]
    assert alice.session.mail.write(PendingLetter("carol", "mno", "now", at=0)) == b"/msg carol mno 1 :now\n"


def test_nor_where_that_chat_goes_on_or_nobody_knows_it(alice: Scene) -> None:
    left_behind(alice)
    alice.memory.write(LETTER)
    alice.comes_back()
    alice.session.to_chat.clear()
    alice.hears(ChatResumed("carol", "xyz", 0, "xyz", 0))
    assert alice.session.to_chat == b":m1\n/quit\n/msg carol abc 1 :hi\vthere\n"
    alice.comes_back()
    alice.session.to_chat.clear()
    alice.hears(ChatUnknown("xyz"))
    assert alice.session.to_chat == b"/msg carol xyz 1 :m1\n/msg carol abc 1 :hi\vthere\n"


def test_of_two_chats_the_last_answer_lets_it_go(alice: Scene) -> None:
    left_behind(alice)
    alice.memory.say(alice.memory.begin("uvw", "carol"), b":m2\n")
    alice.memory.write(LETTER)
    alice.comes_back()
    alice.session.to_chat.clear()
    alice.hears(ChatEnded("carol", ChatEnd.LEFT, "xyz", 1))
    assert alice.session.to_chat == b""
    alice.hears(ChatEnded("carol", ChatEnd.LEFT, "uvw", 1))
    assert alice.session.to_chat == b"/msg carol abc 1 :hi\vthere\n"


def test_letters_keep_their_order_when_word_comes_that_all_of_the_chat_is_safe(alice: Scene) -> None:
    left_behind(alice)
    alice.memory.write(LETTER)
    alice.comes_back()
    alice.session.to_chat.clear()
    alice.hears(Acknowledged(1, 0, "xyz"))
    assert alice.session.mail.write(PendingLetter("carol", "ghi", "later", at=0)) == b""
    alice.hears(ChatEnded("carol", ChatEnd.LEFT, "xyz", 1))
    assert alice.session.to_chat == b"/msg carol abc 1 :hi\vthere\n/msg carol ghi 1 :later\n"


def test_one_that_is_safe_is_asked_about_at_once(alice: Scene) -> None:
    left_behind(alice)
    alice.memory.write(LETTER)
    alice.memory.store_letter(LETTER)
    assert alice.comes_back() == RESUME
    assert alice.asks() == "PING 0 abc\n"


def test_nothing_waits_for_a_chat_of_which_all_is_safe(alice: Scene) -> None:
    alice.memory.begin("xyz", "carol")
    alice.memory.write(LETTER)
    assert alice.comes_back() == f"{RESUME}/msg carol abc 1 :hi\vthere\n"
