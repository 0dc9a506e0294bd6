"""Frames (docs/web.md): each command is read from its JSON and nothing else, each event is written as its own."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.chat import (
    AcceptChat,
    AskForChat,
    Command,
    GiveNickname,
    Ping,
    ReadHistory,
    ResumeChat,
    Say,
    SendLetter,
    StreamHeld,
)
from duologue.core.commands.people import AllowAsking, MayAsk, WatchPeople
from duologue.core.devices import DEVICE_LENGTH
from duologue.core.errors import PeerError
from duologue.core.events.chat import ChatEnded, Event, Refused, RequestAnswered, Said
from duologue.core.events.people import PeopleListed, State
from duologue.core.requests import ChatEnd, RequestState
from duologue.protocols.native.wire import encode_message
from duologue.protocols.web.json_frames import (
    COMMANDS,
    NOT_FOR_PAGES,
    NOT_TOLD,
    encode_event,
    encode_said,
    parse_frame,
    texts_of,
    type_of,
    wanted,
)
from tests.browser import fields_of, plain

KINDS = [kind for kind in get_args(Command) if kind not in NOT_FOR_PAGES]
EVENTS = [kind for kind in get_args(Event) if kind not in NOT_TOLD]
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\v"))


def frame_of(command: Any) -> str:
    return json.dumps({"type": type_of(type(command)), **fields_of(command)})


def values(hint: Any) -> st.SearchStrategy[Any]:
    options = {
        str: TEXT,
        int: st.integers(0, 10**18 - 1),
        bool: st.booleans(),
        StreamHeld: st.builds(StreamHeld, TEXT, st.integers(0, 10**18 - 1)),
    }
    if hint in options:
        return options[hint]
    if type(None) in get_args(hint):
        return st.none() | st.one_of([values(choice) for choice in get_args(hint) if choice is not type(None)])
    return st.sampled_from(hint)


@st.composite
def commands(draw: st.DrawFn) -> Any:
    kind = draw(st.sampled_from(KINDS))
    hints = get_type_hints(kind)
    found = {field.name: draw(values(hints[field.name])) for field in wanted(kind)}
    found |= {"stream": "a-b_c.1", "number": max(1, found["number"])} if kind is SendLetter else {}
    found |= {"device": draw(st.text("AZaz09-_", max_size=DEVICE_LENGTH))} if "device" in found else {}
    found |= {"words": f"word {found['words']}"} if "words" in found else {}
    return kind(**found)


@given(commands())
def test_every_command_is_read_as_it_was_written(command: Any) -> None:
    assert parse_frame(frame_of(command)) == command


@pytest.mark.parametrize(
    ("frame", "command"),
    [
        ('{"type":"ask_for_chat","nickname":"bob"}', AskForChat("bob")),
        ('{"type":"accept_chat"}', AcceptChat()),
        ('{"type":"accept_chat","nickname":null}', AcceptChat()),
        ('{"type":"say","text":"a\\nb"}', Say("a\nb")),
        ('{"type":"say","text":"a\\u000bb"}', Say("a\nb")),
        ('{"type":"ping","received":3,"stream":"s"}', Ping(3, "s")),
        ('{"type":"watch_people","is_on":true}', WatchPeople(True)),
        ('{"type":"allow_asking","who":"known"}', AllowAsking(MayAsk.KNOWN)),
        ('{"type":"read_history","nickname":"#tea","count":5}', ReadHistory("#tea", 5)),
        (
            '{"type":"resume_chat","chat":"c","sent":{"name":"s","upto":3},"received":null}',
            ResumeChat("c", StreamHeld("s", 3)),
        ),
    ],
)
def test_what_they_look_like(frame: str, command: Command) -> None:
    assert parse_frame(frame) == command


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("", "bad_command"),
        ("null", "bad_command"),
        ("[1]", "bad_command"),
        ("{", "bad_command"),
        ("[" * 16_000, "bad_command"),
        ('{"type":"say","text":"x"} x', "bad_command"),
        ("{}", "unknown_command"),
        ('{"type":null}', "unknown_command"),
        ('{"type":["say"]}', "unknown_command"),
        ('{"type":"Say","text":"x"}', "unknown_command"),
        ('{"type":"attach_socket","kind":"chat_socket","token":"x"}', "unknown_command"),
        ('{"type":"come_in","nickname":"x"}', "unknown_command"),
        ('{"type":"say_privately","nickname":"x","text":"y"}', "unknown_command"),
        ('{"type":"say"}', "bad_command"),
        ('{"type":"say","text":"x","texts":"y"}', "bad_command"),
        ('{"type":"say","text":["x"]}', "bad_command"),
        ('{"type":"give_nickname","nickname":"x","is_all":true}', "bad_command"),
        ('{"type":"give_nickname","nickname":"x","device":"d 1"}', "bad_device"),
        ('{"type":"give_pass","token":"x","device":"' + "d" * (DEVICE_LENGTH + 1) + '"}', "bad_device"),
        ('{"type":"ping","received":1.0}', "bad_command"),
        ('{"type":"ping","received":true}', "bad_command"),
        ('{"type":"ping","received":-1}', "bad_command"),
        ('{"type":"ping","received":1000000000000000000}', "bad_command"),
        ('{"type":"ping","received":' + "9" * 10_000 + "}", "bad_command"),
        ('{"type":"ping","received":NaN}', "bad_command"),
        ('{"type":"watch_people","is_on":1}', "bad_command"),
        ('{"type":"allow_asking","who":"KNOWN"}', "bad_command"),
        ('{"type":"allow_asking","who":["known"]}', "bad_command"),
        ('{"type":"resume_chat","chat":"c","sent":{"name":"s"}}', "bad_command"),
        ('{"type":"resume_chat","chat":"c","sent":{"name":"s","upto":1,"x":1}}', "bad_command"),
        ('{"type":"resume_chat","chat":"c","sent":"s"}', "bad_command"),
        ('{"type":"send_letter","nickname":"b","stream":"a b","number":1,"text":"x"}', "bad_command"),
        ('{"type":"send_letter","nickname":"b","stream":"","number":1,"text":"x"}', "bad_command"),
        ('{"type":"send_letter","nickname":"b","stream":"a\\nERROR","number":1,"text":"x"}', "bad_command"),
        ('{"type":"send_letter","nickname":"b","stream":".1","number":1,"text":"x"}', "bad_command"),
        ('{"type":"send_letter","nickname":"b","stream":"a","number":0,"text":"x"}', "bad_number"),
        ('{"type":"search_history","words":" "}', "bad_command"),
        ('{"type":"say","text":"\\u0000"}', "not_text"),
        ('{"type":"say","text":"\\ud800"}', "not_text"),
        ('{"type":"ask_for_chat","nickname":"\\udfff"}', "not_text"),
    ],
)
def test_what_is_none_is_refused(frame: str, code: str) -> None:
    with pytest.raises(PeerError) as refused:
        parse_frame(frame)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("frame", "of"),
    [
        ('{"type":"ping","received":-1}', Ping),
        ('{"type":"say"}', Say),
        ('{"type":"say","text":"\\u0000"}', Say),
        ('{"type":"send_letter","nickname":"b","stream":"","number":1,"text":"x"}', SendLetter),
        ('{"type":"whatever"}', None),
        ("[]", None),
    ],
)
def test_it_is_said_of_what_where_that_is_known(frame: str, of: type | None) -> None:
    """Section 3.5."""
    with pytest.raises(PeerError) as refused:
        parse_frame(frame)
    assert refused.value.of is of


def test_what_is_refused_can_be_written_back() -> None:
    """Whatever it was: a sentence about it goes to a page."""
    for frame in ('{"type":"\\ud800\\u0000\\u001b"}', '{"type":"say","\\ud800\\u0000":1,"text":""}'):
        with pytest.raises(PeerError) as refused:
            parse_frame(frame)
        assert refused.value.text.encode()


@given(st.text())
def test_any_text_is_a_command_or_refused(text: str) -> None:
    with pytest.raises(PeerError):
        parse_frame(text)


def test_a_field_with_a_default_may_be_left_out() -> None:
    for kind in KINDS:
        left_out = {field.name for field in wanted(kind) if field.default is not MISSING}
        assert COMMANDS[type_of(kind)].optional == left_out


def test_only_the_own_commands_of_a_page_have_a_type() -> None:
    assert {shape.make for shape in COMMANDS.values()} == set(KINDS)
    assert [field.name for field in wanted(GiveNickname)] == ["nickname", "device"]


# Events


@st.composite
def events(draw: st.DrawFn) -> Any:
    kind = draw(st.sampled_from(EVENTS))
    return draw(st.builds(kind))


@given(events())
def test_every_event_is_its_type_and_its_fields(event: Any) -> None:
    found = json.loads(encode_event(event))
    assert found == {"type": type_of(type(event)), **{f.name: plain(getattr(event, f.name)) for f in fields(event)}}


@pytest.mark.parametrize(
    ("event", "frame"),
    [
        (Said("bob", "a\nb"), {"type": "said", "nickname": "bob", "texts": ["a\nb"]}),
        (
            RequestAnswered("bob", RequestState.TOO_SOON),
            {"type": "request_answered", "nickname": "bob", "outcome": "too soon"},
        ),
        (
            ChatEnded("bob", ChatEnd.LEFT),
            {"type": "chat_ended", "nickname": "bob", "reason": "left", "chat": None, "had": None},
        ),
        (Refused("x", "No."), {"type": "refused", "code": "x", "text": "No.", "of": None}),
        (Refused("x", "No.", ReadHistory), {"type": "refused", "code": "x", "text": "No.", "of": "read_history"}),
        (
            PeopleListed((("bob", State.AWAY),)),
            {"type": "people_listed", "people": [["bob", "away"]], "more": False},
        ),
    ],
)
def test_what_events_look_like(event: Event, frame: dict[str, Any]) -> None:
    assert json.loads(encode_event(event)) == frame


def test_a_half_character_from_elsewhere_breaks_no_frame() -> None:
    assert json.loads(encode_event(Said("bob", "\ud800")))["texts"] == ["?"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\v"))))
def test_message_lines_become_texts(texts: list[str]) -> None:
    lines = b"".join(map(encode_message, texts))
    assert texts_of(lines) == texts
    assert json.loads(encode_said("bob", texts_of(lines)))["texts"] == texts
