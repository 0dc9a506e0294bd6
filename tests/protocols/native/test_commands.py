"""What a client sends on the wire: each line as docs/protocol.md has it, there and back, and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from duologue.core.commands.chat import (
    AcceptChat,
    AskForChat,
    AttachSocket,
    CancelRequest,
    ComeIn,
    Command,
    DeclineChat,
    Exit,
    GiveNickname,
    GivePass,
    GivePassword,
    ListOnline,
    ListRequests,
    NoCommand,
    Ping,
    Pong,
    QuitChat,
    ReadHistory,
    ResumeChat,
    Say,
    SearchHistory,
    SendLetter,
    SendLetters,
    SocketKind,
    StreamHeld,
)
from duologue.core.commands.devices import Follow, ListConversations, MarkRead
from duologue.core.commands.people import (
    AllowAsking,
    Block,
    ComeBack,
    DoNotDisturb,
    GoAway,
    ListBlocked,
    ListPeople,
    MayAsk,
    Unblock,
    WatchPeople,
    WhoIs,
)
from duologue.core.commands.rooms import (
    JoinRoom,
    ListMembers,
    ListRooms,
    PartRoom,
    SayInRoom,
    SayPrivately,
    SetTopic,
)
from duologue.core.commands.words import WORDS, Takes
from duologue.core.devices import DEVICE_LENGTH
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import Refused
from duologue.core.text import visible
from duologue.protocols.lines import LINE_LIMIT, LineBuffer, is_text
from duologue.protocols.native.commands import (
    STREAM_LENGTH,
    LoginSocket,
    encode_command,
    encode_first_line,
    encode_nickname,
    encode_password,
    encode_ping,
    encode_pong,
    parse_check_line,
    parse_command,
    parse_first_line,
    parse_letter_part,
)
from duologue.protocols.native.signals import encode_event
from tests.protocols.native.test_wire import counts, ids, nicknames, one_line, rooms, sentences, texts

maybe_nickname = st.none() | nicknames
streams = st.text(st.sampled_from("abcXYZ019_-."), min_size=1, max_size=STREAM_LENGTH).filter(
    lambda name: name[0] != "." and any(map(str.isalnum, name))
)
held = st.builds(StreamHeld, streams, counts)
numbers = counts.filter(bool)
CHAT_COMMANDS: dict[type, st.SearchStrategy[Command]] = {
    Follow: st.builds(Follow, st.none() | counts),
    ListConversations: st.builds(ListConversations, st.none() | counts),
    MarkRead: st.builds(MarkRead, nicknames, counts),
    AskForChat: st.builds(AskForChat, nicknames),
    AcceptChat: st.builds(AcceptChat, maybe_nickname),
    DeclineChat: st.builds(DeclineChat, maybe_nickname),
    CancelRequest: st.builds(CancelRequest, maybe_nickname),
    ListRequests: st.builds(ListRequests),
    ListOnline: st.builds(ListOnline, st.none() | nicknames),
    Say: st.builds(Say, texts),
    QuitChat: st.builds(QuitChat),
    ResumeChat: st.builds(ResumeChat, ids) | st.builds(ResumeChat, ids, held, held),
    SendLetter: st.builds(SendLetter, nicknames, streams, numbers, texts),
    ReadHistory: st.builds(ReadHistory, nicknames, counts, st.none() | counts),
    SearchHistory: st.builds(SearchHistory, sentences.filter(lambda words: not words.isspace())),
    Exit: st.builds(Exit),
    JoinRoom: st.builds(JoinRoom, rooms, st.none() | sentences),
    PartRoom: st.builds(PartRoom, rooms),
    ListRooms: st.builds(ListRooms, st.none() | rooms),
    ListMembers: st.builds(ListMembers, rooms, st.none() | nicknames),
    SetTopic: st.builds(SetTopic, rooms, st.none() | sentences | st.just("")),
    GoAway: st.builds(GoAway, sentences.map(lambda text: " ".join(text.split()))),
    DoNotDisturb: st.builds(DoNotDisturb),
    ComeBack: st.builds(ComeBack),
    WhoIs: st.builds(WhoIs, nicknames),
    ListPeople: st.builds(ListPeople, st.none() | nicknames),
    WatchPeople: st.builds(WatchPeople, st.booleans()),
    Block: st.builds(Block, nicknames),
    Unblock: st.builds(Unblock, nicknames),
    ListBlocked: st.builds(ListBlocked, st.none() | nicknames),
    AllowAsking: st.builds(AllowAsking, st.none() | st.sampled_from(MayAsk)),
}
chat_commands = st.one_of(*CHAT_COMMANDS.values())
pings = st.builds(Ping) | st.builds(Ping, counts, st.none() | ids)


def refusal(parse: Callable[[bytes], object], line: bytes) -> PeerError | None:
    try:
        parse(line)
    except PeerError as error:
        return error
    return None


def test_every_command_has_a_line() -> None:
    elsewhere = {GiveNickname, GivePassword, GivePass, AttachSocket, Ping, Pong, NoCommand, ComeIn}
    elsewhere |= {SayInRoom, SayPrivately, SendLetters}
    assert set(CHAT_COMMANDS) | elsewhere == set(get_args(Command))


@given(chat_commands)
def test_a_command_comes_back_as_it_was(command: Command) -> None:
    assert parse_command(one_line(encode_command(command))) == command


# Letters (11.1): a text that does not fit beside the rest of the line comes before it


def reassembled(encoded: bytes) -> tuple[SendLetter, str]:
    """The letter as its last line has it, and its whole text."""
    *before, last = encoded.split(b"\n")[:-1]
    parts = [parse_letter_part(line) for line in before]
    assert None not in parts
    letter = parse_command(last)
    assert isinstance(letter, SendLetter)
    return letter, "".join(part or "" for part in parts) + letter.text


@given(nicknames, streams, numbers, st.integers(0, LINE_LIMIT - 2), st.sampled_from(["x", "é", "日", "🙂", "\n", ":"]))
def test_a_letter_of_any_length_that_a_message_may_have_arrives_whole(
    nickname: str, stream: str, number: int, size: int, letter: str
) -> None:
    text = letter * (size // len(letter.encode())) + "x" * (size % len(letter.encode()))
    encoded = encode_command(SendLetter(nickname, stream, number, text))
    assert is_text(encoded)
    assert LineBuffer().feed(encoded) == encoded, "each is a line"
    last, whole = reassembled(encoded)
    assert whole == text
    assert (last.nickname, last.stream, last.number) == (nickname, stream, number)


@pytest.mark.parametrize("letter", ["x", "é", "日", "🙂"])
def test_a_letter_has_as_many_bytes_as_a_message(letter: str) -> None:
    """11.1: not one more, so that it fits into the line that its recipient reads."""
    size = len(letter.encode())
    longest = letter * ((LINE_LIMIT - 2) // size) + "x" * ((LINE_LIMIT - 2) % size)
    assert reassembled(encode_command(SendLetter("bob", "id", 1, longest)))[1] == longest
    with pytest.raises(PeerError, match="line_too_long"):
        encode_command(SendLetter("bob", "id", 1, longest + "x"))


def test_a_short_letter_is_one_line() -> None:
    assert encode_command(SendLetter("bob", "id", 7, "hi\nyou")) == b"/msg bob id 7 :hi\vyou\n"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (b"/text_part :hi", "hi"),
        (b"/text_part :", ""),
        (b"/text_part :a\vb :c", "a\nb :c"),
        (b"/text_part", None),
        (b"/text_part hi", None),
        (b"/text_part  :hi", None),
        (b":/text_part :hi", None),
        (b"/text_parts :hi", None),
        (b"", None),
    ],
)
def test_the_beginning_of_a_letters_text(line: bytes, text: str | None) -> None:
    assert parse_letter_part(line) == text


def test_the_beginning_of_a_letters_text_that_is_no_text() -> None:
    with pytest.raises(FatalPeerError, match="not_text"):
        parse_letter_part(b"/text_part :\xff")


FOLLOWS: dict[Takes, dict[str, tuple[str | int | StreamHeld | MayAsk, ...]]] = {
    Takes.NOTHING: {"": ()},
    Takes.NICKNAME: {" bob": ("bob",)},
    Takes.MAYBE_NICKNAME: {"": (), " bob": ("bob",)},
    Takes.PAGE: {" bob 5": ("bob", 5), " bob 0": ("bob", 0), " bob 5 77": ("bob", 5, 77), " 12 5": ("12", 5)},
    Takes.RESUME: {
        " id": ("id",),
        " id id 0 id 7": ("id", StreamHeld("id", 0), StreamHeld("id", 7)),
        " id id.2 3 id.9 7": ("id", StreamHeld("id.2", 3), StreamHeld("id.9", 7)),
    },
    Takes.LETTER: {
        " bob Ab-_Ab-_Ab-_ 1 :hi": ("bob", "Ab-_Ab-_Ab-_", 1, "hi"),
        " bob id.2 77 :": ("bob", "id.2", 77, ""),
        " bob id 1 ::a :b \v c": ("bob", "id", 1, ":a :b \n c"),
    },
    Takes.WORDS: {" coffee": ("coffee",), " coffee  on :monday ": ("coffee  on :monday ",)},
    Takes.AFTER: {"": (), " bob": ("bob",)},
    Takes.MEMBERS: {" #tea": ("#tea",), " tea bob": ("tea", "bob")},
    Takes.ROOM: {" #tea": ("#tea",), " tea": ("tea",)},
    Takes.JOIN: {" #tea": ("#tea",), " #tea open  sesame ": ("#tea", "open  sesame ")},
    Takes.TOPIC: {" #tea": ("#tea",), " #tea :": ("#tea", ""), " #tea ::a :b": ("#tea", ":a :b")},
    Takes.MAYBE_TEXT: {"": ("",), " ": ("",), " back at  noon": ("back at  noon",)},
    Takes.SWITCH: {" on": (True,), " off": (False,)},
    Takes.MAY_ASK: {"": (), " known": (MayAsk.KNOWN,), " nobody": (MayAsk.NOBODY,)},
    Takes.MAYBE_NUMBER: {"": (), " 70": (70,)},
    Takes.READ: {" bob 70": ("bob", 70), " #tea 0": ("#tea", 0)},
}
FOLLOWS_NOT: dict[Takes, list[str]] = {
    Takes.NOTHING: [" bob", " "],
    Takes.NICKNAME: ["", " bob carol", "  bob"],
    Takes.MAYBE_NICKNAME: [" bob carol"],
    Takes.PAGE: [
        "",
        " ",
        " bob",
        " bob ",
        " bob x",
        " bob -5",
        " bob +5",
        " bob 5.0",
        " bob 1_0",
        " bob ٥",
        " bob 5 x",
        " bob 5 ",
        " bob 5 6 7",
        "  5",
        " " + "9" * 5000,
        " bob " + "9" * 5000,
        " bob 5 " + "9" * 5000,
    ],
    Takes.RESUME: [
        "",
        " ",
        " id id",
        " id id 3",
        " id id 3 id",
        " id id x id 7",
        " id id 3 id -7",
        " id id 3 id 7 more",
        " id id 3 id " + "9" * 5000,
    ],
    Takes.LETTER: [
        "",
        " bob",
        " bob id 1",
        " bob id 1 hi",
        " bob id one :hi",
        " bob id -1 :hi",
        " bob id 1 2 :hi",
        " bob  1 :hi",
        "  id 1 :hi",
        " bob i/d 1 :hi",
        " bob ıd 1 :hi",
        " bob . 1 :hi",
        " bob .1 1 :hi",
        " bob " + "x" * (STREAM_LENGTH + 1) + " 1 :hi",
        " bob id " + "9" * 5000 + " :hi",
    ],
    Takes.WORDS: ["", " ", "   ", " \v"],
    Takes.AFTER: [" bob carol"],
    Takes.MEMBERS: ["", " ", " #tea ", "  bob", " #tea bob carol"],
    Takes.ROOM: ["", " ", " #tea #milk", "  #tea"],
    Takes.JOIN: ["", " ", "  #tea", " #tea "],
    Takes.TOPIC: ["", " ", "  :about", " #tea about", " #tea #milk :about"],
    Takes.MAYBE_TEXT: [],
    Takes.SWITCH: ["", " ", " ON", " on off", " maybe"],
    Takes.MAY_ASK: [" ", " bob", " known nobody"],
    Takes.MAYBE_NUMBER: [" ", " -1", " x", " 1 2"],
    Takes.READ: ["", " bob", " bob x", " bob -1", " bob 1 2", "  1"],
}


@pytest.mark.parametrize("row", WORDS, ids=lambda row: row.word)
def test_each_word_of_the_table_is_its_command(row: object) -> None:
    word, takes, make = row.word, row.takes, row.command  # type: ignore[attr-defined]
    for rest, arguments in FOLLOWS[takes].items():
        assert parse_command(f"{word}{rest}".encode()) == make(*arguments)
    for wrong in FOLLOWS_NOT[takes]:
        with pytest.raises(PeerError, match="bad_command") as caught:
            parse_command(f"{word}{wrong}".encode())
        assert not isinstance(caught.value, FatalPeerError)
        assert word in caught.value.text


@pytest.mark.parametrize("number", ["0", "00"])
def test_a_letter_numbered_0_is_none(number: str) -> None:
    """11.1"""
    with pytest.raises(PeerError, match="bad_number"):
        parse_command(f"/msg bob id {number} :hi".encode())


@pytest.mark.parametrize("line", ["/nonsense", "", " ", "YES", "hello", "/CHAT bob", "/chat\tbob", " /chat bob"])
def test_a_word_that_is_not_in_the_table(line: str) -> None:
    """4.2."""
    with pytest.raises(PeerError, match="unknown_command") as caught:
        parse_command(line.encode())
    assert not isinstance(caught.value, FatalPeerError)


typed = st.text(st.characters(codec="utf-8", exclude_characters="\n\0"))


@given(typed | st.text("/\x1b[2J\r\b\u202e", max_size=200))
def test_what_somebody_typed_is_never_repeated_raw_nor_at_length(text: str) -> None:
    error = refusal(parse_command, text.encode())
    if error:
        assert visible(error.text) == error.text
        assert len(error.text) < 500
        assert one_line(encode_event(Refused(error.code, error.text)))


@given(st.binary(max_size=100))
def test_whatever_a_client_sends_is_a_command_or_refused(line: bytes) -> None:
    line = line.replace(b"\n", b"")
    for parse in (parse_command, parse_check_line, parse_first_line):
        error = refusal(parse, line)
        assert is_text(line) or isinstance(error, FatalPeerError)
        assert error or isinstance(parse(line), (*get_args(Command), SocketKind))


@given(st.binary(max_size=100))
def test_what_is_no_text_is_said_to_be_no_text_on_every_socket(line: bytes) -> None:
    """2.2."""
    line = line.replace(b"\n", b"")
    assume(not is_text(line))
    for parse in (parse_command, parse_check_line, parse_first_line):
        with pytest.raises(FatalPeerError, match="not_text"):
            parse(line)


anything = st.one_of(
    st.text(max_size=30), st.text("a\n\0\r ", max_size=5), st.sampled_from(["x" * LINE_LIMIT, "bob\n/exit", "\ud800"])
)


@given(anything)
def test_what_a_client_sends_is_one_line_or_refused(text: str) -> None:
    """A bot may pass on what a stranger wrote: that must never become a command of its own."""
    encoders: list[Callable[[], bytes]] = [
        lambda: encode_command(AskForChat(text)),
        lambda: encode_command(AcceptChat(text)),
        lambda: encode_command(Say(text)),
        lambda: encode_command(ReadHistory(text, 5)),
        lambda: encode_command(SearchHistory(text)),
        lambda: encode_command(ResumeChat(text, StreamHeld(text, 1), StreamHeld(text, 1))),
        lambda: encode_command(SendLetter(text, "id", 1, "hi")),
        lambda: encode_command(SendLetter("bob", text, 1, "hi")),
        lambda: encode_nickname(GiveNickname(text)),
        lambda: encode_password(GivePassword(text)),
    ]
    for encode in encoders:
        with contextlib.suppress(PeerError):
            encoded = encode()
            assert is_text(one_line(encoded))
            assert len(encoded) <= LINE_LIMIT


@pytest.mark.parametrize("kind", [SocketKind.CHAT, SocketKind.CHECK])
@given(token=ids)
def test_the_first_line_of_an_attaching_socket(kind: SocketKind, token: str) -> None:
    """3.4."""
    encoded = encode_first_line(kind, token)
    assert encoded == f"duologue/1 {kind.value} {token}\n".encode()
    assert parse_first_line(one_line(encoded)) == AttachSocket(kind, token)


def test_the_first_line_of_a_login_socket() -> None:
    """3.1."""
    assert encode_first_line(SocketKind.LOGIN) == b"duologue/1 login_socket\n"
    assert parse_first_line(b"duologue/1 login_socket") == LoginSocket()


@given(st.text("ABCXYZabcxyz0189-_", min_size=1, max_size=DEVICE_LENGTH))
def test_the_first_line_of_a_login_socket_may_name_the_device(device: str) -> None:
    """3.1."""
    assert parse_first_line(f"duologue/1 login_socket {device}".encode()) == LoginSocket(device)


@pytest.mark.parametrize("device", ["", "x" * (DEVICE_LENGTH + 1), "d.1", "é", "d\r"])
def test_a_device_of_another_name_is_none(device: str) -> None:
    """3.1."""
    with pytest.raises(FatalPeerError, match="bad_device"):
        parse_first_line(f"duologue/1 login_socket {device}".encode())


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"GET / HTTP/1.1",
        b"login_socket",
        b"duologue/2 login_socket",
        b"duologue/1 login_socket device spellings",
        b"duologue/1 chat_socket",
        b"duologue/1 chat_socket a b",
        b"duologue/1  login_socket",
        b"duologue/1 login_socket\r",
        b"duologue/1 other_socket token",
        b"\x16\x03\x01\x02",
        b":hello",
    ],
)
def test_an_unknown_first_line(line: bytes) -> None:
    """3.6."""
    with pytest.raises(FatalPeerError, match="unknown_first_line"):
        parse_first_line(line)


@given(pings)
def test_a_ping_comes_back_as_it_was(ping: Ping) -> None:
    assert parse_check_line(one_line(encode_ping(ping))) == ping


def test_the_clients_answer_to_a_probe() -> None:
    """8.1."""
    assert encode_pong(Pong()) == b"PONG\n"
    assert parse_check_line(b"PONG") == Pong()


@pytest.mark.parametrize(
    "line",
    [
        "",
        "PING -1",
        "PING x",
        "PING 1.0",
        "PING 1_0",
        "PING +1",
        "PING ١",
        "PING  1",
        "PING 1 id more",
        "PING " + "9" * 5000,
        "PONG 1",
        "ping",
        "/quit",
        ":hello",
    ],
)
def test_a_check_line_that_is_none(line: str) -> None:
    """7.2."""
    with pytest.raises(FatalPeerError, match="bad_check_line"):
        parse_check_line(line.encode())
