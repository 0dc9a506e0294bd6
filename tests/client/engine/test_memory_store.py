"""What is remembered, and that nothing is where there is no notebook."""

from __future__ import annotations

from collections import deque

from duologue.client.engine.memory_store import ChatMemory, MemoryStore, MemoryTaken, NoMemoryStore, PendingLetter


def test_numbers_of_a_chat_follow_from_what_is_stored() -> None:
    assert ChatMemory("c", "bob", "c", "c", stored=7, unstored=deque([b":8\n", b":9\n"])).sent == 9


def test_a_letter_to_a_room_is_told_from_one_to_somebody() -> None:
    assert PendingLetter("#tea", "s", "hi", 0).is_for_room
    assert not PendingLetter("~tea", "s", "hi", 0).is_for_room


def test_without_a_notebook_everything_is_taken_and_nothing_given_back() -> None:
    memory_store: MemoryStore = NoMemoryStore()
    memory_store.put_chat(ChatMemory("c", "bob", "c", "c"))
    memory_store.put_line("c", 1, b":1\n")
    memory_store.put_stored("c", 1)
    memory_store.put_received("bob", "c", 1)
    memory_store.put_letter(PendingLetter("bob", "s", "hi", 0))
    memory_store.remove_letter("s")
    memory_store.remove_chat("c")
    memory_store.close()
    assert memory_store.open("alice") is None


def test_who_is_shut_out_is_told_why() -> None:
    assert str(MemoryTaken()) == "You have logged in from somewhere else, so that was not sent."
