"""The wire of the native protocol: each line as docs/protocol.md has it, there and back, and nothing else."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from duologue.core.accounts import BadNickname, nickname_key
from duologue.core.chat import ChatEnd, RequestState
from duologue.core.commands import (
    WORDS,
    AcceptChat,
    AskForChat,
    AttachSocket,
    CancelRequest,
    Command,
    DeclineChat,
    Exit,
    GiveNickname,
    GivePassword,
    ListOnline,
    ListRequests,
    Ping,
    Pong,
    QuitChat,
    ReadHistory,
    Say,
    SearchHistory,
    SocketKind,
    Takes,
)
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events import (
    Acknowledged,
    ChatEnded,
    ChatRequested,
    ChatStarted,
    Disconnected,
    Event,
    LoggedIn,
    LoginDenied,
    PasswordWanted,
    PeopleOnline,
    Probe,
    Recalled,
    RecalledPart,
    RecallEnded,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    Said,
    WaitingRequests,
)
from duologue.core.text import visible
from duologue.protocols.lines import LINE_LIMIT, LineBuffer, is_text
from duologue.protocols.native_wire import (
    ANSWERS,
    SIGNAL_WORDS,
    encode_command,
    encode_event,
    encode_first_line,
    encode_message,
    encode_nickname,
    encode_password,
    encode_ping,
    encode_pong,
    parse_check_line,
    parse_check_signal,
    parse_command,
    parse_first_line,
    parse_message,
    parse_signal,
)


def is_nickname(text: str) -> bool:
    with contextlib.suppress(BadNickname):
        return nickname_key(text) == text
    return False


nicknames = st.text(st.sampled_from("abcwz019_-.éñλж日अ"), min_size=1, max_size=32).filter(is_nickname)
ids = st.text(st.sampled_from("abcXYZ019_-"), min_size=1, max_size=43)
seconds = st.integers(0, 10**6)
counts = st.integers(0, 10**17)
# What the server says in words of its own has no line breaks.
sentences = st.text(st.characters(codec="utf-8", exclude_characters="\n\0"), min_size=1, max_size=200)
# 2.4, 2.5: all that people can type. VT is how a line break travels, so it comes back as one.
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0\v"), max_size=300)
lists = st.lists(nicknames, max_size=8).map(tuple)

EVENTS: dict[type, st.SearchStrategy[Event]] = {
    PasswordWanted: st.builds(PasswordWanted),
    LoggedIn: st.builds(LoggedIn, ids, nicknames),
    LoginDenied: st.builds(LoginDenied, ids, sentences),
    ChatRequested: st.builds(ChatRequested, nicknames, seconds),
    RequestWithdrawn: st.builds(
        RequestWithdrawn, nicknames, st.sampled_from([RequestState.CANCELLED, RequestState.EXPIRED])
    ),
    RequestSent: st.builds(RequestSent, nicknames, seconds),
    RequestAnswered: st.builds(RequestAnswered, nicknames, st.sampled_from([*ANSWERS])),
    ChatStarted: st.builds(ChatStarted, nicknames, ids),
    ChatEnded: st.builds(ChatEnded, nicknames, st.sampled_from(ChatEnd)),
    Said: st.builds(Said, nicknames, texts),
    WaitingRequests: st.builds(WaitingRequests, lists, st.booleans()),
    PeopleOnline: st.builds(PeopleOnline, lists, st.booleans()),
    Recalled: st.builds(Recalled, counts, seconds, nicknames, nicknames, texts),
    RecalledPart: st.builds(RecalledPart, texts),
    RecallEnded: st.builds(RecallEnded, counts, st.none() | counts),
    Refused: st.builds(Refused, ids, sentences),
    Disconnected: st.builds(Disconnected, ids, sentences),
    Acknowledged: st.builds(Acknowledged, counts, counts, st.none() | ids),
    Probe: st.builds(Probe),
}
events = st.one_of(*EVENTS.values())
login_events = st.one_of(*(kind for event, kind in EVENTS.items() if event not in (Acknowledged, Probe)))

maybe_nickname = st.none() | nicknames
CHAT_COMMANDS: dict[type, st.SearchStrategy[Command]] = {
    AskForChat: st.builds(AskForChat, nicknames),
    AcceptChat: st.builds(AcceptChat, maybe_nickname),
    DeclineChat: st.builds(DeclineChat, maybe_nickname),
    CancelRequest: st.builds(CancelRequest, maybe_nickname),
    ListRequests: st.builds(ListRequests),
    ListOnline: st.builds(ListOnline),
    Say: st.builds(Say, texts),
    QuitChat: st.builds(QuitChat),
    ReadHistory: st.builds(ReadHistory, nicknames, counts, st.none() | counts),
    SearchHistory: st.builds(SearchHistory, sentences.filter(lambda words: not words.isspace())),
    Exit: st.builds(Exit),
}
chat_commands = st.one_of(*CHAT_COMMANDS.values())
pings = st.builds(Ping) | st.builds(Ping, counts, st.none() | ids)


def as_the_client_reads(line: bytes, partner: str) -> Event:
    if line.startswith(b":"):
        return Said(partner, parse_message(line))
    return parse_check_signal(line) if line.startswith((b"PING", b"PONG ")) else parse_signal(line)


def refusal(parse: Callable[[bytes], object], line: bytes) -> PeerError | None:
    try:
        parse(line)
    except PeerError as error:
        return error
    return None


def one_line(encoded: bytes) -> bytes:
    assert encoded.endswith(b"\n")
    assert encoded.count(b"\n") == 1
    return encoded[:-1]


# Events, server to client


def test_every_event_has_a_line_and_every_command_too() -> None:
    assert set(EVENTS) == set(get_args(Event))
    elsewhere = {GiveNickname, GivePassword, AttachSocket, Ping, Pong}
    assert set(CHAT_COMMANDS) | elsewhere == set(get_args(Command))


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
        (LoggedIn("token", "alice"), "AUTH_SUCCESS token alice"),
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
        (RequestWithdrawn("bob", RequestState.CANCELLED), "chat_request_ended bob cancelled"),
        (RequestWithdrawn("bob", RequestState.EXPIRED), "chat_request_ended bob expired"),
        (ChatStarted("bob", "id"), "start_chat bob id"),
        (Said("bob", "hello\nyou"), ":hello\vyou"),
        (ChatEnded("bob", ChatEnd.YOU_LEFT), "chat_ended bob you_left"),
        (ChatEnded("bob", ChatEnd.LEFT), "chat_ended bob left"),
        (ChatEnded("bob", ChatEnd.LOST), "chat_ended bob lost"),
        (ChatEnded("bob", ChatEnd.TAKEN_OVER), "chat_ended bob taken_over"),
        (ChatEnded("bob", ChatEnd.REMOVED), "chat_ended bob removed"),
        (WaitingRequests(("bob", "carol")), "requests bob carol"),
        (WaitingRequests(()), "requests"),
        (PeopleOnline(("alice", "bob"), more=True), "online_part alice bob"),
        (
            Recalled(77, 1795217400, "bob", "alice", "hi :you\nthere"),
            "recalled 77 1795217400 bob alice :hi :you\vthere",
        ),
        (Recalled(1, 0, "bob", "alice", ""), "recalled 1 0 bob alice :"),
        (RecalledPart("a\n b"), "recalled_part :a\v b"),
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


@given(st.sampled_from([WaitingRequests, PeopleOnline]), st.booleans(), st.integers(0, 700), nicknames)
def test_a_long_list_is_several_lines(
    kind: type[WaitingRequests | PeopleOnline], more: bool, number: int, name: str
) -> None:
    """5.1."""
    people = tuple(f"{name}{n}" for n in range(number))
    encoded = encode_event(kind(people, more))
    assert LineBuffer().feed(encoded) == encoded
    parts = [parse_signal(line) for line in encoded.split(b"\n")[:-1]]
    assert {type(part) for part in parts} == {kind}
    assert tuple(nickname for part in parts for nickname in part.nicknames) == people  # type: ignore[union-attr]
    assert [part.more for part in parts] == [True] * (len(parts) - 1) + [more]  # type: ignore[union-attr]


@given(st.integers(0, 30_000), st.sampled_from(["x", "é", "日", "🙂", "\n", ":", "a🙂"]), nicknames, nicknames)
def test_a_text_of_any_length_is_recalled_in_parts_that_are_lines(
    size: int, letter: str, sender: str, recipient: str
) -> None:
    """2.1: where a text came from another door it may be longer than a line."""
    event = Recalled(10**17, 10**12, sender, recipient, letter * size)
    encoded = encode_event(event)
    assert LineBuffer().feed(encoded) == encoded
    *parts, last = [parse_signal(line) for line in encoded.split(b"\n")[:-1]]
    assert {type(part) for part in parts} <= {RecalledPart}
    assert isinstance(last, Recalled)
    assert "".join(part.text for part in (*parts, last)) == event.text  # type: ignore[union-attr]
    assert last == Recalled(event.number, event.at, sender, recipient, last.text)


@pytest.mark.parametrize(
    ("line", "event"),
    [
        ("recalled 7 9 bob alice x y :hi", Recalled(7, 9, "bob", "alice", "hi")),
        ("recall_ended 5 77 x y", RecallEnded(5, 77)),
        ("want_chat_with_you bob 120 x y", ChatRequested("bob", 120)),
        ("chat_requested bob 120 x y", RequestSent("bob", 120)),
        ("chat_request_ended bob expired x y", RequestWithdrawn("bob", RequestState.EXPIRED)),
        ("start_chat bob id x y", ChatStarted("bob", "id")),
        ("chat_ended bob left x y", ChatEnded("bob", ChatEnd.LEFT)),
        ("AUTH_SUCCESS token alice x y", LoggedIn("token", "alice")),
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
        b"recalled_part",
        b"recalled_part hi",
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


# Messages


@given(texts)
def test_a_message_comes_back_as_it_was(text: str) -> None:
    """2.3, 2.4."""
    line = one_line(encode_message(text))
    assert line.startswith(b":")
    assert is_text(line)
    assert parse_message(line) == text
    assert parse_command(line) == Say(text)


@pytest.mark.parametrize(("text", "back"), [("a\0b", "a\u2400b"), ("a\ud800b", "a?b"), ("a\vb", "a\nb")])
def test_what_no_line_can_hold_is_sent_as_the_nearest_that_it_can(text: str, back: str) -> None:
    """2.2: NUL is nowhere allowed, and half a surrogate pair is no UTF-8."""
    assert parse_message(one_line(encode_message(text))) == back


@pytest.mark.parametrize("letter", ["x", "é", "日", "🙂"])
def test_the_longest_message_fits_exactly(letter: str) -> None:
    """2.1."""
    size = len(letter.encode())
    longest = letter * ((LINE_LIMIT - 2) // size) + "x" * ((LINE_LIMIT - 2) % size)
    assert len(encode_message(longest)) == LINE_LIMIT
    with pytest.raises(PeerError, match="line_too_long"):
        encode_message(longest + "x")


# What a client sends


@given(chat_commands)
def test_a_command_comes_back_as_it_was(command: Command) -> None:
    assert parse_command(one_line(encode_command(command))) == command


FOLLOWS: dict[Takes, dict[str, tuple[str | int, ...]]] = {
    Takes.NOTHING: {"": ()},
    Takes.NICKNAME: {" bob": ("bob",)},
    Takes.MAYBE_NICKNAME: {"": (), " bob": ("bob",)},
    Takes.PAGE: {" bob 5": ("bob", 5), " bob 0": ("bob", 0), " bob 5 77": ("bob", 5, 77), " 12 5": ("12", 5)},
    Takes.WORDS: {" coffee": ("coffee",), " coffee  on :monday ": ("coffee  on :monday ",)},
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
    Takes.WORDS: ["", " ", "   ", " \v"],
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
    assert parse_first_line(b"duologue/1 login_socket") is SocketKind.LOGIN


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"GET / HTTP/1.1",
        b"login_socket",
        b"duologue/2 login_socket",
        b"duologue/1 login_socket token",
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
