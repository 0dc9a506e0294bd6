"""The list of conversations, what is unread in them, what came after a number: as a model in plain Python has it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duologue.core.errors import PeerError
from duologue.server.storage import conversations, reader
from duologue.server.storage.base import Conversation, Letter, Mark
from duologue.server.storage.conversations import MOST_UNREAD, after, count_after, listed
from duologue.server.storage.mailroom import Mailroom
from duologue.server.storage.rows import PLACE_BITS
from duologue.server.storage.writer import commit
from tests.server.storage.conftest import MAILBOX, found_by
from tests.server.storage.test_reader import Book

PEOPLE = ("alice", "bob", "carol")
ROOM = "#id"


@dataclass
class Said:
    """A message as the model knows it, in the order in which the store is given them."""

    sender: str
    place: str
    text: str
    is_heard: bool = True

    def conversation_of(self, me: str) -> str | None:
        """The name under which `me` may read it."""
        if self.place == ROOM:
            return ROOM
        if self.sender == me:
            return self.place
        return self.sender if self.place == me and self.is_heard else None


@dataclass
class Model:
    """A store, and the same in plain Python."""

    book: Book = field(default_factory=Book)
    said: list[Said] = field(default_factory=list)
    live: dict[frozenset[str], str] = field(default_factory=dict)
    marks: dict[tuple[str, str], int] = field(default_factory=dict)
    streams: dict[str, int] = field(default_factory=dict)
    count: int = 0

    def name(self) -> str:
        self.count += 1
        return f"s{self.count}"

    def talks(self, sender: str, other: str, lines: int) -> None:
        pair = frozenset((sender, other))
        chat = self.live.get(pair)
        if chat is None:
            chat = self.live[pair] = self.name()
            self.book.gathering.chat_started(chat, sender, other, 1.0)
        texts = [self.name() for _ in range(lines)]
        self.book.say(chat, sender, *texts)
        self.book.commit()
        self.said += [Said(sender, other, text) for text in texts]

    def ends(self, one: str, other: str) -> None:
        chat = self.live.pop(frozenset((one, other)), None)
        if chat:
            self.book.gathering.chat_ended(chat, "left", 2.0)
            self.book.commit()

    def writes(self, sender: str, place: str, is_heard: bool, stream: str | None = None) -> None:
        text = self.name()
        stream = stream or text
        number = self.streams[stream] = self.streams.get(stream, 0) + 1
        self.book.hand_in(Letter(stream, number, sender, place, f":{text}\n".encode(), 1.0, is_heard))
        self.book.commit()
        self.said.append(Said(sender, place, text, is_heard))

    def reads(self, me: str, name: str, share: float) -> Mark | None:
        """Mark a conversation as read up to a place among all messages."""
        number = self.numbers()[int(share * (len(self.said) - 1))] if self.said else 1 << PLACE_BITS
        mark = self.mark(me, name, number)
        if mark:
            self.marks[me, name] = max(self.marks.get((me, name), 0), number)
        return mark

    def mark(self, me: str, name: str, number: int) -> Mark | None:
        self.book.gathering.ask(lambda mailroom: mailroom.mark(me, name, number))
        [answer] = commit(self.book.connection, self.book.gathering.take(), Mailroom(self.book.connection, MAILBOX))
        assert not isinstance(answer, PeerError)
        return answer  # type: ignore[return-value]

    def numbers(self) -> list[int]:
        """The numbers of `said`: chunks have been numbered in that order."""
        rows = self.book.connection.execute("SELECT number, count FROM chunk ORDER BY number")
        return [(chunk << PLACE_BITS) + place for chunk, count in rows for place in range(count)]

    # What the model finds

    def of(self, me: str) -> list[tuple[int, str, Said]]:
        found = [
            (number, said.conversation_of(me), said) for number, said in zip(self.numbers(), self.said, strict=True)
        ]
        return [(number, name, said) for number, name, said in found if name]

    def listed(self, me: str) -> list[tuple[str, int, str, str, int, int]]:
        newest = {name: (number, said) for number, name, said in self.of(me)}
        rows = [
            (name, number, said.sender, said.text, self.unread(me, name), self.marks.get((me, name), 0))
            for name, (number, said) in newest.items()
        ]
        return sorted(rows, key=lambda row: -row[1])

    def unread(self, me: str, name: str) -> int:
        mark = self.marks.get((me, name), 0)
        of = [said for number, where, said in self.of(me) if where == name and number > mark and said.sender != me]
        return min(len(of), MOST_UNREAD)


def rows_of(found: Sequence[Conversation]) -> list[tuple[str, int, str, str, int, int]]:
    return [(one.name, one.newest.number, one.newest.sender, one.newest.text, one.unread, one.mark) for one in found]


STEPS = st.one_of(
    st.tuples(st.just("talks"), st.permutations(PEOPLE), st.integers(1, 3)),
    st.tuples(st.just("ends"), st.permutations(PEOPLE), st.just(0)),
    st.tuples(st.just("writes"), st.permutations(PEOPLE), st.booleans()),
    st.tuples(st.just("goes on"), st.permutations(PEOPLE), st.booleans()),
    st.tuples(st.just("in the room"), st.permutations(PEOPLE), st.booleans()),
    st.tuples(st.just("reads"), st.permutations((*PEOPLE, ROOM)), st.floats(0, 1)),
)


def played(steps: list[tuple[str, tuple[str, ...], float]]) -> Model:
    model = Model()
    for what, (one, other, *_), how in steps:
        match what:
            case "talks":
                model.talks(one, other, int(how))
            case "ends":
                model.ends(one, other)
            case "writes":
                model.writes(one, other, bool(how))
            case "goes on":
                model.writes(one, other, bool(how), f"from-{one}-to-{other}")
            case "in the room":
                model.writes(one, ROOM, True, f"{one}-is-in" if how else None)
            case "reads" if one != ROOM:
                model.reads(one, other, how)
    return model


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, max_size=25), st.integers(1, 4), st.floats(0, 1), st.integers(1, 6))
def test_whatever_is_said_the_list_and_the_rest_are_those_of_the_model(
    steps: list[tuple[str, tuple[str, ...], float]], limit: int, share: float, most: int
) -> None:
    model = played(steps)
    connection = model.book.connection
    numbers = model.numbers()
    number = numbers[int(share * (len(numbers) - 1))] if numbers else 0
    for me in PEOPLE:
        assert rows_of(listed(connection, me, None, 100, [ROOM])) == model.listed(me)
        page, paged = listed(connection, me, None, limit, [ROOM]), []
        while page:
            paged += rows_of(page)
            page = listed(connection, me, page[-1].newest.number, limit, [ROOM])
        assert paged == model.listed(me)
        assert rows_of(listed(connection, me, None, 100)) == [row for row in model.listed(me) if row[0] != ROOM]
        expected = [(found, said.text) for found, _, said in model.of(me) if found > number]
        found = [(message.number, message.text) for message in found_by(after(connection, me, number, [ROOM]))]
        assert found == expected
        assert count_after(connection, me, number, most, [ROOM]) == min(most, len(expected))


@pytest.fixture
def model() -> Model:
    return Model()


def test_what_came_after_a_number_begins_behind_it(model: Model) -> None:
    model.talks("alice", "bob", 3)
    model.talks("bob", "alice", 2)
    for number in model.numbers():
        found = [message.number for message in found_by(after(model.book.connection, "bob", number))]
        assert found == [later for later in model.numbers() if later > number]


def test_what_was_not_heard_moves_no_conversation_up(model: Model) -> None:
    """Bob has blocked carol, who goes on writing in a stream of which he has heard something."""
    model.writes("carol", "bob", True, "c")
    model.talks("alice", "bob", 1)
    model.writes("carol", "bob", False, "c")
    found = listed(model.book.connection, "bob", None, 9)
    assert [(one.name, one.newest.text, one.unread) for one in found] == [("alice", "s3", 1), ("carol", "s1", 1)]
    assert rows_of(listed(model.book.connection, "carol", None, 9)) == model.listed("carol")


# Marks


def test_a_mark_goes_forwards_only_and_no_further_than_there_are_messages(model: Model) -> None:
    model.talks("alice", "bob", 3)
    first, second, third = model.numbers()
    assert model.mark("bob", "alice", second) == Mark(second, 1)
    assert model.mark("bob", "alice", first) == Mark(second, 1)
    mark = model.mark("bob", "alice", 1 << 62)
    assert mark
    assert mark.number >= third
    model.talks("alice", "bob", 2)
    assert [found.unread for found in listed(model.book.connection, "bob", None, 9)] == [2]


def test_nobody_marks_what_is_no_conversation(model: Model) -> None:
    model.talks("alice", "bob", 1)
    assert model.mark("alice", "carol", 1) is None
    assert model.mark("alice", "#nowhere", 1) is None
    assert model.book.connection.execute("SELECT * FROM mark").fetchall() == []


def test_no_more_is_counted_than_a_hundred(model: Model) -> None:
    for _ in range(MOST_UNREAD):
        model.talks("alice", "bob", 2)
    assert [found.unread for found in listed(model.book.connection, "bob", None, 9)] == [MOST_UNREAD]
    assert [found.unread for found in listed(model.book.connection, "alice", None, 9)] == [0]


def test_a_long_stream_is_gone_back_through_in_pieces(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversations, "LOOK_CHUNKS", 3)
    for _ in range(10):
        model.talks("alice", "bob", 1)
        model.writes("carol", ROOM, True, "carol-is-in")
    assert count_after(model.book.connection, "bob", 0, 100, [ROOM]) == 20
    assert model.listed("bob") == rows_of(listed(model.book.connection, "bob", None, 9, [ROOM]))
    steps = [*after(model.book.connection, "bob", 0, [ROOM])]
    assert steps[:3].count(None) > 0, "others have their turn"


# What is deleted or damaged


def test_what_has_been_deleted_is_in_no_list_and_hides_nothing_else(model: Model) -> None:
    for sender in ("alice", "carol", "alice"):
        model.talks(sender, "bob", 2)
    connection = model.book.connection
    connection.execute("DELETE FROM chunk WHERE number = 2")
    assert [found.name for found in listed(connection, "bob", None, 9)] == ["alice"]
    assert [found.text for found in found_by(after(connection, "bob", 0))] == ["s2", "s3", "s7", "s8"]
    connection.execute("DELETE FROM chunk WHERE number = 1")
    assert count_after(connection, "bob", 0, 99) == 2


def test_of_a_damaged_message_the_list_says_that_it_is_there(model: Model) -> None:
    model.talks("alice", "bob", 1)
    model.talks("carol", "bob", 1)
    model.book.connection.execute("UPDATE chunk SET lines = CAST(':forged' || char(10) AS BLOB) WHERE number = 1")
    found = listed(model.book.connection, "bob", None, 9)
    assert [(one.name, one.newest.text) for one in found] == [("carol", "s4"), ("alice", "")]


# What it costs

# Also everybody's chats, in the order of who asked
SCANS = re.compile(
    r"\bSCAN (chat|stream|chunk|mark|room_chunk|mailbox)\b(?! USING INDEX chat_live)|USE TEMP B-TREE|\(asker>"
)


def plan(connection: sqlite3.Connection, query: str) -> str:
    names = set(re.findall(r":(\w+)", query))
    values: dict[str, int] | list[int] = dict.fromkeys(names, 1) if names else [1] * query.count("?")
    return "; ".join(row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", values))


def questions() -> dict[str, str]:
    pair = "(asker = :me AND target = :partner OR asker = :partner AND target = :me)"
    found = {name: text for module in (reader, conversations) for name, text in vars(module).items() if name[0] == "_"}
    parts = {"_NEWEST", "_PARTNERS"}
    texts = {
        name: text
        for name, text in found.items()
        if isinstance(text, str) and " FROM " in text and "{}" not in text and name not in parts
    }
    texts["_WALK"] = texts["_WALK"].format(condition=pair) + " SELECT number FROM walk"
    texts["_CHUNK"] += " WHERE chunk.number IN (:one, :two)"
    return texts


@pytest.mark.parametrize("name", sorted(questions()))
def test_every_question_has_an_index(model: Model, name: str) -> None:
    assert not SCANS.search(plan(model.book.connection, questions()[name]))


def test_who_has_talked_is_looked_up_by_the_index_that_is_for_it(model: Model) -> None:
    assert plan(model.book.connection, questions()["_HAVE_TALKED"]).count("USING INDEX chat_talked") == 2
