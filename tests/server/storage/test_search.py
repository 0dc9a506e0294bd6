"""Search finds what is there by the words that were typed, for those whose words they are."""

from __future__ import annotations

import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Lock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.server.storage import reader
from duologue.server.storage import search as searching
from duologue.server.storage.base import Message
from duologue.server.storage.gathering import Gathering
from duologue.server.storage.mailroom import Mailroom
from duologue.server.storage.migrations import migrate
from duologue.server.storage.reader import PAGE_CHUNKS, StoredChunk, Whose
from duologue.server.storage.rows import PLACE_BITS, NextNumbers
from duologue.server.storage.search import index_pieces, search
from duologue.server.storage.writer import commit
from tests.server.storage.conftest import MAILBOX, found_by


class Library:
    def __init__(self) -> None:
        self.connection = sqlite3.connect(":memory:", isolation_level=None)
        migrate(self.connection, Path("memory"))
        self.gathering = Gathering([], NextNumbers(), print)
        self.turn = Lock()
        for chat, pair in {"c1": ("alice", "bob"), "c2": ("bob", "carol")}.items():
            self.gathering.chat_started(chat, *pair, 1.0)

    def say(self, chat: str, sender: str, *texts: str) -> None:
        lines = "".join(f":{text}\n" for text in texts).encode()
        self.gathering.append(chat, sender, lines, len(texts), 1.0)
        commit(self.connection, self.gathering.take(), Mailroom(self.connection, MAILBOX))

    def find(self, me: str, words: str, limit: int = 100) -> list[str]:
        for _ in index_pieces(self.connection, self.turn):
            pass
        return [found.text for found in found_by(search(self.connection, Whose(me), words), limit)]


@pytest.fixture
def library() -> Iterator[Library]:
    library = Library()
    with closing(library.connection):
        yield library


SAYINGS = (
    "Hello world",
    "the C++ book, page 12",
    'he said "no" *again*',
    "NEAR(a b) is a word",
    "text: a column",
    "Café OLÉ",
    "straße",
    "こんにちは世界",
    "👍 fine",
    "a-b and c_d",
    "OR AND NOT",
    "path/to/file.txt",
    "{curly} ^caret 'single'",
)


@pytest.mark.parametrize(
    ("words", "texts"),
    [
        ("hello", [SAYINGS[0]]),
        ("WORLD hello", [SAYINGS[0]]),
        ("hell", []),
        ("hello nobody", []),
        ("c++", [SAYINGS[1]]),
        ("c#", []),
        ('"', [SAYINGS[2]]),
        ('"no"', [SAYINGS[2]]),
        ("*", [SAYINGS[2]]),
        ("ag*", []),
        ("*again*", [SAYINGS[2]]),
        ("NEAR(", [SAYINGS[3]]),
        ("NEAR(a b)", [SAYINGS[3]]),
        ("text:", [SAYINGS[4]]),
        ("people:", []),
        ("cafe", [SAYINGS[5]]),
        ("ole café", [SAYINGS[5]]),
        ("straße", [SAYINGS[6]]),
        ("世界", [SAYINGS[7]]),
        ("界世", []),
        ("👍", [SAYINGS[8]]),
        ("a-b", [SAYINGS[9]]),
        ("c_d", [SAYINGS[9]]),
        ("or", [SAYINGS[10]]),
        ("AND", [SAYINGS[10], SAYINGS[9]]),
        ("file.txt", [SAYINGS[11]]),
        ("{curly} ^caret", [SAYINGS[12]]),
        ("'single'", [SAYINGS[12]]),
        ("", []),
        ("  ", []),
        ("%", []),
        ("\0", []),
    ],
)
def test_words_are_words_whatever_they_mean_elsewhere(library: Library, words: str, texts: list[str]) -> None:
    library.say("c1", "alice", *SAYINGS)
    assert library.find("bob", words) == texts


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)


@pytest.mark.parametrize(
    ("said", "words", "is_found"),
    [
        ("학교에서 공부했다", "학교", True),
        ("학교에서 공부했다", "공부", True),
        ("학교에서 공부했다", "공부 학교", True),
        ("학교에서 공부했다", "교에", True),
        ("학교에서 공부했다", "교학", False),
        ("학교에서 공부했다", "학에", False),
        ("우리 대학교는 크다", "학교", True),
        ("학 교", "학교", True),  # as of Chinese: a phrase of signs
        (decomposed("학교에서"), "학교", True),
        ("학교에서", decomposed("학교"), True),
        ("ㅋㅋㅋㅋ 그래", "ㅋㅋ", True),
        ("C언어로 썼다", "c언어", True),
        ("3월에 만나자", "3월", True),
        ("東京大学で会おう", "大学", True),
        ("カタカナで書く", "カナ", True),
        ("ｶﾀｶﾅで書く", "カタカナ", True),
        (decomposed("ガラスです"), "ガラ", True),
        ("人々は笑う", "人々", True),
        ("ㄅㄆㄇㄈ", "ㄆㄇ", True),
        ("ฉันไปโรงเรียนทุกวัน", "โรงเรียน", True),
        ("น้ำแข็ง", decomposed("น้ำ"), True),
        ("ຂ້ອຍໄປໂຮງຮຽນ", "ໂຮງຮຽນ", True),
        ("ខ្ញុំទៅសាលារៀន", "សាលារៀន", True),
        ("ကျွန်တော်ကျောင်းသွားတယ်", "ကျောင်း", True),
        (decomposed("Café olé"), "café", True),
        ("Café olé", decomposed("Café"), True),
        (decomposed("Việt Nam"), "việt", True),
        ("ＨＥＬＬＯ ｗｏｒｌｄ", "hello", True),
        ("hello", "ｈｅｌｌｏ", True),
        ("costs ￥500", "¥500", True),
        ("ﬁnally", "finally", True),
        ("school", "scho", False),
        ("evlerinizden", "evler", False),
    ],
)
def test_what_looks_the_same_is_found_and_a_part_where_words_have_no_end(
    library: Library, said: str, words: str, is_found: bool
) -> None:
    library.say("c1", "alice", said)
    assert bool(library.find("bob", words)) is is_found


@given(st.text(max_size=20))
def test_nothing_that_can_be_typed_is_a_syntax_error(words: str) -> None:
    library = Library()
    with closing(library.connection):
        library.say("c1", "alice", "something")
        library.find("alice", words)


@given(
    st.lists(
        st.text("abcÄß \"'*()^:-+{}世界학교ㅋ\u1112\u1161\u0308ﬁＡ", min_size=1, max_size=12), min_size=1, max_size=5
    )
)
def test_every_message_is_found_by_its_own_words(texts: list[str]) -> None:
    library = Library()
    with closing(library.connection):
        library.say("c1", "alice", *texts)
        for text in texts:
            assert not text.split() or text in library.find("bob", text)


def test_only_the_two_of_a_chat_find_what_was_said_there(library: Library) -> None:
    library.say("c1", "alice", "our secret")
    library.say("c2", "carol", 'another secret, with "signs"')
    assert library.find("alice", "secret") == ["our secret"]
    assert library.find("bob", "secret") == ['another secret, with "signs"', "our secret"]
    assert library.find("alice", '"') == []
    for stranger in ("eve", "ali", "c1", "secret", ""):
        assert library.find(stranger, "secret") == library.find(stranger, '"') == []


def test_a_nickname_is_no_word_of_a_text_and_a_token_typed_is_no_nickname(library: Library) -> None:
    library.say("c1", "alice", "hi", f"u{b'carol'.hex()}")
    assert library.find("alice", "alice") == library.find("alice", f"u{b'alice'.hex()}") == []
    assert library.find("carol", "hi") == library.find("carol", f"u{b'carol'.hex()}") == []


def test_an_index_that_is_wrong_about_people_shows_nobody_anything(library: Library) -> None:
    """The file's own word on whose chat it is counts, whatever the index says."""
    library.say("c1", "alice", "secret")
    library.find("alice", "secret")
    library.connection.execute(
        "INSERT INTO message_index (rowid, text, people) VALUES (?, 'secret', ?)",
        (1 << PLACE_BITS, f"u{b'carol'.hex()}"),
    )
    assert library.find("carol", "secret") == []


def test_the_newest_are_found_first_and_no_more_than_the_limit(library: Library) -> None:
    library.say("c1", "alice", "word 1", "word 2")
    library.say("c1", "bob", "word 3")
    assert library.find("alice", "word", 2) == ["word 3", "word 2"]


def test_the_index_grows_in_small_pieces_each_message_once(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "PIECE_MESSAGES", 3)
    library.say("c1", "alice", *(f"word {n}" for n in range(7)))
    library.say("c1", "bob", "word 7")
    assert len(list(index_pieces(library.connection, library.turn))) == 3
    assert list(index_pieces(library.connection, library.turn)) == []
    library.say("c1", "bob", "word 8")
    assert len(list(index_pieces(library.connection, library.turn))) == 1
    assert library.find("bob", "word") == [f"word {n}" for n in range(8, -1, -1)]
    assert library.connection.execute("SELECT count(*) FROM message_index").fetchone() == (9,)


def test_a_piece_that_was_interrupted_is_taken_up_in_the_middle_of_a_chunk(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "PIECE_MESSAGES", 2)
    library.say("c1", "alice", *(f"word {n}" for n in range(5)))
    next(index_pieces(library.connection, library.turn))
    assert library.find("bob", "word") == [f"word {n}" for n in range(4, -1, -1)]
    assert library.connection.execute("SELECT count(*) FROM message_index").fetchone() == (5,)


def test_long_messages_make_a_piece_of_few(library: Library) -> None:
    library.say("c1", "alice", *(["x " * 4000] * 20))
    assert len(list(index_pieces(library.connection, library.turn))) == 3


def test_a_piece_that_fails_is_not_half_there(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.say("c1", "alice", "word one")
    library.connection.execute(
        "CREATE TEMP TRIGGER full BEFORE UPDATE ON indexed BEGIN SELECT raise(FAIL, 'full'); END"
    )
    with pytest.raises(sqlite3.Error, match="full"):
        library.find("alice", "word")
    library.connection.execute("DROP TRIGGER full")
    assert library.find("alice", "word") == ["word one"]
    assert library.connection.execute("SELECT count(*) FROM message_index").fetchone() == (1,)


def test_the_writer_waits_for_one_transaction_and_not_for_the_reading_of_lines(library: Library) -> None:
    library.say("c1", "alice", *(f"word {n}" for n in range(200)))
    held: dict[str, set[bool]] = {}

    def note(sql: str) -> None:
        what = "lines" if "lines" in sql else sql.split(maxsplit=1)[0]
        held.setdefault(what, set()).add(library.turn.locked())

    library.connection.set_trace_callback(note)
    for _ in index_pieces(library.connection, library.turn):
        assert not library.turn.locked()
    library.connection.set_trace_callback(None)
    assert held["lines"] == {False}
    assert held["BEGIN"] == held["INSERT"] == held["UPDATE"] == held["COMMIT"] == {True}


def test_what_is_deleted_while_it_is_being_indexed_does_not_get_into_the_index(library: Library) -> None:
    library.say("c1", "alice", "word 1")
    library.say("c1", "alice", "word 2")
    read = False

    def note(sql: str) -> None:
        nonlocal read
        if sql == "BEGIN IMMEDIATE" and not read:
            read = True
            library.connection.execute("DELETE FROM chunk WHERE number = 1")

    library.connection.set_trace_callback(note)
    assert library.find("bob", "word") == ["word 2"]
    assert library.connection.execute("SELECT count(*) FROM message_index").fetchone() == (1,)
    assert library.find("bob", "word") == ["word 2"]


# What it costs


def steps_of(library: Library, me: str, words: str) -> tuple[int, list[str]]:
    """Messages that were looked at one by one, and the statements that read lines."""
    statements: list[str] = []
    library.find(me, "nothing")
    library.connection.set_trace_callback(lambda sql: statements.append(sql) if "lines" in sql else None)
    steps = len(list(search(library.connection, Whose(me), words)))
    library.connection.set_trace_callback(None)
    return steps, statements


def test_a_chunk_with_many_hits_is_read_a_few_times_and_not_for_each(library: Library) -> None:
    library.say("c1", "alice", *["a"] * 10_000, "a ☃")
    assert library.find("bob", "a ☃") == ["a ☃"]
    _, statements = steps_of(library, "bob", "a ☃")
    assert len(statements) < 12


def test_hits_in_a_chunk_without_the_signs_are_not_looked_at_one_by_one(library: Library) -> None:
    library.say("c1", "alice", *["a"] * 10_000)
    steps, statements = steps_of(library, "bob", "a ☃")
    assert steps < 100
    assert len(statements) < 12


def test_one_hit_in_a_large_chunk_makes_one_message(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.say("c1", "alice", *["a"] * 10_000, "rare", *["a"] * 10_000)
    library.find("alice", "nothing")
    made: list[int] = []
    message_at = reader.message_at

    def noted(row: StoredChunk, place: int, text: str) -> Message:
        made.append(place)
        return message_at(row, place, text)

    monkeypatch.setattr(searching, "message_at", noted)
    assert library.find("bob", "rare") == ["rare"]
    assert made == [10_000]


def test_the_chunks_of_many_hits_are_read_together(library: Library) -> None:
    for number in range(200):
        library.say("c1", "alice", f"a {number}")
    _, statements = steps_of(library, "bob", "a ☃")
    assert len(statements) <= 200 / PAGE_CHUNKS + 4


def test_others_can_go_on_after_every_few_messages(library: Library) -> None:
    """Between two steps of a search there is never more than a page to do."""
    library.say("c1", "alice", *(f"a {number}" for number in range(3000)))
    library.find("alice", "nothing")
    looked_at: list[int] = []
    has_signs = searching._Wanted.has_signs

    def noted(wanted: searching._Wanted, text: str) -> bool:
        looked_at.append(1)
        return has_signs(wanted, text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(searching._Wanted, "has_signs", noted)
        for words in ("a ☃", "☃"):
            counts: list[int] = []
            for _ in search(library.connection, Whose("bob"), words):
                counts.append(len(looked_at))
                looked_at.clear()
            assert 0 < max(counts) <= 3


def test_the_index_is_asked_for_the_first_words_alone(library: Library) -> None:
    """And what it is not asked for has to stand there as it is."""
    words = [f"word{number}" for number in range(100)]
    library.say("c1", "alice", " ".join(words), " ".join(words[:-1]))
    asked: list[str] = []
    library.find("alice", "nothing")
    library.connection.set_trace_callback(asked.append)
    assert library.find("bob", " ".join(words)) == [" ".join(words)]
    matches = [sql for sql in asked if "MATCH" in sql]
    assert matches
    assert max(map(len, matches)) < 3 * searching.MOST_INDEXED + 200


@pytest.mark.parametrize("words", ["a-" * 2000, "a " * 2000, "a☃" * 2000, "世界" * 1000])
def test_a_very_long_search_asks_the_index_for_little(words: str) -> None:
    wanted = searching._Wanted.of(words)
    assert sum(map(len, wanted.phrases)) <= searching.MOST_INDEXED


def test_the_index_is_made_of_what_was_there_when_it_began(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or it would never end where more is said than can be indexed."""
    monkeypatch.setattr(searching, "PIECE_MESSAGES", 1)
    library.say("c1", "alice", "word")
    for pieces, _ in enumerate(index_pieces(library.connection, library.turn)):
        library.say("c1", "alice", "word")
        assert pieces < 5
    assert library.connection.execute("SELECT count(*) FROM message_index").fetchone() == (1,)


def test_what_is_in_the_index_is_not_expanded_again(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    library.say("c1", "alice", *["word"] * 1000)
    library.find("alice", "word")
    expanded: list[int] = []
    monkeypatch.setattr(searching, "messages", lambda *of: expanded.append(1))
    assert list(index_pieces(library.connection, library.turn)) == []
    assert expanded == []
