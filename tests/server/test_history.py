"""Answers from the store, one at a time and never more than a page (who may read what: scenes/test_history.py)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from duologue.core.commands.chat import ReadHistory, SearchHistory
from duologue.core.events.chat import Recalled, RecallEnded, Refused
from duologue.core.room import Room
from duologue.server.history import FOUND_MESSAGES, PAGE_BYTES, PAGE_MESSAGES, HistoryReader
from duologue.server.session import Session
from duologue.server.storage.base import Message, StoreError, Unfinished
from duologue.server.storage.shares import MailboxLimits
from duologue.server.storage.unreceived import Unreceived
from tests.server.chats.test_bookkeeping import BySettling
from tests.server.test_session import FakeConnection, fake, session
from tests.stage import until


class Shelf(Unreceived):
    """A store with messages 1 to `count` of `size` characters, or one that cannot be read."""

    def __init__(self, count: int, size: int = 1, error: StoreError | None = None) -> None:
        super().__init__(lambda _: None, pressure=lambda *_: None, mailbox=MailboxLimits(0, 0))
        self.messages = [Message(n, "c", "bob", "alice", n, n + 0.9, "x" * size) for n in range(1, count + 1)]
        self.error = error
        self.asked: list[tuple[str, str, int]] = []

    async def history(self, me: str, partner: str, *, before: int | None = None, limit: int) -> list[Message]:
        if self.error:
            raise self.error
        self.asked.append((me, partner, limit))
        return [message for message in self.messages if before is None or message.number < before][-limit:]

    async def search(self, me: str, words: str, limit: int, rooms: Sequence[str] = ()) -> list[Message]:
        self.asked.append((me, words, limit))
        return self.messages[::-1][:limit]


def is_answered(connection: FakeConnection) -> bool:
    return any(isinstance(event, RecallEnded | Refused) for event in connection.told)


async def answer(who: Session) -> tuple[list[int], object]:
    """The numbers of the messages that came, and how the answer ended."""
    connection = fake(who.login_socket)
    await connection.until(is_answered)
    *messages, end = connection.told
    connection.told.clear()
    return [event.number for event in messages if isinstance(event, Recalled)], end


async def test_the_newest_are_told_oldest_first_with_where_older_ones_begin() -> None:
    history, alice = HistoryReader(Shelf(10), BySettling()), session("alice")
    history.history(alice, "bob", 3, None)
    assert await answer(alice) == ([8, 9, 10], RecallEnded(3, 8))
    history.history(alice, "bob", 3, 8)
    assert await answer(alice) == ([5, 6, 7], RecallEnded(3, 5))


async def test_a_message_is_told_with_its_place_in_its_stream() -> None:
    """So a client knows it for the one that it heard."""
    history, alice = HistoryReader(Shelf(2), BySettling()), session("alice")
    history.history(alice, "bob", 1, None)
    connection = fake(alice.login_socket)
    await connection.until(is_answered)
    assert connection.told[0] == Recalled(2, 2, "bob", "alice", "x", "c", 2)


async def test_at_the_beginning_there_is_nothing_older() -> None:
    history, alice = HistoryReader(Shelf(2), BySettling()), session("alice")
    history.history(alice, "bob", 3, None)
    assert await answer(alice) == ([1, 2], RecallEnded(2))
    history.history(alice, "bob", 3, 1)
    assert await answer(alice) == ([], RecallEnded(0))


async def test_a_page_has_a_most_of_messages_and_a_question_for_none_gets_one() -> None:
    shelf = Shelf(PAGE_MESSAGES + 5)
    history, alice = HistoryReader(shelf, BySettling()), session("alice")
    history.history(alice, "bob", 10**17, None)
    numbers, end = await answer(alice)
    assert (len(numbers), end) == (PAGE_MESSAGES, RecallEnded(PAGE_MESSAGES, 6))
    history.history(alice, "bob", 0, None)
    await answer(alice)
    assert shelf.asked == [("alice", "bob", PAGE_MESSAGES), ("alice", "bob", 1)]


async def test_a_page_has_a_most_of_bytes_and_goes_on_where_it_was_cut() -> None:
    history, alice = HistoryReader(Shelf(100, size=8000), BySettling()), session("alice")
    history.history(alice, "bob", 100, None)
    numbers, end = await answer(alice)
    assert len(numbers) == PAGE_BYTES // 8000
    assert numbers[-1] == 100
    assert end == RecallEnded(len(numbers), numbers[0])


async def test_one_message_is_told_however_long_it_is() -> None:
    history, alice = HistoryReader(Shelf(2, size=PAGE_BYTES + 1), BySettling()), session("alice")
    history.history(alice, "bob", 2, None)
    assert await answer(alice) == ([2], RecallEnded(1, 2))


async def test_a_search_has_a_most_of_results() -> None:
    shelf = Shelf(FOUND_MESSAGES + 1)
    history, alice = HistoryReader(shelf, BySettling()), session("alice")
    history.search(alice, "some words", [])
    numbers, end = await answer(alice)
    assert (len(numbers), end) == (FOUND_MESSAGES, RecallEnded(FOUND_MESSAGES))
    assert shelf.asked == [("alice", "some words", FOUND_MESSAGES)]


async def test_the_client_is_not_read_from_until_the_answer_is_there() -> None:
    history, alice = HistoryReader(Shelf(1), BySettling()), session("alice")
    history.history(alice, "bob", 1, None)
    assert fake(alice.chat_socket).holds
    await answer(alice)
    await asyncio.sleep(0)
    assert not fake(alice.chat_socket).holds


async def test_a_store_that_cannot_be_read_is_a_sentence_without_its_path() -> None:
    history, alice = (
        HistoryReader(Shelf(1, error=StoreError(Path("/secret/place"), "cannot be read")), BySettling()),
        session("alice"),
    )
    history.history(alice, "bob", 1, None)
    assert await answer(alice) == ([], Refused("no_history", "The server cannot read its history now.", ReadHistory))


async def test_in_a_room_nothing_is_told_of_whom_one_has_blocked() -> None:
    """13.6; where older messages begin is not hidden by that."""

    class RoomShelf(Shelf):
        async def room_history(
            self, room_id: str, *, asker: str, before: int | None = None, limit: int
        ) -> list[Message]:
            people = ("bob", "eve", "bob")
            found = [Message(n, "c", name, room_id, n, n, "x") for n, name in enumerate(people, start=1)]
            return [message for message in found if before is None or message.number < before][-limit:]

    history = HistoryReader(RoomShelf(0), BySettling(), lambda sender, me: (sender, me) != ("eve", "alice"))
    alice = session("alice")
    history.room_history(alice, Room("#tea", "#id"), 9, None)
    assert await answer(alice) == ([1, 3], RecallEnded(2))
    history.room_history(alice, Room("#tea", "#id"), 2, None)
    assert await answer(alice) == ([3], RecallEnded(1, 2))


class Slow(Shelf):
    """A store in which reading takes too long: it had found so much when it was stopped."""

    async def history(self, me: str, partner: str, *, before: int | None = None, limit: int) -> list[Message]:
        raise Unfinished((await super().history(me, partner, before=before, limit=limit))[-2:])

    async def search(self, me: str, words: str, limit: int, rooms: Sequence[str] = ()) -> list[Message]:
        raise Unfinished(await super().search(me, words, limit, rooms))


async def test_a_page_of_history_that_takes_too_long_is_a_shorter_one() -> None:
    history, alice = HistoryReader(Slow(9), BySettling()), session("alice")
    history.history(alice, "bob", 5, None)
    assert await answer(alice) == ([8, 9], RecallEnded(2, 8))


async def test_history_of_which_nothing_was_found_in_time_is_refused_in_words() -> None:
    history, alice = HistoryReader(Slow(0), BySettling()), session("alice")
    history.history(alice, "bob", 5, None)
    numbers, end = await answer(alice)
    assert numbers == []
    assert isinstance(end, Refused)
    assert (end.code, end.of) == ("no_history", ReadHistory)
    assert "too long" in end.text


async def test_a_search_that_takes_too_long_tells_what_was_found_and_that_more_may_be() -> None:
    history, alice = HistoryReader(Slow(2), BySettling()), session("alice")
    history.search(alice, "some words", [])
    connection = fake(alice.login_socket)
    await connection.until(lambda connection: any(isinstance(event, RecallEnded) for event in connection.told))
    *messages, refused, end = connection.told
    assert [event.number for event in messages if isinstance(event, Recalled)] == [2, 1]
    assert isinstance(refused, Refused)
    assert (refused.code, refused.of) == ("search_stopped", SearchHistory)
    assert end == RecallEnded(2)


async def test_nothing_is_read_any_more_for_who_has_gone() -> None:
    class Waiting(Shelf):
        was_given_up = False

        async def search(self, me: str, words: str, limit: int, rooms: Sequence[str] = ()) -> list[Message]:
            try:
                await asyncio.Event().wait()
            finally:
                self.was_given_up = True
            raise AssertionError

    shelf = Waiting(1)
    history, alice = HistoryReader(shelf, BySettling()), session("alice")
    history.search(alice, "some words", [])
    history.left(alice)
    await until(lambda: shelf.was_given_up)


async def test_a_guest_reads_in_the_name_of_its_address() -> None:
    """Under another nickname it would have another turn."""
    asked: list[str] = []

    class RoomShelf(Shelf):
        async def room_history(
            self, room_id: str, *, asker: str, before: int | None = None, limit: int
        ) -> list[Message]:
            asked.append(asker)
            return []

    history = HistoryReader(RoomShelf(0), BySettling())
    for nickname in ("alice", "~guest"):
        who = session(nickname)
        history.room_history(who, Room("#tea", "#id"), 9, None)
        await answer(who)
    assert asked == ["alice", "127.0.0.1"]
