"""System 000 by lists of bytes: three sockets without frames, and a client whose words depend on what it is doing."""

from __future__ import annotations

import gc

import pytest

from duologue.core.commands.chat import (
    AcceptChat,
    AskForChat,
    AttachSocket,
    GiveNickname,
    SocketKind,
)
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import (
    Acknowledged,
    ChatRequested,
    LoggedIn,
    LoginDenied,
    Probe,
)
from duologue.protocols.legacy.simplechat import SimpleChat, SimpleChatCodec, is_simplechat
from tests.protocols.simplechat_client import HOST, PORT, Client

# First bytes


@pytest.mark.parametrize(
    ("first", "answer"),
    [
        (b"l", None),
        (b"c", None),
        (b"ch", None),
        (b"login_socke", None),
        (b"login_socket", True),
        (b"login_socketuser1", True),
        (b"chat_socket", True),
        (b"check_socketPING", True),
        (b"d", False),
        (b"duologue/1 login_socket\n", False),
        (b"login socket", False),
        (b"GET / HTTP/1.1\r\n", False),
        (b"\xff", False),
    ],
)
def test_a_client_is_told_by_its_first_bytes(first: bytes, answer: bool | None) -> None:
    assert is_simplechat(first) is answer


def test_nothing_has_come_yet() -> None:
    assert is_simplechat(b"") is None


# The login


def test_word_and_nickname_in_two_reads() -> None:
    login = SimpleChat().socket(HOST, PORT)
    assert [*login.receive_data(b"login_socket")] == []
    assert [*login.receive_data(b"alice")] == [GiveNickname("alice", is_all=True)]


def test_both_come_again_after_a_refusal() -> None:
    login = SimpleChat().socket(HOST, PORT)
    assert [*login.receive_data(b"login_socketnobody")] == [GiveNickname("nobody", is_all=True)]
    assert login.encode(LoginDenied("denied", "Nobody\x1b.")) == ("Nobody␛.".encode(),)
    assert [*login.receive_data(b"login_socket")] == []
    assert [*login.receive_data(b"alice\n")] == [GiveNickname("alice", is_all=True)]


def test_a_nickname_that_ends_within_a_character() -> None:
    login = SimpleChat().socket(HOST, PORT)
    assert [*login.receive_data(b"login_socketj\xc3")] == []
    assert [*login.receive_data(b"\xbcrgen")] == [GiveNickname("jürgen", is_all=True)]


def test_a_first_word_with_what_is_no_text() -> None:
    login = SimpleChat().socket(HOST, PORT)
    [error] = login.receive_data(b"login_socket\xff\xff")
    assert isinstance(error, PeerError)
    with pytest.raises(FatalPeerError, match="unknown_first_line"):
        [*login.receive_data(b"alice")]


def test_whoever_is_in_says_nothing_more_on_the_login_socket() -> None:
    client = Client()
    for read in (b"PONG", b"PONGPONG", b"login_socket", b"eve"):
        assert [*client.login.receive_data(read)] == []


def test_the_check_socket_says_nothing_but_that_it_lives() -> None:
    client = Client()
    for read in (b"PING", b"PINGPING", b"/chat bob"):
        assert [*client.check.receive_data(read)] == []
    assert client.login.encode(Probe()) == (b"PING",)


# Whose a further socket is


@pytest.mark.parametrize(
    ("word", "host", "port"),
    [
        ("chat_socket", HOST, PORT + 2),
        ("check_socket", HOST, PORT + 1),
        ("chat_socket", HOST, PORT),
        ("chat_socket", "127.0.0.2", PORT + 1),
        ("check_socket", "::1", PORT + 2),
    ],
)
def test_a_socket_from_elsewhere_is_nobodys(word: str, host: str, port: int) -> None:
    client = Client()
    with pytest.raises(FatalPeerError, match="bad_token"):
        [*client.codec.socket(host, port).receive_data(word.encode())]


def test_nobody_is_let_in_beside_one_who_was_refused() -> None:
    door = SimpleChat()
    login = door.socket(HOST, PORT)
    [*login.receive_data(b"login_socketnobody")]
    login.encode(LoginDenied("denied", "Nobody."))
    with pytest.raises(FatalPeerError, match="bad_token"):
        [*door.socket(HOST, PORT + 1).receive_data(b"chat_socket")]


def test_who_has_gone_is_remembered_no_longer() -> None:
    client = Client()
    door = client.codec
    del client
    gc.collect()
    assert len(door._people) == 0


def test_two_clients_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    door = SimpleChat()
    for name, port in (("alice", 5000), ("bob", 6000)):
        login = door.socket(HOST, port)
        [*login.receive_data(f"login_socket{name}".encode())]
        login.encode(LoggedIn(f"token of {name}", name))
        monkeypatch.setattr(f"{__name__}.KEPT", [*KEPT, login])
    assert [*door.socket(HOST, 6001).receive_data(b"chat_socket")] == [AttachSocket(SocketKind.CHAT, "token of bob")]
    assert [*door.socket(HOST, 5002).receive_data(b"check_socket")] == [
        AttachSocket(SocketKind.CHECK, "token of alice")
    ]


KEPT: list[SimpleChatCodec] = []


def test_what_comes_before_all_sockets_are_there_waits() -> None:
    door = SimpleChat()
    login, chat, check = (door.socket(HOST, PORT + beyond) for beyond in range(3))
    [*login.receive_data(b"login_socketalice")]
    login.encode(LoggedIn("t", "alice"))
    assert [*chat.receive_data(b"chat_socket/chat bob")] == [AttachSocket(SocketKind.CHAT, "t")]
    [*check.receive_data(b"check_socketPING")]
    login.encode(Acknowledged())
    assert [*chat.early()] == [AskForChat("bob")]
    assert [*chat.early()] == []


def test_what_is_glued_to_the_last_socket_need_not_wait() -> None:
    client = Client(ChatRequested("bob", 120))
    chat = client.codec.socket(HOST, PORT + 1)
    assert [*chat.receive_data(b"chat_socketyes")] == [AttachSocket(SocketKind.CHAT, "t"), AcceptChat("bob")]


def test_what_a_front_door_of_such_clients_is() -> None:
    socket = SimpleChat().socket(HOST, PORT)
    assert (socket.hears_itself, socket.watches, socket.lobby, socket.greet()) == (False, False, False, ())
    assert socket.hears(Probe())
