"""Messages are counted and kept some milliseconds after they have gone on: nothing is lost or late by it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from duologue.core.streams import Direction, Stream
from duologue.protocols.native.codec import NativeCodec
from duologue.server.chats import bookkeeping
from duologue.server.chats.bookkeeping import Bookkeeping
from duologue.server.chats.relay import SHORT, Relay
from duologue.server.session import Receiver
from duologue.server.storage.base import Store
from tests.bound import BOUND


class NoStore:
    """Expects nothing."""

    def __init__(self) -> None:
        self.collect: Callable[[], None] | None = None

    def expect(self, collect: Callable[[], None]) -> None:
        self.collect = collect


def books_of(store: NoStore) -> Bookkeeping:
    return Bookkeeping(cast(Store, store))


class BySettling(Bookkeeping):
    """For tests that settle themselves, and may have no loop."""

    def __init__(self) -> None:
        super().__init__(cast(Store, NoStore()))

    def note(self, who: bookkeeping.Unsettled) -> None:
        self._unsettled.append(who)


class Talker:
    """The server's end of somebody who says something."""

    def __init__(
        self,
        books: Bookkeeping,
        on_send: Callable[[bytes], None] | None = None,
        *,
        hears: Direction | None = None,
        keep: Callable[[bytes, int], None] | None = None,
    ) -> None:
        self.stream = Stream("c")
        self.sent: list[bytes] = []
        self.kept: list[tuple[bytes, int]] = []
        self.changed = asyncio.Event()
        self.relay = Relay(
            stream=self.stream,
            hears=hears or Direction("bob", "alice", [Stream("c")]),
            send=on_send or self.sent.append,
            keep=keep or self._keep,
            pay=lambda *_: True,
            bookkeeping=books,
        )
        codec = NativeCodec()
        [_] = codec.receive_data(b"duologue/1 chat_socket t\n")
        self.says: Receiver = self.relay.reader(codec)

    def _keep(self, lines: bytes, count: int) -> None:
        self.kept.append((lines, count))
        self.changed.set()

    async def until_kept(self) -> None:
        self.changed.clear()
        async with asyncio.timeout(BOUND):
            await self.changed.wait()


async def test_the_store_takes_what_was_said_just_before_it_commits() -> None:
    store = NoStore()
    books = books_of(store)
    alice, bob = Talker(books), Talker(books)
    for text in (b":one\n", b":two\n"):
        alice.says(text)
        bob.says(text)
    assert alice.sent == [b":one\n", b":two\n"], "nobody waits for it"
    assert alice.kept == []
    assert store.collect
    store.collect()
    assert alice.kept == bob.kept == [(b":one\n:two\n", 2)]
    store.collect = None
    alice.says(b":three\n")
    assert store.collect, "the next commit is expected too"


async def test_where_nothing_is_written_it_is_counted_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bookkeeping, "LATEST", 0.01)
    alice = Talker(books_of(NoStore()))
    alice.says(b":one\n")
    await alice.until_kept()
    assert alice.kept == [(b":one\n", 1)]
    alice.says(b":two\n")
    await alice.until_kept()
    assert alice.kept == [(b":one\n", 1), (b":two\n", 1)]


def test_whoever_asks_how_many_were_sent_has_them_counted() -> None:
    """A partner may acknowledge a message as soon as it has it (7.5)."""
    alice = Talker(BySettling())
    for text in (b":one\n", b":two\n"):
        alice.says(text)
    assert (alice.stream.sent, alice.stream.size) == (2, 10)
    assert alice.kept == [], "to ask does not change the order in which they are kept"
    alice.relay.settle()
    assert alice.kept == [(b":one\n:two\n", 2)]
    assert (alice.stream.sent, alice.stream.size) == (2, 10)


def test_one_who_falls_behind_by_a_message_has_been_sent_it() -> None:
    seen: list[int] = []
    alice = Talker(BySettling(), lambda _: seen.append(alice.stream.sent))
    alice.says(b":one\n")
    alice.says(b":two\n")
    assert seen == [1, 2]


def test_several_at_once_and_long_ones_are_kept_at_once_and_in_order() -> None:
    alice = Talker(BySettling())
    long = b":" + b"x" * SHORT + b"\n"
    for data in (b":one\n", b":two\n:three\n", b":four\n", long):
        alice.says(data)
    assert alice.kept == [(b":one\n", 1), (b":two\n:three\n", 2), (b":four\n", 1), (long, 1)]
    assert alice.stream.sent == 5


def two_in_a_chat(kept: list[str]) -> tuple[Talker, Talker]:
    """Alice and bob; `kept` gets what the store is given."""
    books = BySettling()

    def keep(lines: bytes, _: int) -> None:
        kept.extend(lines.decode().split())

    bob_says, alice_says = Direction("bob", "alice", [Stream("c")]), Direction("alice", "bob", [Stream("c")])
    alice, bob = Talker(books, hears=bob_says, keep=keep), Talker(books, hears=alice_says, keep=keep)
    alice_says.streams, bob_says.streams = [alice.stream], [bob.stream]
    return alice, bob


@pytest.mark.parametrize("question", [b":q\n", b":q\n:p\n"])
@pytest.mark.parametrize("answer", [b":a\n", b":a\n:b\n"])
def test_a_question_is_kept_before_its_answer(question: bytes, answer: bytes) -> None:
    kept: list[str] = []
    alice, bob = two_in_a_chat(kept)
    alice.says(question)
    bob.says(answer)
    assert bob.stream.sent == answer.count(b"\n"), "a receipt for the answer asks for it"
    bob.relay.settle_in_order()  # he is lost
    alice.relay.bookkeeping.settle()
    assert kept == (question + answer).decode().split()


def test_everybody_is_settled_with_when_somebody_asks_what_was_said() -> None:
    books = BySettling()
    alice, bob = Talker(books), Talker(books)
    alice.says(b":one\n")
    bob.says(b":two\n")
    books.settle()
    assert (alice.kept, bob.kept) == ([(b":one\n", 1)], [(b":two\n", 1)])
