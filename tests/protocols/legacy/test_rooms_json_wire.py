"""The JSON of system 001: commands however they are cut, and messages that are each one whole JSON text."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.errors import FatalPeerError, PeerError
from duologue.protocols.legacy.rooms_json_wire import (
    JSON_LIMIT,
    JsonReader,
    encode_messages,
    encode_one_message,
    parse_command,
)
from duologue.protocols.lines import LINE_LIMIT

contents = st.text(st.sampled_from('ab{}[]":,\\ é日🙂\n\x1b'), max_size=15)
values = st.recursive(
    contents | st.integers() | st.none(), lambda inner: st.lists(inner) | st.dictionaries(contents, inner), max_leaves=6
)
objects = st.dictionaries(contents, values, max_size=4)


def read(data: bytes, cuts: list[int]) -> list[bytes]:
    reader = JsonReader()
    bounds = pairwise([0, *sorted(min(cut, len(data)) for cut in cuts), len(data)])
    return [text for start, end in bounds for text in reader.feed(data[start:end])]


@given(
    said=st.lists(objects | st.lists(values, max_size=3), max_size=5),
    between=st.sampled_from(["", " ", "\r\n"]),
    in_ascii=st.booleans(),
    cuts=st.lists(st.integers(0, 800), max_size=30),
)
def test_any_split_and_glue_gives_the_same_texts(
    said: list[object], between: str, in_ascii: bool, cuts: list[int]
) -> None:
    data = between.join(json.dumps(one, ensure_ascii=in_ascii) for one in said).encode()
    assert [json.loads(text) for text in read(data, cuts)] == said


@given(st.lists(objects, max_size=3))
def test_byte_by_byte_gives_the_same(said: list[object]) -> None:
    data = "".join(json.dumps(one) for one in said).encode()
    assert [json.loads(text) for text in read(data, [*range(len(data))])] == said


@pytest.mark.parametrize("rubbish", [b"42", b'"text"', b"null", b"hello", b"}", b"]]", b'say "{"', b"\\", b"\xff"])
def test_what_is_no_json_object_spoils_only_its_own_read(rubbish: bytes) -> None:
    reader = JsonReader()
    found = [*reader.feed(rubbish)]
    assert b"".join(found) == rubbish
    assert [*reader.feed(b'{"a": 1}')] == [b'{"a": 1}']


def test_a_text_without_an_end_is_refused_before_much_of_it_is_held() -> None:
    reader = JsonReader()
    assert [*reader.feed(b'{"a": "')] == []
    for _ in range(JSON_LIMIT // 1000 - 1):
        assert [*reader.feed(b"x" * 1000)] == []
    with pytest.raises(FatalPeerError, match="line_too_long"):
        [*reader.feed(b"x" * 2000)]


def test_texts_before_the_endless_one_count() -> None:
    texts = JsonReader().feed(b'{"a": 1}' + b"[" * (JSON_LIMIT + 1))
    assert next(texts) == b'{"a": 1}'
    with pytest.raises(FatalPeerError):
        next(texts)


def test_many_texts_in_one_read() -> None:
    assert len([*JsonReader().feed(b'{"a": 1}' * 20_000)]) == 20_000


@given(contents)
def test_a_command(content: str) -> None:
    text = json.dumps({"command": "MSG", "content": content, "more": 1}).encode()
    word, found = parse_command(text)
    assert (word, found) == ("MSG", content.strip())


def test_what_json_can_write_and_nobody_can_send_on() -> None:
    assert parse_command(rb'{"command": "MSG", "content": "a\ud83d b\u0000 \ud83d\ude42"}') == ("MSG", "a? b␀ 🙂")
    assert parse_command(b'{"command": "LIST"}') == ("LIST", "")


@pytest.mark.parametrize(
    "text",
    [
        b"hello",
        b"42",
        b"[]",
        b'"MSG"',
        b"{}",
        b'{"command": 1}',
        b'{"command": "MSG", "content": 5}',
        b'{"command": "MSG", "content": null}',
        b'{"command": "MSG", "content": ["a"]}',
        b'{"command": "MSG" "content": "a"}',
        b'{"command": "MSG", "content": "\xff"}',
        b'{"n": ' + b"9" * 10_000 + b"}",
        b"[" * 20_000 + b"]" * 20_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    ],
    ids=lambda text: str(text[:40]),
)
def test_what_is_no_command(text: bytes) -> None:
    with pytest.raises(PeerError, match="bad_json") as error:
        parse_command(text)
    assert not isinstance(error.value, FatalPeerError)


@pytest.mark.parametrize("in_ascii", [True, False])
def test_the_longest_text_fits_however_it_is_escaped(in_ascii: bool) -> None:
    content = "日" * (LINE_LIMIT // 3)
    [text] = JsonReader().feed(json.dumps({"command": "MSG", "content": content}, ensure_ascii=in_ascii).encode())
    assert parse_command(text) == ("MSG", content)
    with pytest.raises(PeerError, match="line_too_long"):
        parse_command(json.dumps({"command": "MSG", "content": content + "日"}).encode())


# To the client


@given(
    text=st.text(max_size=3000) | st.text(st.sampled_from('"\\\n\x1b\u202e\ud800🙂'), max_size=3000),
    before=st.sampled_from(["", "bob: "]),
)
def test_every_message_is_one_whole_json_text_in_one_read(text: str, before: str) -> None:
    sent = encode_messages("PUBLIC_MSG", "12:00:00", before, text)
    for message in (*sent, encode_one_message("PUBLIC_MSG", "12:00:00", text)):
        assert len(message) < 1024
        found = json.loads(message)
        assert list(found) == ["type", "content", "timestamp"]
        assert (found["type"], found["timestamp"]) == ("PUBLIC_MSG", "12:00:00")
    assert all(json.loads(message)["content"].startswith(before) for message in sent)


@pytest.mark.parametrize("char", ["x", '"', "\\", "é", "🙂"])
def test_a_long_text_comes_in_full_messages_with_nothing_lost(char: str) -> None:
    sent = encode_messages("PUBLIC_MSG", "12:00:00", "bob: ", char * 3000)
    assert "".join(json.loads(message)["content"].removeprefix("bob: ") for message in sent) == char * 3000
    assert all(len(message) > 1015 for message in sent[:-1])


def test_what_must_be_one_message_is_cut_and_says_so() -> None:
    content = json.loads(encode_one_message("LIST_RESPONSE", "12:00:00", "a " * 3000))["content"]
    assert content.endswith("…")
    assert len(content) > 900
