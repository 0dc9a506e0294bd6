"""What a server sends on the wire: each line as docs/protocol.md has it, there and back, and nothing else."""

from __future__ import annotations

import contextlib
import unicodedata
from dataclasses import replace
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.people import MayAsk
from duologue.core.errors import FatalPeerError
from duologue.core.events.chat import (
    Acknowledged,
    ChatElsewhere,
    ChatEnded,
    ChatFree,
    ChatHeld,
    ChatPaused,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    ChatUnknown,
    ChatWaits,
    Disconnected,
    Event,
    KeptFor,
    LoggedIn,
    LoginDenied,
    MessageFrom,
    NotKept,
    PartnerResumed,
    PasswordWanted,
    PeopleOnline,
    Probe,
    Recalled,
    RecallEnded,
    Refused,
    RequestAnswered,
    RequestsEnded,
    RequestSent,
    RequestWithdrawn,
    Said,
    StreamBegins,
    TextPart,
    WaitingRequests,
)
from duologue.core.events.devices import (
    ConversationListed,
    ConversationsEnded,
    Cursor,
    Feed,
    Following,
    Kept,
    ReadUpTo,
)
from duologue.core.events.people import (
    AskingAllowed,
    BlockedListed,
    PeopleListed,
    PersonBlocked,
    PersonDescribed,
    PersonUnblocked,
    Presence,
    Spelled,
    State,
    YouAre,
)
from duologue.core.events.rooms import (
    RoomEntered,
    RoomExited,
    RoomJoined,
    RoomLeft,
    RoomListed,
    RoomMembers,
    RoomMissed,
    RoomSaid,
    RoomsListed,
    RoomTopic,
)
from duologue.core.names import BadNickname, nickname_key
from duologue.core.requests import ChatEnd, RequestState
from duologue.protocols.lines import LineBuffer, is_text
from duologue.protocols.native.signals import (
    ANSWERS,
    SIGNAL_WORDS,
    encode_event,
    parse_check_signal,
    parse_signal,
)
from duologue.protocols.native.wire import parse_message
from tests.protocols.native.test_wire import counts, ids, nicknames, one_line, rooms, seconds, sentences, texts

lists = st.lists(nicknames, max_size=8).map(tuple)
states = st.sampled_from(State)
short_texts = st.just("") | sentences

EVENTS: dict[type, st.SearchStrategy[Event]] = {
    PasswordWanted: st.builds(PasswordWanted),
    LoggedIn: st.builds(LoggedIn, ids, nicknames, nicknames),
    LoginDenied: st.builds(LoginDenied, ids, sentences),
    ChatRequested: st.builds(ChatRequested, nicknames, seconds),
    RequestWithdrawn: st.builds(
        RequestWithdrawn, nicknames, st.sampled_from([RequestState.CANCELLED, RequestState.EXPIRED])
    ),
    RequestSent: st.builds(RequestSent, nicknames, seconds),
    RequestAnswered: st.builds(RequestAnswered, nicknames, st.sampled_from([*ANSWERS])),
    RequestsEnded: st.builds(RequestsEnded, nicknames),
    ChatStarted: st.builds(ChatStarted, nicknames, ids),
    ChatEnded: st.builds(ChatEnded, nicknames, st.sampled_from(ChatEnd))
    | st.builds(ChatEnded, nicknames, st.sampled_from(ChatEnd), ids, counts),
    ChatUnknown: st.builds(ChatUnknown, ids),
    ChatWaits: st.builds(ChatWaits, nicknames, ids, seconds),
    ChatHeld: st.builds(ChatHeld, nicknames, ids),
    ChatFree: st.builds(ChatFree, nicknames, ids, seconds),
    ChatElsewhere: st.builds(ChatElsewhere, nicknames, ids, counts),
    ChatPaused: st.builds(ChatPaused, nicknames, seconds),
    PartnerResumed: st.builds(PartnerResumed, nicknames, ids),
    ChatResumed: st.builds(ChatResumed, nicknames, ids, counts, ids, counts),
    StreamBegins: st.builds(StreamBegins, nicknames, ids, counts),
    Said: st.builds(Said, nicknames, texts),
    WaitingRequests: st.builds(WaitingRequests, lists, counts),
    PeopleOnline: st.builds(PeopleOnline, lists, counts),
    Recalled: st.builds(Recalled, counts, seconds, nicknames, nicknames, texts),
    TextPart: st.builds(TextPart, texts),
    MessageFrom: st.builds(MessageFrom, nicknames, seconds, ids, counts, texts),
    KeptFor: st.builds(KeptFor, nicknames, ids, counts),
    NotKept: st.builds(NotKept, nicknames, ids, counts, ids, sentences),
    RecallEnded: st.builds(RecallEnded, counts, st.none() | counts),
    Refused: st.builds(Refused, ids, sentences),
    Disconnected: st.builds(Disconnected, ids, sentences),
    Acknowledged: st.builds(Acknowledged, counts, counts, st.none() | ids),
    Probe: st.builds(Probe),
    RoomEntered: st.builds(RoomEntered, rooms, counts, sentences),
    RoomExited: st.builds(RoomExited, rooms),
    RoomJoined: st.builds(RoomJoined, rooms, nicknames),
    RoomLeft: st.builds(RoomLeft, rooms, nicknames),
    RoomSaid: st.builds(RoomSaid, rooms, nicknames, seconds, counts, texts),
    RoomMissed: st.builds(RoomMissed, rooms, counts),
    RoomTopic: st.builds(RoomTopic, rooms, st.none() | nicknames, texts),
    RoomMembers: st.builds(RoomMembers, rooms, lists, counts),
    RoomListed: st.builds(RoomListed, rooms, counts, st.booleans(), texts),
    RoomsListed: st.builds(RoomsListed, counts, st.none() | rooms),
    Presence: st.builds(Presence, nicknames, states, short_texts),
    YouAre: st.builds(YouAre, states, short_texts),
    Spelled: st.builds(Spelled, nicknames, nicknames),
    PersonBlocked: st.builds(PersonBlocked, nicknames),
    PersonUnblocked: st.builds(PersonUnblocked, nicknames),
    BlockedListed: st.builds(BlockedListed, lists, counts),
    AskingAllowed: st.builds(AskingAllowed, st.sampled_from(MayAsk)),
    PersonDescribed: st.builds(
        PersonDescribed, nicknames, states, st.none() | st.integers(1, 1 << 40), st.booleans(), short_texts
    ),
    Following: st.builds(Following, counts, st.sampled_from(Feed)),
    Kept: st.builds(Kept, nicknames | rooms, counts, seconds, nicknames, ids, counts, texts),
    Cursor: st.builds(Cursor, counts),
    ConversationListed: st.builds(
        ConversationListed, nicknames | rooms, counts, seconds, counts, counts, nicknames, short_texts
    ),
    ConversationsEnded: st.builds(ConversationsEnded, st.none() | counts),
    ReadUpTo: st.builds(ReadUpTo, nicknames | rooms, counts, counts),
    PeopleListed: st.builds(PeopleListed, st.lists(st.tuples(nicknames, states), max_size=8).map(tuple), counts),
}
events = st.one_of(*EVENTS.values())
login_events = st.one_of(*(kind for event, kind in EVENTS.items() if event not in (Acknowledged, Probe)))


def as_the_client_reads(line: bytes, partner: str) -> Event:
    if line.startswith(b":"):
        return Said(partner, parse_message(line))
    return parse_check_signal(line) if line.startswith((b"PING", b"PONG ")) else parse_signal(line)


def test_every_event_has_a_line() -> None:
    assert set(EVENTS) == set(get_args(Event))


@given(events)
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    line = one_line(encode_event(event))
    assert as_the_client_reads(line, getattr(event, "nickname", "")) == event


@given(events)
def test_an_event_is_lines_that_the_protocol_allows(event: Event) -> None:
    """2.1, 2.2."""
    encoded = encode_event(event)
    assert is_text(encoded)
    assert LineBuffer().feed(encoded) == encoded
    assert encoded.startswith(b":") == isinstance(event, Said)


@given(st.lists(login_events, max_size=10), st.data())
def test_any_split_and_glue_gives_the_same_events(said: list[Event], data: st.DataObject) -> None:
    whole = b"".join(map(encode_event, said))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=20)))
    buffer = LineBuffer()
    lines = [
        line
        for start, end in pairwise([0, *cuts, len(whole)])
        if end > start
        for line in buffer.feed(whole[start:end]).split(b"\n")[:-1]
    ]
    assert len(lines) == len(said)
    for line, event in zip(lines, said, strict=True):
        assert as_the_client_reads(line, getattr(event, "nickname", "")) == event


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (PasswordWanted(), "PASSWORD"),
        (LoggedIn("token", "alice", "alice"), "AUTH_SUCCESS token alice alice"),
        (LoggedIn("token", "νίκοσ", "νίκος"), "AUTH_SUCCESS token νίκοσ νίκος"),
        (Spelled("νίκοσ", "νίκος"), "name_spelled νίκοσ νίκος"),
        (LoginDenied("denied", "No."), "AUTH_DENIED denied No."),
        (ChatRequested("bob", 120), "want_chat_with_you bob 120"),
        (RequestSent("bob", 120), "chat_requested bob 120"),
        (RequestAnswered("bob", RequestState.DECLINED), "bob decline chat"),
        (RequestAnswered("bob", RequestState.OFFLINE), "bob is offline"),
        (RequestAnswered("bob", RequestState.BUSY), "bob is not available"),
        (RequestAnswered("bob", RequestState.UNKNOWN), "bob doesn't exist"),
        (RequestAnswered("bob", RequestState.EXPIRED), "bob didn't answer"),
        (RequestAnswered("bob", RequestState.CANCELLED), "bob is no longer asked"),
        (RequestAnswered("bob", RequestState.TOO_SOON), "bob declined a moment ago"),
        (RequestAnswered("bob", RequestState.TOO_OFTEN), "bob was asked several times"),
        (RequestWithdrawn("bob", RequestState.CANCELLED), "chat_request_ended bob cancelled"),
        (RequestWithdrawn("bob", RequestState.EXPIRED), "chat_request_ended bob expired"),
        (ChatStarted("bob", "id"), "start_chat bob id"),
        (Said("bob", "hello\nyou"), ":hello\vyou"),
        (ChatEnded("bob", ChatEnd.YOU_LEFT), "chat_ended bob you_left"),
        (ChatEnded("bob", ChatEnd.LEFT), "chat_ended bob left"),
        (ChatEnded("bob", ChatEnd.LOST), "chat_ended bob lost"),
        (ChatEnded("bob", ChatEnd.REMOVED), "chat_ended bob removed"),
        (ChatEnded("bob", ChatEnd.LOST, "id", 7), "chat_ended bob lost id 7"),
        (ChatUnknown("id"), "chat_unknown id"),
        (ChatWaits("bob", "id", 60), "chat_waits bob id 60"),
        (ChatHeld("bob", "id"), "chat_held bob id"),
        (ChatFree("bob", "id", 60), "chat_free bob id 60"),
        (ChatElsewhere("bob", "id", 7), "chat_elsewhere bob id 7"),
        (ChatPaused("bob", 60), "chat_paused bob 60"),
        (PartnerResumed("bob", "id"), "chat_resumed bob id"),
        (ChatResumed("bob", "id", 7, "id.2", 0), "chat_resumed bob id 7 id.2 0"),
        (StreamBegins("bob", "id.2", 1), "stream_begins bob id.2 1"),
        (MessageFrom("bob", 1795217400, "id", 3, "hi\nyou"), "message_from bob 1795217400 id 3 :hi\vyou"),
        (KeptFor("bob", "id", 1), "kept_for bob id 1"),
        (NotKept("bob", "id", 1, "mailbox_full", "Too many."), "not_kept bob id 1 mailbox_full Too many."),
        (WaitingRequests(("bob", "carol")), "requests bob carol"),
        (WaitingRequests(()), "requests"),
        (PeopleOnline(("alice", "bob"), more=7), "online_part 7 alice bob"),
        (
            Recalled(77, 1795217400, "bob", "alice", "hi :you\nthere"),
            "recalled 77 1795217400 bob alice :hi :you\vthere",
        ),
        (Recalled(1, 0, "bob", "alice", ""), "recalled 1 0 bob alice :"),
        (TextPart("a\n b"), "text_part :a\v b"),
        (RecallEnded(0), "recall_ended 0"),
        (RecallEnded(500, 77), "recall_ended 500 77"),
        (Refused("no_chat", "No chat."), "ERROR no_chat No chat."),
        (Disconnected("bye", "Goodbye!"), "disconnected bye Goodbye!"),
        (Acknowledged(), "PONG 0 0"),
        (Acknowledged(7, 5, "id"), "PONG 7 5 id"),
        (Probe(), "PING"),
    ],
    ids=str,
)
def test_the_lines_of_the_protocols_tables(event: Event, line: str) -> None:
    """3.1, 5, 7.2, 8.1."""
    assert encode_event(event) == f"{line}\n".encode()


def test_every_end_of_a_request_but_acceptance_has_an_answer_of_its_own() -> None:
    beginnings = {RequestState.ASKED, RequestState.WAITING, RequestState.ACCEPTED}
    assert set(ANSWERS) == set(RequestState) - beginnings
    assert len(set(ANSWERS.values())) == len(ANSWERS)


@pytest.mark.parametrize("kind", [Recalled, MessageFrom])
@given(
    size=st.integers(0, 30_000),
    letter=st.sampled_from(["x", "é", "日", "🙂", "\n", ":", "a🙂"]),
    sender=nicknames,
    recipient=nicknames,
)
def test_a_text_of_any_length_is_told_in_parts_that_are_lines(
    kind: type[Recalled | MessageFrom], size: int, letter: str, sender: str, recipient: str
) -> None:
    """2.1, 5.1: where a text came from another door it may be longer than a line."""
    event: Recalled | MessageFrom = (
        Recalled(10**17, 10**12, sender, recipient, letter * size)
        if kind is Recalled
        else MessageFrom(sender, 10**12, "x" * 32, 10**17, letter * size)
    )
    encoded = encode_event(event)
    assert LineBuffer().feed(encoded) == encoded
    *parts, last = [parse_signal(line) for line in encoded.split(b"\n")[:-1]]
    assert {type(part) for part in parts} <= {TextPart}
    assert isinstance(last, kind)
    assert "".join(part.text for part in (*parts, last)) == event.text  # type: ignore[union-attr]
    assert last == replace(event, text=last.text)


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("recalled 7 9 bob alice x y :hi", Recalled(7, 9, "bob", "alice", "hi")),
        ("recall_ended 5 77 x y", RecallEnded(5, 77)),
        ("want_chat_with_you bob 120 x y", ChatRequested("bob", 120)),
        ("chat_requested bob 120 x y", RequestSent("bob", 120)),
        ("chat_request_ended bob expired x y", RequestWithdrawn("bob", RequestState.EXPIRED)),
        ("start_chat bob id x y", ChatStarted("bob", "id")),
        ("chat_ended bob left id 5 x y", ChatEnded("bob", ChatEnd.LEFT, "id", 5)),
        ("chat_waits bob id 60 x y", ChatWaits("bob", "id", 60)),
        ("chat_paused bob 60 x y", ChatPaused("bob", 60)),
        ("chat_resumed bob id 5 id.2 0 x y", ChatResumed("bob", "id", 5, "id.2", 0)),
        ("chat_unknown id x y", ChatUnknown("id")),
        ("stream_begins bob id.2 1 x y", StreamBegins("bob", "id.2", 1)),
        ("kept_for bob id 1 x y", KeptFor("bob", "id", 1)),
        ("message_from bob 9 id 1 x y :hi", MessageFrom("bob", 9, "id", 1, "hi")),
        ("AUTH_SUCCESS token alice", LoggedIn("token", "alice")),
        ("AUTH_SUCCESS token alice Alice y", LoggedIn("token", "alice", "Alice")),
        ("PASSWORD x y", PasswordWanted()),
    ],
)
def test_words_added_to_a_signal_are_passed_over(line: str, event: Event) -> None:
    """5.4."""
    assert parse_signal(line.encode()) == event


@pytest.mark.parametrize(("line", "event"), [("PONG 7 5 id x y", Acknowledged(7, 5, "id")), ("PING x y", Probe())])
def test_words_added_on_the_check_socket_are_passed_over(line: str, event: Event) -> None:
    """5.4."""
    assert parse_check_signal(line.encode()) == event


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b" ",
        b"bob",
        b"bob is nowhere",
        b"bob is offline, or so",
        b"start_chat",
        b"start_chat bob",
        b"chat_ended",
        b"chat_ended bob",
        b"chat_ended bob whatever",
        b"chat_request_ended bob whatever",
        b"AUTH_SUCCESS",
        b"AUTH_SUCCESS token",
        b"want_chat_with_you",
        b"want_chat_with_you bob",
        b"want_chat_with_you bob soon",
        b"want_chat_with_you bob -5",
        b"want_chat_with_you bob 1_0",
        b"chat_requested bob " + b"9" * 5000,
        b"recalled",
        b"recalled 7 9 bob :hi",
        b"recalled 7 9 bob alice hi",
        b"recalled seven 9 bob alice :hi",
        b"recalled 7 -9 bob alice :hi",
        b"recalled " + b"9" * 5000 + b" 9 bob alice :hi",
        b"text_part",
        b"text_part hi",
        b"chat_ended bob left id x",
        b"chat_waits bob id",
        b"chat_waits bob id soon",
        b"chat_paused bob",
        b"chat_resumed bob",
        b"chat_resumed bob id 5 id.2",
        b"chat_resumed bob id x id.2 0",
        b"chat_unknown",
        b"stream_begins bob id.2",
        b"stream_begins bob id.2 -1",
        b"message_from bob 9 id :hi",
        b"message_from bob 9 id 1 hi",
        b"message_from bob 9 id one :hi",
        b"kept_for bob id",
        b"not_kept bob id 1 mailbox_full",
        b"not_kept bob id one mailbox_full Too many.",
        b"recall_ended",
        b"recall_ended x",
        b"recall_ended 5 x",
        b"recall_ended 5 " + b"9" * 5000,
        b"\xff",
        b"bob is\0offline",
    ],
)
def test_a_signal_that_is_not_one_is_refused(line: bytes) -> None:
    with pytest.raises(FatalPeerError):
        parse_signal(line)


@pytest.mark.parametrize(
    "line",
    [b"", b"PONG", b"PONG 1", b"PONG x 1", b"PONG 1 -1", b"PONG 1 " + b"9" * 5000, b"pong 0 0", b"PONG 0 0 \xff"],
)
def test_a_check_signal_that_is_not_one_is_refused(line: bytes) -> None:
    with pytest.raises(FatalPeerError):
        parse_check_signal(line)


@given(st.binary(max_size=100))
def test_whatever_a_server_sends_is_an_event_or_refused(line: bytes) -> None:
    line = line.replace(b"\n", b"")
    for parse in (parse_signal, parse_check_signal):
        with contextlib.suppress(FatalPeerError):
            assert isinstance(parse(line), get_args(Event))


# Nicknames and signals (5.2)

spellings = st.sampled_from(
    [str, str.upper, str.title, lambda word: unicodedata.normalize("NFKD", word), lambda word: word.replace("o", "о")]
)


@given(st.sampled_from(sorted(SIGNAL_WORDS)), spellings)
def test_no_signal_is_a_nickname_in_any_spelling(word: str, spell: type[str]) -> None:
    with pytest.raises(BadNickname):
        nickname_key(spell(word))


letters = st.characters(codec="utf-8", categories=["Lu", "Ll", "Lo", "Nd"]) | st.sampled_from("_-.:/ ")
names_of_signals = st.builds("{}{}{}".format, *(letters, st.sampled_from(sorted(SIGNAL_WORDS)), letters))


@given(st.text(letters, min_size=1, max_size=12) | names_of_signals, st.sampled_from([*ANSWERS]))
def test_whatever_nickname_there_is_its_answers_are_read_as_answers(text: str, outcome: RequestState) -> None:
    try:
        nickname = nickname_key(text)
    except BadNickname:
        return
    event = RequestAnswered(nickname, outcome)
    line = one_line(encode_event(event))
    assert not line.startswith(b":")
    assert parse_signal(line) == event


def test_every_word_that_begins_a_signal_is_known_to_be_one() -> None:
    """Of what is sent, so that no list has to be kept by hand."""
    about_nobody = [kind for event, kind in EVENTS.items() if event not in (RequestAnswered, Said)]
    for strategy in about_nobody:
        first = strategy.map(lambda event: encode_event(event).split(None, 1)[0].decode())

        @given(first)
        def check(word: str) -> None:
            assert word in SIGNAL_WORDS

        check()
