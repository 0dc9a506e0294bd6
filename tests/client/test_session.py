"""A session from bytes: what the wire says becomes events and state, however the bytes are cut (docs/protocol.md)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.client.session import Session
from duologue.core.chat import ChatEnd, RequestState
from duologue.core.commands import AskForChat, DeclineChat, QuitChat, Say, SocketKind
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events import (
    Acknowledged,
    ChatEnded,
    ChatRequested,
    ChatStarted,
    Disconnected,
    Event,
    LoggedIn,
    PasswordWanted,
    PeopleOnline,
    Probe,
    Recalled,
    RecallEnded,
    Refused,
    RequestAnswered,
    RequestSent,
    Said,
    WaitingRequests,
)

LOGIN, CHAT, CHECK = SocketKind.LOGIN, SocketKind.CHAT, SocketKind.CHECK

WIRE = """\
PASSWORD
AUTH_SUCCESS token alice
want_chat_with_you bob 120
chat_requested carol 120
carol is offline
start_chat bob xyz
:hello ✓
:two\vlines
:
ERROR too_fast Slow down.
chat_ended bob left
online_part alice
online bob
disconnected bye Goodbye!
""".encode()
EVENTS = [
    PasswordWanted(),
    LoggedIn("token", "alice"),
    ChatRequested("bob", 120),
    RequestSent("carol", 120),
    RequestAnswered("carol", RequestState.OFFLINE),
    ChatStarted("bob", "xyz"),
    Said("bob", "hello ✓"),
    Said("bob", "two\nlines"),
    Said("bob", ""),
    Refused("too_fast", "Slow down."),
    ChatEnded("bob", ChatEnd.LEFT),
    PeopleOnline(("alice", "bob")),
    Disconnected("bye", "Goodbye!"),
]


def received(session: Session, *lines: str) -> list[Event]:
    return [*session.receive_data(LOGIN, "".join(f"{line}\n" for line in lines).encode())]


def test_the_whole_wire_at_once() -> None:
    assert [*Session().receive_data(LOGIN, WIRE)] == EVENTS


@given(st.lists(st.integers(0, len(WIRE))))
def test_any_split_of_the_bytes_gives_the_same_events(cuts: list[int]) -> None:
    session = Session()
    ends = [0, *sorted(cuts), len(WIRE)]
    pieces = [WIRE[start:end] for start, end in pairwise(ends) if start < end]
    assert [event for piece in pieces for event in session.receive_data(LOGIN, piece)] == EVENTS


def test_it_knows_the_chat_and_counts_its_messages() -> None:
    session = Session()
    received(session, "start_chat bob xyz", ":one", ":two")
    session.command(Say("back"))
    session.command(QuitChat())
    assert (session.partner, session.chat, session.received, session.sent) == ("bob", "xyz", 2, 1)
    assert session.ping() == b"PING 2 xyz\n"
    received(session, "chat_ended bob you_left")
    assert (session.partner, session.chat) == (None, None)
    assert session.ping() == b"PING 0\n"
    received(session, "start_chat carol abc")
    assert (session.received, session.sent) == (0, 0)


def test_it_knows_who_waits_and_whom_we_wait_for() -> None:
    session = Session()
    received(session, "want_chat_with_you bob 9", "want_chat_with_you dave 9", "chat_requested carol 9")
    assert (session.waiting, session.asked) == (("bob", "dave"), ("carol",))
    received(session, "chat_request_ended bob cancelled", "carol decline chat")
    assert (session.waiting, session.asked) == (("dave",), ())
    session.command(DeclineChat("dave"))
    assert not session.waiting


def test_a_bare_no_forgets_the_only_one_who_waits_and_not_one_of_two() -> None:
    session = Session()
    received(session, "want_chat_with_you bob 9", "want_chat_with_you dave 9")
    session.command(DeclineChat())
    assert len(session.waiting) == 2
    received(session, "chat_request_ended bob cancelled")
    session.command(DeclineChat())
    assert not session.waiting


def test_a_start_settles_the_request_that_it_came_from() -> None:
    session = Session()
    received(session, "want_chat_with_you bob 9", "chat_requested bob 9", "start_chat bob x")
    assert (session.waiting, session.asked) == ((), ())


def test_the_servers_list_of_requests_is_the_authority() -> None:
    session = Session()
    received(session, "want_chat_with_you bob 9")
    assert received(session, "requests_part carol", "requests dave") == [WaitingRequests(("carol", "dave"))]
    assert session.waiting == ("carol", "dave")


def test_acknowledgements_are_kept_for_the_chat_that_they_are_of() -> None:
    session = Session()
    received(session, "start_chat bob xyz")
    assert [*session.receive_data(CHECK, b"PONG 3 2 xyz\nPONG 9 9 old\nPING\n")] == [
        Acknowledged(3, 2, "xyz"),
        Acknowledged(9, 9, "old"),
        Probe(),
    ]
    assert session.acknowledged == Acknowledged(3, 2, "xyz")
    assert session.pong() == b"PONG\n"


@pytest.mark.parametrize("kind", [CHAT, CHECK])
def test_a_refusal_may_come_on_any_socket(kind: SocketKind) -> None:
    assert [*Session().receive_data(kind, b"ERROR bad_token No.\n")] == [Refused("bad_token", "No.")]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (LOGIN, b":a message without a chat\n"),
        (CHAT, b":a message on the wrong socket\n"),
        (CHECK, b":a message on the wrong socket\n"),
        (LOGIN, b"nonsense\n"),
        (LOGIN, b"\n"),
        (LOGIN, b"want_chat_with_you bob soon\n"),
        (LOGIN, b"chat_ended bob because\n"),
        (LOGIN, b"\xff\xfe\n"),
        (LOGIN, b"x" * 9000),
        (CHECK, b"PONG one two\n"),
    ],
)
def test_what_no_server_says_ends_the_session(kind: SocketKind, data: bytes) -> None:
    with pytest.raises(FatalPeerError):
        list(Session().receive_data(kind, data))


def test_first_lines() -> None:
    session = Session()
    assert session.first_lines("alice") == b"duologue/1 login_socket\nalice\n"
    assert session.attach(CHAT, "t") == b"duologue/1 chat_socket t\n"
    assert session.attach(CHECK, "t") == b"duologue/1 check_socket t\nPING 0\n"


@pytest.mark.parametrize("word", ["disconnected", "online", "requests", "PING"])
def test_nobody_is_asked_whose_answer_could_be_read_as_a_signal(word: str) -> None:
    with pytest.raises(PeerError, match="Nobody can have the nickname"):
        Session().command(AskForChat(word))


def test_a_message_that_is_too_long_is_not_counted() -> None:
    session = Session()
    with pytest.raises(PeerError):
        session.command(Say("x" * 9000))
    assert session.sent == 0


def test_a_long_text_of_before_comes_in_parts_and_is_whole() -> None:
    session = Session()
    assert received(session, "recalled_part :one ", "recalled_part :two\v") == []
    assert received(session, "recalled 7 99 bob alice :three", "recalled 8 99 bob alice :next", "recall_ended 2 7") == [
        Recalled(7, 99, "bob", "alice", "one two\nthree"),
        Recalled(8, 99, "bob", "alice", "next"),
        RecallEnded(2, 7),
    ]


def test_it_counts_what_the_server_does_not_answer_for_yet() -> None:
    session = Session()
    session.command(Say("in no chat"))
    assert session.unstored == 0
    received(session, "start_chat bob xyz")
    for text in ("one", "two", "three"):
        session.command(Say(text))
    assert session.unstored == 3
    list(session.receive_data(CHECK, b"PONG 2 0 xyz\nPONG 9 9 old\n"))
    assert session.unstored == 1
    received(session, "chat_ended bob left")
    assert session.unstored == 1  # it may be lost, and somebody may want to say so
    received(session, "start_chat bob abc")
    assert session.unstored == 0
