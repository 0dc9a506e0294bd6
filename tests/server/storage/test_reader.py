"""What one may read: all of one's own, in order, and nothing of anybody else's."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duologue.server.storage import reader
from duologue.server.storage.base import Letter, LiveStream, Message
from duologue.server.storage.gathering import Gathering
from duologue.server.storage.mailroom import Mailroom
from duologue.server.storage.migrations import migrate
from duologue.server.storage.reader import Whose
from duologue.server.storage.rows import PLACE_BITS, NextNumbers
from duologue.server.storage.store_file import use_wal
from duologue.server.storage.stored_lines import texts
from duologue.server.storage.writer import commit
from tests.server.storage.conftest import MAILBOX, found_by


class Book:
    """A store in memory, written by hand. Each `say` is a commit of its own unless told otherwise."""

    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        use_wal(self.connection)
        migrate(self.connection, Path("memory"))
        self.gathering = Gathering([], NextNumbers(), print)

    def say(self, chat: str, sender: str, *texts: str, at: float = 1.0) -> None:
        self.gathering.append(chat, sender, "".join(f":{text}\n" for text in texts).encode(), len(texts), at)

    def hand_in(self, letter: Letter) -> None:
        self.gathering.ask(lambda mailroom: mailroom.hand_in(letter))

    def commit(self) -> None:
        commit(self.connection, self.gathering.take(), Mailroom(self.connection, MAILBOX))

    def texts(self, me: str, partner: str | None, before: int | None = None, limit: int = 1000) -> list[str]:
        return [found.text for found in self.history(me, partner, before, limit)]

    def history(self, me: str, partner: str | None, before: int | None = None, limit: int = 10_000) -> list[Message]:
        """Oldest first."""
        return found_by(reader.history(self.connection, Whose(me, partner), before), limit)[::-1]


@pytest.fixture
def book() -> Book:
    book = Book()
    book.gathering.chat_started("c1", "alice", "bob", 1.0)
    book.gathering.chat_started("c2", "bob", "carol", 2.0)
    book.say("c1", "alice", "one", "two", at=10.0)
    book.say("c2", "carol", "secret", at=10.0)
    book.commit()
    book.say("c1", "bob", "three", at=11.0)
    book.commit()
    book.gathering.chat_ended("c1", "left", 12.0)
    book.gathering.chat_started("c3", "bob", "alice", 20.0)
    book.say("c3", "alice", "four", at=21.0)
    book.commit()
    return book


@pytest.mark.parametrize(("me", "partner"), [("alice", "bob"), ("bob", "alice")])
def test_the_two_read_all_of_their_chats_in_order(book: Book, me: str, partner: str) -> None:
    assert book.texts(me, partner) == ["one", "two", "three", "four"]


@pytest.mark.parametrize(
    ("me", "partner"), [("alice", "carol"), ("carol", "alice"), ("eve", "bob"), ("eve", "nobody"), ("alice", "alice")]
)
def test_strangers_and_pairs_that_never_talked_get_the_same_nothing(book: Book, me: str, partner: str) -> None:
    whose = Whose(me, partner)
    assert book.texts(me, partner) == []
    assert reader.of_chunks(book.connection, whose, range(9)) == {}


def test_of_all_chats_of_one_only_those(book: Book) -> None:
    assert book.texts("carol", None) == ["secret"]
    assert book.texts("alice", None) == ["one", "two", "three", "four"]


def test_the_newest_come_first_when_there_is_a_limit_and_pages_join(book: Book) -> None:
    page = book.history("alice", "bob", None, 2)
    assert [found.text for found in page] == ["three", "four"]
    page = book.history("alice", "bob", page[0].number, 1)
    assert [found.text for found in page] == ["two"]
    assert book.texts("alice", "bob", before=page[0].number) == ["one"], "in the middle of a chunk"


def test_a_message_says_all_of_itself(book: Book) -> None:
    two = book.history("bob", "alice", None, 3)[0]
    assert (two.stream, two.sender, two.recipient, two.position, two.at) == ("c1", "alice", "bob", 2, 10.0)


def test_reading_a_little_reads_little(book: Book) -> None:
    for number in range(500):
        book.say("c3", "bob", f"more {number}")
        book.commit()
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    book.connection.set_progress_handler(count, 100)
    newest = found_by(reader.history(book.connection, Whose("alice", "bob")), 3)
    little = steps
    assert [found.text for found in newest] == ["more 499", "more 498", "more 497"]
    assert len(book.texts("alice", "bob")) == 504
    assert (steps - little) > 10 * little


SAID = st.lists(st.tuples(st.sampled_from(["c1", "c2", "c3"]), st.booleans(), st.integers(1, 3), st.booleans()))


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(SAID)
def test_whatever_is_said_each_stream_is_whole_and_in_order(said: list[tuple[str, bool, int, bool]]) -> None:
    book = Book()
    pairs = {"c1": ("alice", "bob"), "c2": ("bob", "alice"), "c3": ("bob", "carol")}
    for chat, (asker, target) in pairs.items():
        book.gathering.chat_started(chat, asker, target, 0.0)
    counts: dict[tuple[str, str], int] = {}
    for chat, asker_speaks, count, commits in said:
        sender = pairs[chat][0 if asker_speaks else 1]
        first = counts.get((chat, sender), 0) + 1
        counts[chat, sender] = first + count - 1
        book.say(chat, sender, *(str(first + offset) for offset in range(count)))
        if commits:
            book.commit()
    book.commit()
    found = book.history("alice", "bob")
    assert [message.number for message in found] == sorted(message.number for message in found)
    streams: dict[tuple[str, str], list[int]] = {}
    for message in found:
        assert message.position == int(message.text)
        streams.setdefault((message.stream, message.sender), []).append(message.position)
    expected = {key: list(range(1, count + 1)) for key, count in counts.items() if key[0] != "c3"}
    assert streams == expected


def test_what_lives_goes_on_and_what_ended_does_not(book: Book) -> None:
    book.gathering.received("c3", "alice", "c3", 1)
    book.commit()
    streams, chats = reader.live_chats(book.connection)
    assert {chat.id for chat in chats} == {"c2", "c3"}
    live = next(chat for chat in chats if chat.id == "c3")
    assert (live.asker, live.target, live.started) == ("bob", "alice", 20.0)
    assert live.streams == (LiveStream("c3", "bob", 0, 0), LiveStream("c3", "alice", 1, 1))
    again = Gathering(streams, reader.next_numbers(book.connection), print)
    again.append("c3", "alice", b":five\n", 1, 30.0)
    commit(book.connection, again.take(), Mailroom(book.connection, MAILBOX))
    assert book.texts("alice", "bob")[-2:] == ["four", "five"]


# What it costs


def expanded_by(book: Book, steps: reader.Steps, monkeypatch: pytest.MonkeyPatch, limit: int) -> int:
    """Bytes of lines that were made into messages for the first `limit` of them."""
    sizes: list[int] = []

    def noted(lines: bytes) -> list[str]:
        sizes.append(len(lines))
        return texts(lines)

    with monkeypatch.context() as patch:
        patch.setattr(reader, "texts", noted)
        assert len(found_by(steps, limit)) == limit
    return sum(sizes)


def test_a_little_of_a_large_chunk_is_expanded_and_not_all_of_it(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    book.say("c3", "bob", *(f"{number:06}" for number in range(20_000)))
    book.commit()
    whose = Whose("alice", "bob")
    newest = expanded_by(book, reader.history(book.connection, whose), monkeypatch, 20)
    (middle,) = found_by(reader.history(book.connection, whose), 10_000)[-1:]
    older = expanded_by(book, reader.history(book.connection, whose, middle.number), monkeypatch, 20)
    assert newest == older == reader.PAGE_LINES * 8
    assert [found.text for found in found_by(reader.history(book.connection, whose, middle.number), 2)] == [
        "009999",
        "009998",
    ]


@pytest.mark.parametrize("before_the_first", [False, True])
def test_many_small_streams_and_long_ones_are_gone_through_in_small_steps(
    book: Book, monkeypatch: pytest.MonkeyPatch, before_the_first: bool
) -> None:
    monkeypatch.setattr(reader, "PAGE_CHATS", 10)
    monkeypatch.setattr(reader, "LOOK_CHUNKS", 10)
    for number in range(300):
        book.say("c3", "bob", f"more {number}")
        book.commit()
        book.hand_in(Letter(f"s{number}", 1, "bob", "alice", b":a letter\n", 1.0))
        book.commit()
    before = 1 << PLACE_BITS if before_the_first else None
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1

    book.connection.set_progress_handler(count, 10)
    most = 0
    for _ in reader.history(book.connection, Whose("alice", "bob"), before):
        most, counted = max(most, counted), 0
    book.connection.set_progress_handler(None, 0)
    assert most < 60, "SQLite's own instructions in one step, by tens"
    assert len(book.texts("alice", "bob")) == 604


def test_chats_in_which_nothing_was_said_hide_no_others(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "PAGE_CHATS", 3)
    for number in range(10):
        book.gathering.chat_started(f"silent {number}", "alice", "bob", 1.0)
        book.commit()
        book.gathering.chat_ended(f"silent {number}", "left", 1.0)
    book.gathering.chat_started("last", "alice", "bob", 1.0)
    book.say("last", "alice", "after all")
    book.commit()
    assert book.texts("alice", "bob")[-1] == "after all"


def test_who_has_talked_is_looked_up_among_chats_and_not_among_letters(book: Book) -> None:
    for number in range(2000):
        book.hand_in(Letter(f"s{number}", 1, "mallory", "alice", b":a letter\n", 1.0))
    commit(book.connection, book.gathering.take(), Mailroom(book.connection, MAILBOX))
    counted = 0

    def count() -> None:
        nonlocal counted
        counted += 1

    book.connection.set_progress_handler(count, 10)
    assert not reader.have_talked(book.connection, "alice", "mallory")
    assert reader.have_talked(book.connection, "mallory", "alice")
    book.connection.set_progress_handler(None, 0)
    assert counted < 20


def test_a_stream_of_which_the_beginning_has_been_deleted_ends_there(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LOOK_CHUNKS", 2)
    for number in range(10):
        book.say("c3", "bob", f"more {number}")
        book.commit()
    numbers = [found.number for found in book.history("alice", "bob")]
    gone = numbers[-4] >> PLACE_BITS
    book.connection.execute("DELETE FROM chunk WHERE number <= ?", (gone,))
    assert book.texts("alice", "bob") == ["more 7", "more 8", "more 9"]
    assert book.texts("alice", "bob", before=numbers[-5]) == []
