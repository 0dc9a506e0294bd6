"""One native socket as the server sees it: whose turn it is, and the same commands however the bytes are cut."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.chat import (
    AttachSocket,
    Command,
    Exit,
    GiveNickname,
    GivePassword,
    NoCommand,
    Ping,
    Say,
    SendLetter,
    SocketKind,
)
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import Event, LoggedIn, LoginDenied, PasswordWanted, Probe, Refused
from duologue.protocols.lines import LINE_LIMIT
from duologue.protocols.native.codec import FIRST_LINE_LIMIT, NativeCodec
from duologue.protocols.native.commands import encode_command

LOGIN, CHAT, CHECK = (f"duologue/1 {words}\n".encode() for words in ("login_socket", "chat_socket t", "check_socket t"))
DENIED = LoginDenied("denied", "No.")

Heard = list[Command | str]
"""Commands, and the codes of errors."""


def asked(commands: Iterable[Command | PeerError]) -> Iterator[Command | PeerError]:
    """Without what only costs its reading: that depends on how the bytes were cut."""
    return (command for command in commands if command != NoCommand())


class Peer:
    """The server's end of one socket, which answers the login as `answers` has it."""

    def __init__(self, answers: list[Event]) -> None:
        self.codec = NativeCodec()
        self.answers = iter(answers)
        self.heard: Heard = []

    def receive(self, data: bytes) -> bool:
        """False where the connection ends."""
        try:
            for command in asked(self.codec.receive_data(data)):
                self.heard.append(command.code if isinstance(command, PeerError) else command)
                if isinstance(command, GiveNickname | GivePassword):
                    self.codec.encode(next(self.answers))
        except FatalPeerError as error:
            self.heard.append(error.code)
            return False
        return True


def heard(data: bytes, cuts: list[int], answers: list[Event] | None = None) -> Heard:
    peer = Peer(answers or [])
    for start, end in pairwise([0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]):
        if end > start and not peer.receive(data[start:end]):
            break
    return peer.heard


cuts = st.lists(st.integers(0, 600), max_size=25)
lines = st.sampled_from(
    [
        b"/chat bob",
        b"yes",
        b"no",
        ":hé 日本 🙂".encode(),
        b":PING",
        b":",
        b"",
        b"/nonsense",
        b"/chat",
        b"/exit now",
        "/chat é".encode(),
        b"/exit",
        b"/resume id",
        b"/resume id id 3 id 7",
        b"/resume id id",
        b"/text_part :one ",
        b"/text_part",
        "/msg bob id 1 :é".encode(),
        b"/msg bob id 1",
        b"PING",
        b"PING 3",
        b"PING 3 id",
        b"PONG",
        b"\xff",
        b":\0",
        b"duologue/1 login_socket",
    ]
)
conversations = st.lists(lines, max_size=12).map(lambda said: b"".join(line + b"\n" for line in said))


@pytest.mark.parametrize("first", [CHAT, CHECK], ids=["chat", "check"])
@given(said=conversations, cuts=cuts)
def test_any_split_and_glue_gives_the_same_commands(first: bytes, said: bytes, cuts: list[int]) -> None:
    assert heard(first + said, cuts) == heard(first + said, [*range(600)])


@given(data=st.binary(max_size=300), cuts=cuts, first=st.sampled_from([b"", LOGIN, CHAT, CHECK]))
def test_any_bytes_whatever_give_the_same_in_any_split(data: bytes, cuts: list[int], first: bytes) -> None:
    answers: list[Event] = [DENIED] * 600
    assert heard(first + data, cuts, answers) == heard(first + data, [*range(600)], answers)


@given(
    tries=st.lists(st.tuples(st.sampled_from(["alice", "Élan", ""]), st.none() | st.sampled_from(["pw", "é é", ":x"]))),
    cuts=cuts,
)
def test_any_split_and_glue_gives_the_same_login(tries: list[tuple[str, str | None]], cuts: list[int]) -> None:
    """3.1: each nickname is denied, or asked for a password that is denied; after the last one the login is done."""
    answers: list[Event] = []
    expected: Heard = []
    for nickname, password in tries:
        expected.append(GiveNickname(nickname))
        answers += [DENIED] if password is None else [PasswordWanted(), DENIED]
        expected += [] if password is None else [GivePassword(password)]
    answers.append(LoggedIn("t", "bob"))
    expected.append(GiveNickname("bob"))
    said = "".join(f"{nickname}\n" + (f"{password}\n" if password is not None else "") for nickname, password in tries)
    assert heard(LOGIN + f"{said}bob\n".encode(), cuts, answers) == expected


@given(cuts=cuts, excess=st.integers(1, 100))
def test_what_was_said_before_a_line_too_long_counts_in_any_split(cuts: list[int], excess: int) -> None:
    data = CHAT + b":hello\n/exit\n" + b":" + b"x" * (LINE_LIMIT + excess) + b"\n"
    assert heard(data, cuts) == [AttachSocket(SocketKind.CHAT, "t"), Say("hello"), Exit(), "line_too_long"]


@pytest.mark.parametrize(
    ("first", "kind"), [(LOGIN, SocketKind.LOGIN), (CHAT, SocketKind.CHAT), (CHECK, SocketKind.CHECK)]
)
def test_a_socket_says_what_it_is_by_its_first_line(first: bytes, kind: SocketKind) -> None:
    door = NativeCodec()
    before = door.kind
    commands = [*asked(door.receive_data(first))]
    assert (before, door.kind) == (None, kind)
    assert commands == ([] if kind is SocketKind.LOGIN else [AttachSocket(kind, "t")])


def test_a_first_line_that_does_not_end_is_not_waited_for() -> None:
    door = NativeCodec()
    for _ in range(FIRST_LINE_LIMIT):
        assert [*door.receive_data(b" ")] == [NoCommand()]
    with pytest.raises(FatalPeerError, match="unknown_first_line"):
        door.receive_data(b" ")
    waits = NativeCodec()
    first = waits.receive_data(CHAT)  # and not carried out yet
    assert [*first, *waits.receive_data(b":" + b"x" * 2 * FIRST_LINE_LIMIT)][1:] == [NoCommand()]


def test_an_unknown_first_line_makes_it_none_of_the_three() -> None:
    """3.6."""
    door = NativeCodec()
    with pytest.raises(FatalPeerError, match="unknown_first_line"):
        [*door.receive_data(b"GET / HTTP/1.1\r\nHost: example.org\r\n")]
    assert door.kind is None


@pytest.mark.parametrize(
    ("said", "answer", "expected"),
    [
        (b"alice\nbob\n", Refused("other", "No answer to a nickname."), [GiveNickname("alice"), "out_of_turn"]),
        (b"alice\n:hello\n", LoggedIn("t", "alice"), [GiveNickname("alice"), "out_of_turn"]),
        (b"alice\npw\nbob\n", PasswordWanted(), [GiveNickname("alice"), GivePassword("pw"), "out_of_turn"]),
    ],
    ids=["before the answer", "after AUTH_SUCCESS", "while the password is checked"],
)
def test_a_line_out_of_turn_ends_the_connection(said: bytes, answer: Event, expected: Heard) -> None:
    """3.3."""
    assert heard(LOGIN + said, [], [answer, Refused("other", "No answer to a password.")]) == expected


def test_a_signal_of_the_login_is_a_text_where_a_password_is_due() -> None:
    door = NativeCodec()
    assert [*asked(door.receive_data(LOGIN + b"alice\n"))] == [GiveNickname("alice")]
    door.encode(PasswordWanted())
    assert [*door.receive_data(b"/exit\n")] == [GivePassword("/exit")]


def test_a_mistake_does_not_end_what_follows() -> None:
    assert heard(CHAT + b"/nonsense\n:hello\n", []) == [
        AttachSocket(SocketKind.CHAT, "t"),
        "unknown_command",
        Say("hello"),
    ]


# Letters in parts (11.1)


def letter(text: str) -> SendLetter:
    return SendLetter("bob", "Ab-_Ab-_Ab-_", 1, text)


@given(
    sizes=st.lists(st.integers(0, LINE_LIMIT - 2), min_size=1, max_size=3),
    cuts=st.lists(st.integers(0, 3 * LINE_LIMIT)),
)
def test_letters_of_any_length_arrive_whole_in_any_split(sizes: list[int], cuts: list[int]) -> None:
    letters = [letter("x" * size) for size in sizes]
    data = CHAT + b"".join(map(encode_command, letters)) + b"/exit\n"
    assert heard(data, cuts) == [AttachSocket(SocketKind.CHAT, "t"), *letters, Exit()]


def test_parts_belong_to_the_next_letter_only() -> None:
    said = b"/text_part :one \n/text_part :two \n/msg bob Ab-_Ab-_Ab-_ 1 :three\n/msg bob Ab-_Ab-_Ab-_ 1 :four\n"
    assert heard(CHAT + said, [])[1:] == [letter("one two three"), letter("four")]


def test_of_a_letter_that_is_too_long_nothing_is_taken() -> None:
    """Its end alone would be a message that nobody wrote."""
    part = b"/text_part :" + b"x" * (LINE_LIMIT - 100) + b"\n"
    said = heard(CHAT + part * 3 + b"/msg bob Ab-_Ab-_Ab-_ 1 :the end\n/msg bob Ab-_Ab-_Ab-_ 1 :next\n", [])[1:]
    assert "line_too_long" in said
    assert [command for command in said if isinstance(command, SendLetter)] == [letter("next")]


def test_parts_without_an_end_are_not_held() -> None:
    door = NativeCodec()
    refused = [*asked(door.receive_data(CHAT + (b"/text_part :" + b"x" * 4000 + b"\n") * 100))][1:]
    assert refused
    assert all(isinstance(error, PeerError) and error.code == "line_too_long" for error in refused)
    assert len(door._part or "") <= 2 * LINE_LIMIT


@pytest.mark.parametrize("data", [CHAT + b"/text_part :one\n", CHECK + b"PIN", LOGIN], ids=["part", "half", "first"])
def test_what_asks_for_nothing_costs_its_reading(data: bytes) -> None:
    door = NativeCodec()
    start = data.index(b"\n") + 1 if data != LOGIN else 0
    assert NoCommand() in [*door.receive_data(data[:start]), *door.receive_data(data[start:])]


def test_commands_come_one_by_one() -> None:
    """An answer can change what the next line means, so the next is not read before it is asked for."""
    door = NativeCodec()
    commands = iter(door.receive_data(CHECK + b"PING 1\nnonsense\n"))
    assert next(commands) == AttachSocket(SocketKind.CHECK, "t")
    assert next(commands) == Ping(1)
    with pytest.raises(FatalPeerError):
        next(commands)


def test_lines_that_wait_cost_their_bytes_and_not_an_object_each() -> None:
    """Of a sender who is not read from while it does not read: 85,000 lines of two characters would be 4 MiB."""
    door = NativeCodec()
    chunk = CHAT + b"xy\n" * 85_000
    tracemalloc.start()
    commands = iter(door.receive_data(chunk))
    next(commands), next(commands)
    waiting, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert waiting < 2 * len(chunk)


def test_an_event_of_the_check_socket_is_its_line() -> None:
    assert NativeCodec().encode(Probe()) == b"PING\n"
