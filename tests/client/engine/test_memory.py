"""What a client remembers, in its own process: promises of the memory whatever it is written down in."""

from __future__ import annotations

import pytest

from duologue.client.engine.memory import MOST_LETTERS, MOST_WAITING, Memory, MemoryFull
from duologue.client.engine.memory_store import (
    MOST_STREAMS,
    ChatMemory,
    Contents,
    MemoryFailed,
    MemoryTaken,
    NoMemoryStore,
    PendingLetter,
)


class Failing(NoMemoryStore):
    """Raises when a message is written down or what was received, and counts how often it was closed."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.closed = 0
        self.received: list[tuple[str, str, int]] = []

    def put_line(self, chat: str, number: int, line: bytes) -> None:
        raise self.error

    def put_received(self, sender: str, stream: str, upto: int) -> None:
        self.received.append((sender, stream, upto))

    def close(self) -> None:
        self.closed += 1


def in_a_chat(memory: Memory, messages: int = 0) -> ChatMemory:
    chat = memory.begin("xyz", "bob")
    for number in range(1, messages + 1):
        memory.say(chat, b":%d\n" % number)
    return chat


def test_messages_are_numbered_and_go_when_they_are_stored() -> None:
    memory = Memory()
    chat = in_a_chat(memory, 3)
    assert (chat.sent, memory.unstored) == (3, 3)
    memory.store(chat, 2)
    assert (chat.sent, chat.stored, list(chat.unstored)) == (3, 2, [b":3\n"])
    memory.store(chat, 1)
    assert chat.stored == 2


def test_the_same_stream_goes_on_and_nothing_is_forgotten_that_is_not_known_to_be_stored() -> None:
    """7.3: that the server has it does not mean that its disk has."""
    memory = Memory()
    chat = in_a_chat(memory, 3)
    chat.delivered = 1
    memory.resume(chat, had=2, stream="xyz", taken=2)
    assert (chat.sent, list(chat.unstored), chat.delivered) == (3, [b":1\n", b":2\n", b":3\n"], 1)


def test_in_another_stream_what_is_left_keeps_its_numbers() -> None:
    """10.4."""
    memory = Memory()
    chat = in_a_chat(memory, 3)
    rest = memory.resume(chat, had=1, stream="xyz.2", taken=0)
    assert (chat.stream, chat.stored, list(chat.unstored), chat.delivered) == ("xyz.2", 0, [], 0)
    assert rest
    assert (rest.stream, rest.stored, list(rest.unstored), rest.is_over) == ("xyz", 1, [b":2\n", b":3\n"], True)
    assert memory.chat_sending_in("xyz.2") is chat
    assert memory.chat_sending_in("xyz") is rest
    memory.say_anew(rest, chat)
    assert list(chat.unstored) == [b":2\n", b":3\n"]
    assert memory.chats == (chat,)


def test_a_new_chat_ends_the_one_before_which_stays_while_something_of_it_is_not_safe() -> None:
    memory = Memory()
    in_a_chat(memory, 1)
    memory.begin("b", "carol")
    memory.begin("c", "dave")
    assert [(chat.id, chat.is_over) for chat in memory.chats] == [("xyz", True), ("c", False)]
    assert memory.current is memory.chat("c")


def test_what_is_received_only_grows_and_the_longest_untouched_are_forgotten() -> None:
    memory = Memory()
    memory.receive("bob", "a", 5)
    memory.receive("bob", "a", 3)
    memory.receive("carol", "a", 1)
    assert (memory.received("bob", "a"), memory.received("carol", "a"), memory.received("bob", "b")) == (5, 1, 0)
    for number in range(MOST_STREAMS - 2):
        memory.receive("dave", str(number), 1)
    memory.receive("bob", "a", 6)
    memory.receive("eve", "one more", 1)
    assert (memory.received("bob", "a"), memory.received("carol", "a")) == (6, 0)


def test_what_was_received_in_a_chat_is_not_forgotten_before_the_chat() -> None:
    memory = Memory()
    in_a_chat(memory)
    memory.receive("carol", "a", 1)
    memory.receive("bob", "xyz", 7)
    memory.receive("bob", "xyz.2", 8)
    memory.receive("dave", "xyz", 9)  # of the same name, but not of that chat
    for number in range(2 * MOST_STREAMS):
        memory.receive("carol", str(number), 1)
    assert (memory.received("bob", "xyz"), memory.received("bob", "xyz.2")) == (7, 8)
    assert (memory.received("carol", "a"), memory.received("dave", "xyz"), memory.received("carol", "999")) == (0, 0, 0)
    assert sum(memory.received("carol", str(number)) for number in range(2 * MOST_STREAMS)) == MOST_STREAMS - 2


def test_a_chat_that_the_partner_began_a_thousand_times_does_not_grow_for_ever() -> None:
    memory = Memory()
    in_a_chat(memory)
    for number in range(MOST_STREAMS + 1):
        memory.receive("bob", f"xyz.{number}", 1)
    assert (memory.received("bob", "xyz.0"), memory.received("bob", "xyz.1")) == (0, 1)


def test_without_a_connection_not_more_is_taken_than_fits() -> None:
    memory = Memory()
    chat = in_a_chat(memory)
    for _ in range(MOST_WAITING):
        memory.say_later(chat, b":x\n")
    with pytest.raises(MemoryFull):
        memory.say_later(chat, b":x\n")
    memory.say(chat, b":x\n")


def test_a_notebook_that_fails_is_told_once_and_all_goes_on() -> None:
    memory_store = Failing(MemoryFailed("full"))
    memory = Memory(memory_store)
    chat = in_a_chat(memory, 1)
    assert (memory.trouble(), memory.trouble(), memory_store.closed) == ("full", None, 1)
    memory.say(chat, b":2\n")
    assert chat.sent == 2


def test_who_is_shut_out_takes_no_messages_and_writes_nothing() -> None:
    memory_store = Failing(MemoryTaken())
    memory = Memory(memory_store)
    chat = in_a_chat(memory)
    with pytest.raises(MemoryTaken):
        memory.say(chat, b":1\n")
    with pytest.raises(MemoryTaken):
        memory.write(PendingLetter("bob", "s", "hi", 0))
    assert (chat.sent, memory.letters) == (0, ())
    memory.receive("bob", "xyz", 1)
    assert memory_store.received == []
    memory.open("alice")  # logged in again, it is the newest itself
    memory.receive("bob", "xyz", 2)
    assert memory_store.received == [("bob", "xyz", 2)]


def test_what_another_has_written_meanwhile_counts() -> None:
    class Other(NoMemoryStore):
        def open(self, account: str) -> Contents | None:
            return Contents(chats={"c": ChatMemory("c", account, "c", "c")})

    memory = Memory(Other())
    in_a_chat(memory)
    memory.open("alice")
    assert [chat.partner for chat in memory.chats] == ["alice"]


def test_letters_until_they_are_forgotten() -> None:
    memory = Memory()
    letter = PendingLetter("bob", "s", "hi", 0)
    memory.write(letter)
    assert (memory.unstored, memory.letter("s")) == (1, letter)
    memory.store_letter(letter)
    memory.keep_letter(memory.letters[0])
    assert memory.letters == (PendingLetter("bob", "s", "hi", 0, is_stored=True, is_kept=True),)
    assert memory.unstored == 0
    memory.forget_letter("s")
    assert not memory.letters


def test_without_a_connection_not_more_letters_are_taken_either() -> None:
    memory = Memory()
    memory._contents.letters = {
        str(number): PendingLetter("#tea", str(number), "x", 0) for number in range(MOST_WAITING)
    }
    with pytest.raises(MemoryFull):
        memory.write_later(PendingLetter("#tea", "s", "x", 0))
    memory.write(PendingLetter("#tea", "s", "x", 0))


def test_who_has_said_something_in_a_room_and_was_killed_goes_back_there() -> None:
    class Other(NoMemoryStore):
        def open(self, account: str) -> Contents | None:
            letters = (
                PendingLetter("#tea", "s", "hi", 7),
                PendingLetter("#tea", "t", "hi", 8),
                PendingLetter("bob", "u", "hi", 9),
            )
            return Contents(letters={letter.stream: letter for letter in letters})

    memory = Memory(Other())
    memory.joined_rooms.begin("#ops")
    memory.open("alice")
    assert (memory.account, memory.joined_rooms.rooms) == ("alice", ("#ops", "#tea"))
    assert [(stay.room, stay.since) for stay in memory.joined_rooms][1:] == [("#tea", 7)]


def test_of_too_many_letters_the_oldest_that_is_safe_goes() -> None:
    memory = Memory()
    for number in range(MOST_LETTERS):
        memory.write(PendingLetter("bob", str(number), "hi", 0))
    memory.write(PendingLetter("bob", "one more", "hi", 0))
    assert len(memory.letters) == MOST_LETTERS + 1
    memory.store_letter(memory.letters[1])
    memory.write(PendingLetter("bob", "and one", "hi", 0))
    assert memory.letter("1") is None
    assert memory.letter("0")
