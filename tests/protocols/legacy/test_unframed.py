"""Texts without frames: a read is a text, a text is messages of one read each, and no character is ever halved."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.chat import Command, ListOnline
from duologue.core.errors import FatalPeerError, PeerError
from duologue.protocols.legacy.unframed import (
    MESSAGE_LIMIT,
    TextReader,
    as_typed,
    cut,
    messages,
    neutral,
    or_error,
    pieces,
    too_long,
    utf8_length,
)
from duologue.protocols.lines import LINE_LIMIT

texts = st.text(st.sampled_from("ab é日🙂\n\r\t\x1b\0\u202e\ud800"), max_size=700)
plain = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=100)


@given(st.lists(plain))
def test_every_read_is_a_text(said: list[str]) -> None:
    reader = TextReader()
    assert [reader.feed(text.encode()) for text in said] == said


@given(plain.filter(bool), st.data())
def test_a_text_cut_within_a_character_comes_whole(text: str, data: st.DataObject) -> None:
    whole = text.encode()
    inside = [at for at in range(1, len(whole)) if whole[at] & 0xC0 == 0x80]
    reader = TextReader()
    at = data.draw(st.sampled_from(inside)) if inside else 0
    if at:
        assert reader.feed(whole[:at]) is None
    assert reader.feed(whole[at:]) == text


@pytest.mark.parametrize("data", [b"\xff", b"a\xc0\xafb", b"\xed\xa0\x80", b"caf\xe9!", "é".encode()[1:]])
def test_what_is_no_text_is_refused_and_the_next_read_is_not(data: bytes) -> None:
    reader = TextReader()
    with pytest.raises(PeerError, match="not_text"):
        reader.feed(data)
    assert reader.feed(b"hello") == "hello"


def test_half_a_character_that_never_becomes_whole_spoils_one_text() -> None:
    reader = TextReader()
    assert reader.feed(b"caf\xe9") is None
    with pytest.raises(PeerError, match="not_text"):
        reader.feed(b"hello")
    assert reader.feed(b"hello") == "hello"


@pytest.mark.parametrize("first", [b"", "é".encode()[:1]])
def test_more_than_a_line_is_refused_and_not_held(first: bytes) -> None:
    reader = TextReader()
    if first:
        assert reader.feed(first) is None
    with pytest.raises(PeerError, match="line_too_long") as refused:
        reader.feed(b"x" * (LINE_LIMIT + 1))
    assert not isinstance(refused.value, FatalPeerError)
    assert reader.feed(b"hello") == "hello"


def test_the_longest_text_comes_whole() -> None:
    assert TextReader().feed(b"x" * LINE_LIMIT) == "x" * LINE_LIMIT


@given(texts)
def test_what_was_typed_can_be_sent_on(text: str) -> None:
    typed = as_typed(text)
    assert typed.encode().decode() == typed
    assert not set(typed) & {"\0", "\r"}
    assert not typed.endswith("\n")


def test_line_ends_of_other_clients_are_no_text() -> None:
    assert [as_typed(text) for text in ("hi\r\n", "hi\n", "a\r\nb\rc\n\n", "hi\0\ud800")] == [
        "hi",
        "hi",
        "a\nb\nc",
        "hi␀?",
    ]


# To the client


@given(texts, st.sampled_from(["", "bob: ", "[12:00:00] #tea bob: "]))
def test_every_message_is_one_read_of_text_without_controls(text: str, before: str) -> None:
    for message in messages(before, text):
        assert len(message) <= MESSAGE_LIMIT
        assert message.decode().startswith(before)
        assert not message.endswith(b"\n")
        assert not {char for char in message.decode() if char < " " and char != "\n"}


@given(texts)
def test_nothing_but_blanks_is_lost_between_messages(text: str) -> None:
    sent = "".join(message.decode() for message in messages("", text))
    assert sent.split() == neutral(text).split() or len(neutral(text)) > MESSAGE_LIMIT
    assert "".join(sent.split()) == "".join(neutral(text).split())


@pytest.mark.parametrize("char", ["x", "é", "日", "🙂"])
@pytest.mark.parametrize("shift", range(4))
def test_the_border_of_a_message_halves_no_character(char: str, shift: int) -> None:
    text = "x" * shift + char * 2000
    sent = messages("bob: ", text)
    assert "".join(message.decode().removeprefix("bob: ") for message in sent) == text
    assert all(len(message) > MESSAGE_LIMIT - 4 for message in sent[:-1])


def test_messages_are_cut_at_blanks() -> None:
    assert [*map(bytes.decode, messages("b: ", "one two three", 10))] == ["b: one two", "b: three"]
    assert [*map(bytes.decode, messages("b: ", "one two three", 9))] == ["b: one", "b: two", "b: three"]


def test_a_second_line_does_not_look_like_a_message_of_its_own() -> None:
    assert messages("bob: ", "hi\nalice: I agree") == (b"bob: hi\n  alice: I agree",)


@pytest.mark.parametrize("text", ["", " ", "\n"])
def test_an_empty_text_is_one_message(text: str) -> None:
    assert messages("bob: ", text) == (b"bob: ",)


def test_what_goes_to_many_is_made_once() -> None:
    assert messages("bob: ", "hello, all of you") is messages("bob: ", "hello, all of you")


@given(plain, st.integers(10, 50))
def test_a_cut_says_that_it_is_one(text: str, room: int) -> None:
    shown = cut(text, room)
    assert utf8_length(shown) <= room
    assert shown == text if utf8_length(text) <= room else shown.endswith("…")


def test_pieces_of_any_cost() -> None:
    assert pieces("aaaa", 4, lambda text: 2 * len(text)) == ["aa", "aa"]


def commands_until(error: PeerError) -> Iterator[Command]:
    yield ListOnline()
    raise error


def test_a_mistake_among_commands_comes_as_the_error_to_tell() -> None:
    error = too_long()
    assert [*or_error(commands_until(error))] == [ListOnline(), error]


def test_what_cannot_be_trusted_any_more_is_no_mere_mistake() -> None:
    rest = or_error(commands_until(FatalPeerError("code", "text")))
    assert next(rest) == ListOnline()
    with pytest.raises(FatalPeerError):
        next(rest)


def test_a_text_cut_within_a_character_is_unfinished_until_the_rest_has_come() -> None:
    reader = TextReader()
    numbers = []
    for read in (b"a", b"\xf0", b"\x9f", b"\x98\x80", b"\xc3", b"\xb6"):
        reader.feed(read)
        numbers.append(reader.unfinished)
    assert numbers[0] == numbers[3] == numbers[5] == 0
    assert 0 != numbers[1] == numbers[2] != numbers[4] != 0
