"""One browser's socket, as lists of bytes: a request, and then frames, however they are cut."""

from __future__ import annotations

import json
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Request, Response

from duologue.core.commands.chat import (
    AskForChat,
    Command,
    GiveNickname,
    GivePass,
    GivePassword,
    ListOnline,
    NoCommand,
    Say,
)
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import LoggedIn, LoginDenied, PasswordWanted, Said
from duologue.protocols.web.codec import (
    FRAME_LIMIT,
    HEAD_LIMIT,
    HEADERS,
    MOST_REQUESTS,
    WebCodec,
    encode_frame,
    encode_lines,
)
from duologue.server.net.web_files import sentence

UPGRADE = (
    b"GET /socket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SAY = '{"type":"say","text":"é"}'.encode()


def accepts(_: Request) -> Response | None:
    return None


def refuses(_: Request) -> Response:
    return sentence(HTTPStatus.NOT_FOUND, "no")


def frame(data: bytes, opcode: Opcode = Opcode.TEXT, *, fin: bool = True) -> bytes:
    return Frame(opcode, data, fin).serialize(mask=True)


def opened() -> WebCodec:
    socket = WebCodec(accepts)
    assert [*socket.receive_data(UPGRADE)] == [NoCommand()]
    assert socket.data_to_send().startswith(b"HTTP/1.1 101 ")
    return socket


def commands(socket: WebCodec, *data: bytes) -> list[Command | PeerError]:
    """Without what only counts."""
    return [command for piece in data for command in socket.receive_data(piece) if command != NoCommand()]


def closed_with(socket: WebCodec) -> int:
    """The code of its last words."""
    said = socket.data_to_send()
    assert said[0] == 0x88
    return int.from_bytes(said[2:4], "big")


def test_a_request_is_answered_and_then_all_is_said() -> None:
    socket = WebCodec(refuses)
    assert commands(socket, b"GET / HTTP/1.1\r\n\r\n" * 2) == []
    assert socket.is_over
    assert socket.data_to_send().count(b"HTTP/1.1 404 ") == 1
    assert commands(socket, b"GET / HTTP/1.1\r\n\r\n") == []
    assert (socket.data_to_send(), socket.close()) == (b"", b"")


# Several requests


def serves(request: Request) -> Response | None:
    """Files that are named as what is in them; /socket is a WebSocket, and /last an answer that closes."""
    if request.path == "/socket":
        return None
    headers = Headers({"Content-Length": str(len(request.path))})
    if request.path == "/last":
        headers["Connection"] = "close"
    return Response(200, "OK", headers, b"" if request.method == "HEAD" else request.path.encode())


def get(path: str, *headers: str, method: str = "GET", version: str = "1.1") -> bytes:
    return "\r\n".join([f"{method} {path} HTTP/{version}", "Host: x", *headers, "", ""]).encode()


def bodies(said: bytes) -> list[bytes]:
    return [answer.partition(b"\r\n\r\n")[2] for answer in said.split(b"HTTP/1.1 200 OK\r\n")[1:]]


@given(st.lists(st.integers(1, 200)))
def test_requests_are_answered_in_their_order_however_they_are_cut(cuts: list[int]) -> None:
    data = get("/a") + get("/b", method="HEAD") + get("/c", "Connection: keep-alive") + UPGRADE + frame(SAY)
    socket, said, found = WebCodec(serves), b"", []
    for cut in [*cuts, len(data)]:
        found += commands(socket, data[:cut])
        data = data[cut:]
        said += socket.data_to_send()
    files, _, opening = said.partition(b"HTTP/1.1 101 ")
    assert bodies(files) == [b"/a", b"", b"/c"]
    assert b"Content-Length: 2" in files.split(b"\r\n\r\n")[1]
    assert b"Connection" not in files
    assert opening
    assert socket.is_open
    assert found == [Say("é")]


@pytest.mark.parametrize(
    "last",
    [
        get("/b", "Connection: close"),
        get("/b", "Connection: Keep-Alive, Close"),
        get("/b", "Connection: keep-alive", "Connection: close"),
        get("/b", version="1.0"),
        get("/b", "Connection: keep-alive", version="1.0"),
        get("/last"),
    ],
)
def test_who_wants_no_more_is_closed(last: bytes) -> None:
    socket = WebCodec(serves)
    assert commands(socket, get("/a") + last + get("/c")) == []
    assert socket.is_over
    said = socket.data_to_send()
    assert bodies(said)[0] == b"/a"
    assert len(bodies(said)) == 2
    assert said.count(b"Connection: close\r\n") == 1


def test_so_many_requests_are_answered_on_one_connection() -> None:
    socket = WebCodec(serves)
    over = [commands(socket, get("/a")) or socket.is_over for _ in range(MOST_REQUESTS)]
    assert over == [False] * (MOST_REQUESTS - 1) + [True]
    commands(socket, get("/a"))
    said = socket.data_to_send()
    assert bodies(said) == [b"/a"] * MOST_REQUESTS
    assert said.count(b"Connection: close\r\n") == 1


@pytest.mark.parametrize(
    ("next_request", "status"),
    [
        (b"nonsense\r\n", 400),
        (get("/b", "Content-Length: 5"), 400),
        (get("/b", "Transfer-Encoding: chunked"), 400),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * HEAD_LIMIT, 431),
    ],
)
def test_the_next_request_has_to_be_one_too(next_request: bytes, status: int) -> None:
    socket = WebCodec(serves)
    assert commands(socket, get("/a") + next_request) == []
    assert socket.is_over
    said = socket.data_to_send()
    assert bodies(said)[0].startswith(b"/aHTTP/1.1 %d " % status)
    assert said.count(b"HTTP/1.1 ") == 2


def test_each_request_has_a_head_of_its_own() -> None:
    socket = WebCodec(serves)
    long = get("/a", "A: " + "x" * (HEAD_LIMIT - len(get("/a", "A: ")) - 1))
    commands(socket, long * 3)
    assert bodies(socket.data_to_send()) == [b"/a"] * 3


def test_it_says_which_request_it_awaits_after_others() -> None:
    socket = WebCodec(serves)
    awaited = []
    for data in (get("/a"), get("/a")[:9], get("/a")[9:], UPGRADE):
        commands(socket, data)
        awaited.append(socket.awaited)
    assert (WebCodec(serves).awaited, awaited) == (0, [1, 1, 2, 0])
    socket = WebCodec(serves)
    commands(socket, get("/a"), get("/last"))
    assert socket.awaited == 0


def test_compression_is_declined() -> None:
    socket = WebCodec(accepts)
    offer = UPGRADE.replace(b"Host: x\r\n", b"Host: x\r\nSec-WebSocket-Extensions: permessage-deflate\r\n")
    [*socket.receive_data(offer)]
    answer = socket.data_to_send()
    assert answer.startswith(b"HTTP/1.1 101 ")
    assert b"Extensions" not in answer


@given(st.lists(st.integers(1, 200)), st.sampled_from([1, 5]))
def test_it_does_not_matter_how_the_bytes_are_cut(cuts: list[int], fragments: int) -> None:
    parts = [SAY[at : at + -(-len(SAY) // fragments)] for at in range(0, len(SAY), -(-len(SAY) // fragments))]
    frames = [
        frame(part, Opcode.CONT if number else Opcode.TEXT, fin=number == len(parts) - 1)
        for number, part in enumerate(parts)
    ]
    data = UPGRADE + b"".join(frames) + frame(b"ping", Opcode.PING) + frame(b'{"type":"list_online"}')
    pieces = []
    for cut in cuts:
        pieces.append(data[:cut])
        data = data[cut:]
    assert commands(WebCodec(accepts), *pieces, data) == [Say("é"), ListOnline()]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x16\x03\x01" + b"x" * 100 + b"\r\n", 400),
        (b"GET /\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 2000, 431),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * HEAD_LIMIT, 431),
        (b"x" * (HEAD_LIMIT + 1), 431),
    ],
)
def test_what_is_no_request_is_refused_with_all_headers(data: bytes, status: int) -> None:
    socket = WebCodec(accepts)
    assert commands(socket, data) == []
    said = socket.data_to_send().decode()
    assert said.startswith(f"HTTP/1.1 {status} ")
    assert all(f"{name}: {value}\r\n" in said for name, value in HEADERS.items())
    assert socket.is_over


def test_a_head_that_just_fits_is_answered() -> None:
    head = b"GET / HTTP/1.1\r\nA: \r\n\r\n"
    socket = WebCodec(refuses)
    commands(socket, head.replace(b"A: ", b"A: " + b"x" * (HEAD_LIMIT - len(head) - 1)))
    assert b" 404 " in socket.data_to_send()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (frame(b"x", Opcode.BINARY), CloseCode.UNSUPPORTED_DATA),
        (frame(b"\xff"), CloseCode.INVALID_DATA),
        (frame(b"\xc3", fin=False) + frame(b"", Opcode.CONT), CloseCode.INVALID_DATA),
        (frame(b"x" * (FRAME_LIMIT + 1)), CloseCode.MESSAGE_TOO_BIG),
        (
            frame(b"x" * FRAME_LIMIT, fin=False) + frame(b"x", Opcode.CONT),
            CloseCode.MESSAGE_TOO_BIG,
        ),
        (frame(b"x", Opcode.CONT), CloseCode.PROTOCOL_ERROR),
        (Frame(Opcode.TEXT, b"x").serialize(mask=False), CloseCode.PROTOCOL_ERROR),
        (b"\xf1\x80\0\0\0\0", CloseCode.PROTOCOL_ERROR),
    ],
    ids=range(8),  # the masks of frames are random, and each worker has to collect the same names
)
def test_what_no_page_sends_ends_it_and_what_came_before_counts(data: bytes, code: CloseCode) -> None:
    socket = opened()
    assert commands(socket, frame(SAY) + data + frame(SAY)) == [Say("é")]
    assert (socket.is_over, socket.is_open) == (True, False)
    assert closed_with(socket) == code
    assert commands(socket, frame(SAY)) == []


def test_the_longest_frame_fits() -> None:
    socket = opened()
    text = "x" * (FRAME_LIMIT - len('{"type":"say","text":""}'))
    assert commands(socket, frame(json.dumps({"type": "say", "text": text}, separators=(",", ":")).encode())) == [
        Say(text)
    ]


def test_a_close_is_answered_after_what_came_before_it() -> None:
    socket = opened()
    assert commands(socket, frame(SAY) + frame(b"\x03\xe8", Opcode.CLOSE)) == [Say("é")]
    assert closed_with(socket) == 1000
    assert socket.is_over
    assert socket.close() == b""


def test_our_own_close_is_said_once() -> None:
    socket = opened()
    assert socket.close() == b"\x88\x02\x03\xe8"
    assert socket.close() == b""


def test_every_frame_counts_in_the_turn() -> None:
    """Or a flood of empty ones would keep the loop."""
    socket = opened()
    flood = frame(b"", Opcode.PING) * 1000 + frame(b"", fin=False) + frame(b"", Opcode.CONT, fin=False) * 1000
    assert [*socket.receive_data(flood)] == [NoCommand()] * 2001
    assert socket.data_to_send() == b"\x8a\0" * 1000


def test_bytes_are_looked_at_only_as_commands_are_taken() -> None:
    socket = opened()
    next(iter(socket.receive_data(frame(b"", Opcode.PING) * 10_000)))
    assert len(socket.data_to_send()) < 2000


def test_a_frame_that_is_none_comes_as_the_error_to_tell() -> None:
    [error] = commands(opened(), frame(b"nonsense"))
    assert isinstance(error, PeerError)
    assert error.code == "bad_command"


# Whose turn it is

NICKNAME = frame(b'{"type":"give_nickname","nickname":"alice"}')
PASSWORD = frame(b'{"type":"give_password","password":"x"}')
PASS = frame(b'{"type":"give_pass","token":"x"}')


def test_the_login_in_turn() -> None:
    socket = opened()
    assert commands(socket, PASS) == [GivePass("x")]
    socket.encode(LoginDenied("bad_pass", ""))
    assert commands(socket, NICKNAME) == [GiveNickname("alice")]
    socket.encode(PasswordWanted())
    assert commands(socket, PASSWORD) == [GivePassword("x")]
    socket.encode(LoginDenied("denied", ""))
    assert commands(socket, NICKNAME) == [GiveNickname("alice")]
    socket.encode(LoggedIn("", "alice"))
    assert commands(socket, frame(b'{"type":"ask_for_chat","nickname":"bob"}')) == [AskForChat("bob")]


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ([], PASSWORD),
        ([NICKNAME], NICKNAME),
        ([NICKNAME], PASSWORD),
        ([PASS], NICKNAME),
        ([NICKNAME, PasswordWanted()], NICKNAME),
        ([NICKNAME, PasswordWanted()], PASS),
        ([NICKNAME, PasswordWanted(), PASSWORD], PASSWORD),
        ([NICKNAME, LoggedIn("", "alice")], NICKNAME),
        ([NICKNAME, LoggedIn("", "alice")], PASS),
    ],
    ids=range(9),
)
def test_out_of_turn(before: list[bytes | PasswordWanted | LoggedIn], now: bytes) -> None:
    socket = opened()
    for step in before:
        if isinstance(step, bytes):
            commands(socket, step)
        else:
            socket.encode(step)
    with pytest.raises(FatalPeerError, match="out_of_turn"):
        commands(socket, now)


# Out


def test_events_and_lines_are_frames() -> None:
    assert encode_frame(Said("bob", "x")) == encode_lines("bob", b":x\n") == opened().encode(Said("bob", "x"))
    said = encode_lines("bob", b":a\vb\n:c\n")
    assert said[0] == 0x81
    assert json.loads(said[2:]) == {"type": "said", "nickname": "bob", "texts": ["a\nb", "c"]}
