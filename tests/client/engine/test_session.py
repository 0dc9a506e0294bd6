"""A session from bytes: what the wire says becomes events and state, however the bytes are cut (docs/protocol.md)."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duologue.client.engine.memory import Memory
from duologue.client.engine.memory_store import MOST_STREAMS
from duologue.client.engine.session import ClientSession
from duologue.client.events import Happening
from duologue.core.commands.chat import AskForChat, DeclineChat, QuitChat, Say, SocketKind
from duologue.core.commands.people import GoAway, WatchPeople
from duologue.core.commands.rooms import JoinRoom, PartRoom
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import (
    Acknowledged,
    ChatEnded,
    ChatRequested,
    ChatStarted,
    Disconnected,
    LoggedIn,
    MessageFrom,
    PasswordWanted,
    PeopleOnline,
    Probe,
    Recalled,
    RecallEnded,
    Refused,
    RequestAnswered,
    RequestsEnded,
    RequestSent,
    Said,
    WaitingRequests,
)
from duologue.core.events.people import BlockedListed, PeopleListed, State
from duologue.core.events.rooms import RoomMembers, RoomSaid
from duologue.core.requests import ChatEnd, RequestState
from tests.client.model import CONVERSATION, World
from tests.examples import examples

LOGIN, CHAT, CHECK = SocketKind.LOGIN, SocketKind.CHAT, SocketKind.CHECK

LOGIN_WIRE = b"""\
PASSWORD
AUTH_SUCCESS token alice
want_chat_with_you bob 120
chat_requested carol 120
carol is offline
requests_ended bob
ERROR too_fast Slow down.
online alice bob
people alice online bob away
disconnected bye Goodbye!
"""
CHAT_WIRE = """\
start_chat bob xyz
:hello ✓
:two\vlines
:
chat_ended bob left
""".encode()
LOGIN_EVENTS = [
    PasswordWanted(),
    LoggedIn("token", "alice"),
    ChatRequested("bob", 120),
    RequestSent("carol", 120),
    RequestAnswered("carol", RequestState.OFFLINE),
    RequestsEnded("bob"),
    Refused("too_fast", "Slow down."),
    PeopleOnline(("alice", "bob")),
    PeopleListed((("alice", State.ONLINE), ("bob", State.AWAY))),
    Disconnected("bye", "Goodbye!"),
]
CHAT_EVENTS = [
    ChatStarted("bob", "xyz"),
    Said("bob", "hello ✓"),
    Said("bob", "two\nlines"),
    Said("bob", ""),
    ChatEnded("bob", ChatEnd.LEFT),
]


def attached() -> ClientSession:
    """The server knows all three sockets: what it says from now on counts."""
    session = ClientSession(Memory())
    assert [*session.receive_data(CHECK, b"PONG 0 0\n")] == [Acknowledged()]
    return session


def received(session: ClientSession, *lines: str) -> list[Happening]:
    return [
        event
        for line in lines
        for event in session.receive_data(
            CHAT if line.encode().startswith(CONVERSATION) else LOGIN, f"{line}\n".encode()
        )
    ]


@pytest.mark.parametrize(
    ("kind", "wire", "events"), [(LOGIN, LOGIN_WIRE, LOGIN_EVENTS), (CHAT, CHAT_WIRE, CHAT_EVENTS)]
)
def test_the_whole_wire_at_once(kind: SocketKind, wire: bytes, events: list[Happening]) -> None:
    assert [*attached().receive_data(kind, wire)] == events


@pytest.mark.parametrize(
    ("kind", "wire", "events"), [(LOGIN, LOGIN_WIRE, LOGIN_EVENTS), (CHAT, CHAT_WIRE, CHAT_EVENTS)]
)
@given(cuts=st.lists(st.integers(0, max(len(LOGIN_WIRE), len(CHAT_WIRE)))))
def test_any_split_of_the_bytes_gives_the_same_events(
    kind: SocketKind, wire: bytes, events: list[Happening], cuts: list[int]
) -> None:
    session = attached()
    ends = [0, *sorted(min(cut, len(wire)) for cut in cuts), len(wire)]
    pieces = [wire[start:end] for start, end in pairwise(ends) if start < end]
    assert [event for piece in pieces for event in session.receive_data(kind, piece)] == events


def test_what_is_said_before_all_three_are_attached_is_heard_afterwards() -> None:
    session = ClientSession(Memory())
    assert received(session, "AUTH_SUCCESS token alice") == [LoggedIn("token", "alice")]
    assert received(session, "want_chat_with_you bob 9", "message_from carol 7 abc 1 :hi") == []
    assert [*session.receive_data(CHECK, b"PONG 0 0\n")] == [
        ChatRequested("bob", 9),
        MessageFrom("carol", 7, "abc", 1, "hi"),
        Acknowledged(),
    ]


def test_it_pings_what_is_finished_and_else_that_it_lives() -> None:
    session = attached()
    assert session.ping() == b"PING 0\n"
    received(session, "start_chat bob xyz", ":one", ":two")
    assert session.ping() == b"PING 0 xyz\n"
    session.finished()
    assert session.ping() == b"PING 1 xyz\n"
    session.finished()
    received(session, "chat_ended bob you_left")
    assert session.ping() == b"PING 2 xyz\n"
    assert session.ping() == b"PING 0\n"


def test_it_knows_who_waits_and_whom_we_wait_for() -> None:
    session = attached()
    received(session, "want_chat_with_you bob 9", "want_chat_with_you dave 9", "chat_requested carol 9")
    assert (session.waiting, session.asked) == (("bob", "dave"), ("carol",))
    received(session, "chat_request_ended bob cancelled", "carol decline chat")
    assert (session.waiting, session.asked) == (("dave",), ())
    session.command(DeclineChat("dave"))
    assert not session.waiting


def test_a_bare_no_forgets_the_only_one_who_waits_and_not_one_of_two() -> None:
    session = attached()
    received(session, "want_chat_with_you bob 9", "want_chat_with_you dave 9")
    session.command(DeclineChat())
    assert len(session.waiting) == 2
    received(session, "chat_request_ended bob cancelled")
    session.command(DeclineChat())
    assert not session.waiting


def test_a_start_settles_the_request_that_it_came_from() -> None:
    session = attached()
    received(session, "want_chat_with_you bob 9", "chat_requested bob 9", "requests_ended bob", "start_chat bob x")
    assert (session.waiting, session.asked) == ((), ())


def test_the_servers_list_of_requests_is_the_authority() -> None:
    session = attached()
    received(session, "want_chat_with_you bob 9")
    assert received(session, "requests carol dave") == [WaitingRequests(("carol", "dave"))]
    assert session.waiting == ("carol", "dave")


def test_where_it_is_not_whole_nobody_is_forgotten() -> None:
    session = attached()
    received(session, "want_chat_with_you bob 9", "want_chat_with_you carol 9")
    assert received(session, "requests_part 1 carol dave") == [WaitingRequests(("carol", "dave"), 1)]
    assert session.waiting == ("carol", "dave", "bob")


def test_a_probe_is_answered() -> None:
    assert [*attached().receive_data(CHECK, b"PING\n")] == [Probe()]
    assert attached().pong() == b"PONG\n"


@pytest.mark.parametrize("kind", [CHAT, CHECK])
def test_a_refusal_may_come_on_any_socket(kind: SocketKind) -> None:
    assert [*attached().receive_data(kind, b"ERROR bad_token No.\n")] == [Refused("bad_token", "No.")]


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        (CHAT, b":a message without a chat\n"),
        (LOGIN, b":a message on the wrong socket\n"),
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
        list(attached().receive_data(kind, data))


def test_first_lines() -> None:
    session = attached()
    assert session.first_lines("alice") == b"duologue/1 login_socket\nalice\n"
    assert session.attach(CHAT, "t") == b"duologue/1 chat_socket t\n"
    assert session.attach(CHECK, "t") == b"duologue/1 check_socket t\nPING 0\n"


@pytest.mark.parametrize("word", ["disconnected", "online", "requests", "PING"])
def test_nobody_is_asked_whose_answer_could_be_read_as_a_signal(word: str) -> None:
    with pytest.raises(PeerError, match="Nobody can have the nickname"):
        attached().command(AskForChat(word))


def test_a_message_that_is_too_long_is_not_counted() -> None:
    session = attached()
    received(session, "start_chat bob xyz")
    with pytest.raises(PeerError):
        session.command(Say("x" * 9000))
    assert session.messages.live
    assert session.messages.live.sent == 0


def test_a_long_text_of_before_comes_in_parts_and_is_whole() -> None:
    session = attached()
    assert received(session, "text_part :one ", "text_part :two\v") == []
    assert received(session, "recalled 7 99 bob alice :three", "recalled 8 99 bob alice :next", "recall_ended 2 7") == [
        Recalled(7, 99, "bob", "alice", "one two\nthree"),
        Recalled(8, 99, "bob", "alice", "next"),
        RecallEnded(2, 7),
    ]


def test_a_long_letter_comes_in_parts_and_is_whole() -> None:
    session = attached()
    assert received(session, "text_part :one ", "text_part :two ") == []
    assert received(session, "message_from bob 99 abc 1 :three") == [MessageFrom("bob", 99, "abc", 1, "one two three")]


def test_a_long_message_in_a_room_comes_in_parts_and_is_whole() -> None:
    session = attached()
    assert received(session, "text_part :one ", "text_part :two\v") == []
    assert received(session, "room_said #tea bob 99 7 :three") == [RoomSaid("#tea", "bob", 99, 7, "one two\nthree")]


def test_each_page_of_a_long_list_is_told() -> None:
    session = attached()
    assert received(session, "room_members_part #tea 1 alice bob", "room_members #tea ~Carol") == [
        RoomMembers("#tea", ("alice", "bob"), 1),
        RoomMembers("#tea", ("~Carol",)),
    ]


def test_what_no_room_can_be_called_is_no_room_of_ours() -> None:
    session = attached()
    for command in (JoinRoom("no/room"), JoinRoom("tea", "two\nlines"), PartRoom("#")):
        with pytest.raises(PeerError):
            session.command(command)
    assert session.messages.memory.joined_rooms.rooms == ()


def test_what_is_due_by_itself_is_given_once() -> None:
    session = attached()
    received(session, "chat_waits bob xyz 60")
    assert session.data_to_send() == {CHAT: b"/resume xyz\n", CHECK: b""}
    assert session.data_to_send() == {CHAT: b"", CHECK: b""}


def test_who_leaves_does_not_want_to_go_on() -> None:
    session = attached()
    received(session, "start_chat bob xyz")
    assert session.command(QuitChat()) == b"/quit\n"
    assert session.messages.memory.current is None


STEPS: dict[str, Callable[[World, int], object]] = {
    "alice says": lambda world, _: world.says(),
    "alice says while a session opens": lambda world, _: world.says(while_opening=True),
    "alice writes": lambda world, _: world.writes(),
    "bob says": lambda world, _: world.bob_says(),
    "server reads": World.server_reads,
    "server commits": lambda world, _: world.commits(),
    "alice reads the login socket": lambda world, lines: world.alice_reads(LOGIN, lines),
    "alice reads the chat socket": lambda world, lines: world.alice_reads(CHAT, lines),
    "alice reads the check socket": lambda world, lines: world.alice_reads(CHECK, lines),
    "alice finishes": World.finishes,
    "link lost": lambda world, _: world.loses_link(),
    "alice killed": lambda world, _: world.is_killed(),
    "server killed": lambda world, _: world.is_killed_and_restarted(),
    "elsewhere": lambda world, _: world.elsewhere_goes_on(),
    "alice comes back": lambda world, _: world.comes_back(),
    "chat ends": lambda world, _: world.ends(),
}


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.tuples(st.sampled_from([*STEPS]), st.integers(1, 3)), max_size=60))
def test_whatever_happens_every_message_arrives_once_and_in_order(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder) / "memory")
        for step, number in steps:
            STEPS[step](world, number)
        world.settles()
        world.closes()
    assert [text for text in world.bob.got if text in world.said] == world.said
    assert sorted(world.bob.got) == sorted([*world.said, *world.written])
    assert world.journal == world.bob_said
    assert (world.unstored, world.letters) == (0, ())


def test_a_thousand_letters_do_not_lower_the_count_of_a_chat() -> None:
    """7.5: a count below an earlier one ends the session."""
    session = attached()
    received(session, "start_chat bob xyz", ":hello")
    session.finished()
    assert session.ping() == b"PING 1 xyz\n"
    for number in range(MOST_STREAMS):
        received(session, f"message_from carol 9 s{number} 1 :hi")
        session.finished()
    session.ping()
    assert session.ping() == b"PING 1 xyz\n"


def test_how_one_is_is_said_again_in_a_new_session() -> None:
    """13.1: the server has forgotten it."""
    memory = Memory()
    session = ClientSession(memory)
    assert session.command(GoAway("lunch")) == b"/away lunch\n"
    assert session.command(WatchPeople(True)) == b"/watch on\n"
    session = ClientSession(memory)
    [*session.receive_data(LOGIN, b"AUTH_SUCCESS token alice\n"), *session.receive_data(CHECK, b"PONG 0 0\n")]
    assert session.data_to_send()[CHAT] == b"/away lunch\n/watch on\n"


def test_whom_one_has_blocked_does_not_wait_for_an_answer_any_more() -> None:
    """13.7"""
    session = ClientSession(Memory())
    [*session.receive_data(LOGIN, b"want_chat_with_you bob 120\nwant_chat_with_you carol 120\nblocked bob\n")]
    assert session.waiting == ("carol",)
    listed = session.receive_data(LOGIN, b"blocked_list_part 1 bob\n")
    assert [*listed] == [BlockedListed(("bob",), 1)]


def test_spellings_are_wanted_where_the_server_has_some() -> None:
    session = ClientSession(Memory())
    received(session, "AUTH_SUCCESS token νίκοσ νίκος")
    assert session.attach(CHAT, "token") == b"duologue/1 chat_socket token spellings\n"
    assert session.attach(CHECK, "token").startswith(b"duologue/1 check_socket token\n")


def test_an_older_server_is_not_asked_for_spellings() -> None:
    session = ClientSession(Memory())
    received(session, "AUTH_SUCCESS token alice")
    assert session.attach(CHAT, "token") == b"duologue/1 chat_socket token\n"


def test_a_spelling_is_kept_and_is_nothing_that_happens() -> None:
    memory = Memory()
    session = ClientSession(memory)
    received(session, "AUTH_SUCCESS token alice Alice")
    assert [*session.receive_data(CHECK, b"PONG 0 0\n")] == [Acknowledged()]
    assert received(session, "name_spelled νίκοσ νίκος", "want_chat_with_you νίκοσ 9") == [ChatRequested("νίκοσ", 9)]
    assert memory.spellings == {"alice": "Alice", "νίκοσ": "νίκος"}
    received(session, "AUTH_SUCCESS token alice alice")
    assert memory.spellings == {"alice": "alice"}


class Script:
    """What a server says to alice, who asks and is asked, chats and gets letters. Each line has its socket."""

    def __init__(self) -> None:
        self.lines: list[tuple[SocketKind, str]] = []
        self._requests: set[str] = set()
        self._partner = ""
        self._elsewhere: tuple[str, str] | None = None
        self._count = 0

    def login(self, line: str) -> None:
        self.lines.append((LOGIN, line))

    def chat(self, line: str) -> None:
        self.lines.append((CHAT, line))

    def asks(self, nickname: str) -> None:
        if not self._partner:
            self._requests.add(nickname)
            self.login(f"want_chat_with_you {nickname} 9")

    def is_asked(self, nickname: str) -> None:
        if not self._partner:
            self._requests.add(nickname)
            self.login(f"chat_requested {nickname} 9")

    def withdraws(self, nickname: str) -> None:
        self.login(f"chat_request_ended {nickname} cancelled")

    def declines(self, nickname: str) -> None:
        self.login(f"{nickname} decline chat")

    def starts(self, nickname: str) -> None:
        if not self._partner and not self._elsewhere and nickname in self._requests:
            self._requests.clear()
            self._partner = nickname
            self._count += 1
            self.login(f"requests_ended {nickname}")
            self.chat(f"start_chat {nickname} chat{self._count}")

    def says(self, _: str) -> None:
        if self._partner:
            self.chat(f":{len(self.lines)}")

    def ends(self, _: str) -> None:
        if self._partner:
            self.chat(f"chat_ended {self._partner} left")
            self._partner = ""

    def starts_elsewhere(self, nickname: str) -> None:
        if not self._partner and not self._elsewhere:
            self._count += 1
            self._elsewhere = nickname, f"chat{self._count}"
            self.login(f"chat_held {nickname} chat{self._count}")

    def is_free(self, _: str) -> None:
        if self._elsewhere:
            self.login("chat_free {} {} 60".format(*self._elsewhere))

    def ends_elsewhere(self, _: str) -> None:
        if self._elsewhere:
            self.login("chat_free {} {} 0".format(*self._elsewhere))
            self._elsewhere = None

    def writes(self, nickname: str) -> None:
        self.login(f"message_from {nickname} 9 letter{len(self.lines)} 1 :{len(self.lines)}")


MOVES = [Script.asks, Script.is_asked, Script.withdraws, Script.declines, Script.starts, Script.says, Script.ends]
MOVES += [Script.writes, Script.starts_elsewhere, Script.is_free, Script.ends_elsewhere]


def played(lines: list[tuple[SocketKind, str]]) -> tuple[object, ...]:
    """Return how it stands when all of it has been read: who waits for whom, which chat is on, and what was heard on
    each socket.
    """
    session = attached()
    heard: dict[SocketKind, list[Happening]] = {LOGIN: [], CHAT: []}
    for kind, line in lines:
        heard[kind] += session.receive_data(kind, f"{line}\n".encode())
    live = session.messages.live
    for _ in [event for events in heard.values() for event in events if isinstance(event, Said | MessageFrom)]:
        session.finished()
    counts = [
        (chat.partner_stream, session.messages.memory.received(chat.partner, chat.partner_stream))
        for chat in session.messages.memory.chats
    ]
    elsewhere = session.messages.memory.others.chat
    return session.waiting, session.asked, live and live.id, elsewhere, heard, counts


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(MOVES), st.sampled_from(["bob", "carol"])), max_size=30), st.data())
def test_in_whichever_order_the_two_sockets_are_read_the_outcome_is_the_same(
    moves: list[tuple[Callable[[Script, str], None], str]], data: st.DataObject
) -> None:
    """5.5. Each socket is read in its own order; nothing is promised between them."""
    script = Script()
    for move, nickname in moves:
        move(script, nickname)
    unread = {kind: [line for on, line in script.lines if on is kind] for kind in (LOGIN, CHAT)}
    as_read = []
    while any(unread.values()):
        kind = data.draw(st.sampled_from([kind for kind, lines in unread.items() if lines]))
        as_read.append((kind, unread[kind].pop(0)))
    assert played(as_read) == played(script.lines)


def in_a_chat() -> ClientSession:
    session = attached()
    received(session, "start_chat bob xyz")
    return session


def test_a_chat_that_waits_is_heard_of_after_the_answer_to_the_resume() -> None:
    """5.8: a client that knows its chat asks without waiting for the question."""
    memory = Memory()
    session = ClientSession(memory)
    [*session.receive_data(CHECK, b"PONG 0 0\n")]
    received(session, "start_chat bob xyz")
    session = ClientSession(memory)
    [*session.receive_data(CHECK, b"PONG 0 0\n")]
    assert session.data_to_send()[CHAT].startswith(b"/resume xyz ")
    received(session, "chat_resumed bob xyz 0 xyz 0", "stream_begins bob xyz 1")
    assert received(session, "chat_waits bob xyz 60") == []
    assert session.data_to_send()[CHAT] == b""


@pytest.mark.parametrize("refused_first", [0, 1, 2, 3])
def test_lines_that_came_too_late_are_handed_in_in_whichever_order_that_is_heard(refused_first: int) -> None:
    """5.7: each is refused on the login socket, the /quit too, and none of that is news."""
    session = in_a_chat()
    for text in ("one", "two"):
        session.command(Say(text))
    session.command(QuitChat())
    refusals = ["ERROR no_chat You are in no chat."] * 3
    assert received(session, *refusals[:refused_first]) == []
    assert received(session, "chat_ended bob left") == [ChatEnded("bob", ChatEnd.LEFT)]
    assert session.data_to_send()[CHAT].startswith(b"/resume xyz ")
    assert received(session, *refusals[refused_first:]) == []
    received(session, "chat_ended bob left xyz 0")
    assert session.data_to_send()[CHAT] == b"/msg bob xyz 1 :one\n/msg bob xyz 2 :two\n"
    assert received(session, refusals[0]) == [Refused("no_chat", "You are in no chat.")]
