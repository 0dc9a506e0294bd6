"""System 000 by lists of bytes: three sockets without frames, and a client whose words depend on what it is doing."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.chat import ChatEnd, RequestState
from duologue.core.commands import (
    AcceptChat,
    AskForChat,
    AttachSocket,
    Command,
    DeclineChat,
    Exit,
    GiveNickname,
    ListOnline,
    QuitChat,
    Say,
    SocketKind,
)
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events import (
    Acknowledged,
    ChatEnded,
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
    PartnerResumed,
    Probe,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestWithdrawn,
    Said,
    StreamBegins,
)
from duologue.core.room_commands import JoinRoom, SayInRoom, SayPrivately
from duologue.core.room_events import RoomEntered, RoomExited, RoomSaid, RoomTopic
from duologue.protocols.native_signals import ANSWERS
from duologue.protocols.simplechat import SimpleChat, SimpleChatSocket, is_simplechat
from duologue.protocols.unframed import MESSAGE_LIMIT

HOST = "127.0.0.1"
PORT = 40_000
OVER = "The chat with bob had ended, so that line went nowhere. Type it again."
NO_CHAT = "You are in no chat, so nobody got that. /chat NAME asks for one."


class Client:
    """Alice, logged in over three sockets, and what the server's ends of them make of each read.

    Words that stand alone are told what the server would tell: a mistake comes back as the text that is read for it.
    """

    def __init__(self, *events: Event) -> None:
        self.door = SimpleChat()
        self.login, self.chat, self.check = (self.door.socket(HOST, PORT + beyond) for beyond in range(3))
        self.heard: list[str] = []
        self.answered: list[str] = []
        assert [*self.login.receive_data(b"login_socketalice")] == [GiveNickname("alice", is_all=True)]
        assert self.login.encode(LoggedIn("t", "alice")) == (b"AUTH_SUCCESS",)
        assert [*self.chat.receive_data(b"chat_socket")] == [AttachSocket(SocketKind.CHAT, "t")]
        assert [*self.check.receive_data(b"check_socket")] == [AttachSocket(SocketKind.CHECK, "t")]
        assert self.login.encode(Acknowledged()) == ()
        self.told(*events)
        self.heard.clear()
        self.answered.clear()

    def told(self, *events: Event) -> None:
        for event in events:
            told = self.login.told(event)
            self.heard += [message.decode() for message in told.login]
            self.answered += [message.decode() for message in told.chat]

    def types(self, *reads: str) -> list[Command]:
        """The commands. A mistake is told."""
        commands = []
        for read in reads:
            for command in self.chat.receive_data(read.encode()):
                if isinstance(command, PeerError):
                    self.told(Refused(command.code, command.text))
                else:
                    commands.append(command)
        return commands


def in_chat() -> Client:
    """As the one who asked."""
    client = Client()
    assert client.types("/chat bob") == [AskForChat("bob")]
    client.told(RequestSent("bob", 120), ChatStarted("bob", "id"))
    assert (client.heard, client.answered) == (["Waiting for bob to answer."], ["start_chat"])
    client.heard.clear()
    client.answered.clear()
    return client


def asked(*nicknames: str) -> Client:
    return Client(*(ChatRequested(nickname, 120) for nickname in nicknames))


def started(nickname: str) -> str:
    return f"Chat with {nickname} started: what you type goes to {nickname} alone. /quit leaves the chat."


def left(nickname: str) -> ChatEnded:
    return ChatEnded(nickname, ChatEnd.LEFT)


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
        [*client.door.socket(host, port).receive_data(word.encode())]


def test_nobody_is_let_in_beside_one_who_was_refused() -> None:
    door = SimpleChat()
    login = door.socket(HOST, PORT)
    [*login.receive_data(b"login_socketnobody")]
    login.encode(LoginDenied("denied", "Nobody."))
    with pytest.raises(FatalPeerError, match="bad_token"):
        [*door.socket(HOST, PORT + 1).receive_data(b"chat_socket")]


def test_who_has_gone_is_remembered_no_longer() -> None:
    client = Client()
    door = client.door
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


KEPT: list[SimpleChatSocket] = []


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
    chat = client.door.socket(HOST, PORT + 1)
    assert [*chat.receive_data(b"chat_socketyes")] == [AttachSocket(SocketKind.CHAT, "t"), AcceptChat("bob")]


# It asks


@pytest.mark.parametrize("outcome", ANSWERS)
def test_the_answer_to_a_chat_goes_to_the_chat_socket_once(outcome: RequestState) -> None:
    client = Client()
    client.types("/chat bob")
    client.told(RequestSent("bob", 120), RequestAnswered("bob", outcome), Refused("no", "Something else."))
    assert client.answered == [f"bob {ANSWERS[outcome]}"]
    assert client.heard == ["Waiting for bob to answer.", "Something else."]


def test_an_error_is_an_answer_and_a_warning_is_none() -> None:
    client = Client()
    client.types("/chat bob")
    client.told(Refused("slow_down", "Slow down."), Refused("yourself", "That is you.\nReally."))
    assert (client.heard, client.answered) == (["Slow down."], ["That is you.\n  Really."])


@pytest.mark.parametrize("text", ["/chat", "/chat bob and carol"])
def test_a_chat_with_nobody_or_two_is_answered_too(text: str) -> None:
    client = Client()
    assert client.types(text) == []
    assert client.answered == ["It is: /chat NAME"]


def test_an_answer_is_one_message_whatever_its_length() -> None:
    client = Client()
    client.types("/chat bob")
    client.told(Refused("no", "ü" * 5000))
    assert len(client.answered) == 1
    assert len(client.answered[0].encode()) <= MESSAGE_LIMIT


def test_an_answer_that_nobody_waits_for_is_printed() -> None:
    client = Client(RequestAnswered("bob", RequestState.CANCELLED))
    client.told(RequestAnswered("bob", RequestState.CANCELLED))
    assert (client.heard, client.answered) == (["bob is no longer asked"], [])


# It is asked


def test_a_request_and_then_just_the_nickname() -> None:
    client = Client()
    client.told(ChatRequested("bob", 120), ChatRequested("~Guest-5", 120))
    assert client.heard == ["want_chat_with_you bob", "bob", "want_chat_with_you Guest-5", "Guest-5"]


@pytest.mark.parametrize(
    "reads",
    [
        ("yes", "yes", "bob", "hello"),
        ("yesyes", "bob", "hello"),
        ("yesyesbob", "hello"),
        ("yes", "yesbob", "hello"),
        ("yes", "yes", "bobhello"),
        ("yes", "yesbobhello"),
        ("yes\n", "yes", "bob", "hello"),
    ],
)
def test_yes_yes_and_the_nickname_accept_once_however_they_come(reads: tuple[str, ...]) -> None:
    client = asked("bob")
    commands = []
    for read in reads:
        for command in client.chat.receive_data(read.encode()):
            commands.append(command)
            if isinstance(command, AcceptChat):
                client.told(ChatStarted("bob", "id"))
    assert commands == [AcceptChat("bob"), Say("hello")]
    assert (client.heard, client.answered) == ([started("bob")], [])


def test_another_client_need_not_say_it_all() -> None:
    client = asked("bob")
    assert client.types("yes") == [AcceptChat("bob")]
    client.told(ChatStarted("bob", "id"))
    assert client.types("hello", "yes", "bob") == [Say("hello"), Say("yes"), Say("bob")]


def test_a_yes_that_comes_too_late_is_swallowed_with_all_that_follows() -> None:
    client = asked("bob")
    client.told(RequestWithdrawn("bob", RequestState.EXPIRED))
    assert client.types("yes", "yes", "bob") == []
    assert client.heard == [
        "bob stopped waiting for your answer.",
        "chat_ended bob does not wait for you any more.",
    ]
    client.heard.clear()
    assert client.types("is anybody there?", "/quit") == []
    assert client.heard == [OVER, "You are in no chat. /exit leaves the server."]


def test_a_request_that_is_withdrawn_while_yes_is_said() -> None:
    client = asked("bob", "carol")
    assert client.types("yes", "yes") == []
    client.told(RequestWithdrawn("carol", RequestState.CANCELLED))
    assert client.heard == ["carol no longer wants to chat.", "want_chat_with_you bob", "bob"]
    client.heard.clear()
    assert client.types("carol") == []
    assert client.heard == ["chat_ended carol does not wait for you any more."]


def test_one_who_asks_is_told_again_when_the_last_one_has_gone() -> None:
    client = asked("bob", "carol")
    client.told(RequestWithdrawn("carol", RequestState.CANCELLED))
    client.heard.clear()
    assert client.types("yes") == [AcceptChat("bob")]


def test_the_nickname_says_which_of_several_is_meant() -> None:
    client = asked("bob", "carol")
    assert client.types("yes", "yes") == []
    assert client.types("bob") == [AcceptChat("bob")]


def test_an_acceptance_that_fails_at_the_last_moment_begins_no_chat() -> None:
    client = asked("bob", "carol")
    client.types("yes", "yes")
    assert client.types("carol") == [AcceptChat("carol")]
    assert client.heard == ["chat_ended carol does not wait for you any more."]


def test_who_would_show_another_than_it_talks_with_is_taken_out() -> None:
    """What it says may not reach anybody but the one that its user sees."""
    client = asked("bob")
    assert client.types("yes") == [AcceptChat("bob")]
    client.told(ChatStarted("bob", "id"))
    assert client.types("yes", "mallory") == [QuitChat()]
    client.heard.clear()
    client.told(ChatEnded("bob", ChatEnd.YOU_LEFT))
    assert client.heard == ["chat_ended bob ended: you left."]


def test_an_end_of_chat_is_not_told_before_the_nickname_has_come() -> None:
    client = asked("bob")
    client.types("yes")
    client.told(ChatStarted("bob", "id"), left("bob"))
    assert client.heard == [started("bob")]
    client.types("yes", "bob")
    assert client.heard[1:] == ["chat_ended bob does not wait for you any more."]


def test_what_is_neither_yes_nor_a_nickname_is_a_line_of_its_own() -> None:
    client = Client()
    assert client.types("yes", "/who") == [ListOnline()]
    assert client.types("yes", "yes", "/who") == [ListOnline()]
    assert client.types("yes", "yes", "two words") == []
    assert client.heard[-1] == NO_CHAT


def test_no_is_understood_though_it_is_never_sent() -> None:
    assert asked("bob").types("/decline bob") == [DeclineChat("bob")]


# In a chat


def test_everything_but_commands_is_a_message() -> None:
    client = in_chat()
    assert client.types("hello", "yes", "no", "bob", "//quit", "PING", "exit", "  ", "") == [
        *map(Say, ("hello", "yes", "no", "bob", "/quit", "PING", "exit"))
    ]


def test_some_are_commands() -> None:
    client = in_chat()
    assert client.types("/who", "/msg carol hi", "/join tea", "/quit", "/exit") == [
        ListOnline(),
        SayPrivately("carol", "hi"),
        JoinRoom("tea"),
        QuitChat(),
        Exit(),
    ]


def test_a_chat_asked_for_within_a_chat_is_waited_for_by_nobody() -> None:
    client = in_chat()
    assert client.types("/chat carol") == []
    assert (client.heard, client.answered) == (["You are in a chat with bob. /quit leaves it."], [])


def test_who_quits_knows_that_the_chat_is_over() -> None:
    client = in_chat()
    assert client.types("/quit") == [QuitChat()]
    client.told(ChatEnded("bob", ChatEnd.YOU_LEFT))
    assert client.heard == ["Chat with bob ended: you left."]
    assert client.types("/chat carol") == [AskForChat("carol")]


@pytest.mark.parametrize("word", ["/end", "/QUIT", "/quit "])
def test_who_leaves_by_a_word_that_its_client_does_not_know_is_told(word: str) -> None:
    client = in_chat()
    assert client.types(word) == [QuitChat()]
    client.told(ChatEnded("bob", ChatEnd.YOU_LEFT))
    assert client.heard == ["chat_ended bob ended: you left."]


@pytest.mark.parametrize("reason", ChatEnd)
def test_an_end_of_chat_is_two_words_or_more(reason: ChatEnd) -> None:
    client = in_chat()
    client.told(ChatEnded("bob", reason))
    assert client.heard[0].split()[:2] == ["chat_ended", "bob"]


@pytest.mark.parametrize("line", ["/quit", "/exit", "/chat carol", "yes", "hello", "/who"])
def test_the_line_that_was_being_typed_is_lost(line: str) -> None:
    client = in_chat()
    client.told(left("bob"), ChatRequested("carol", 120))
    client.heard.clear()
    assert client.types(line) == []
    assert (client.heard, client.answered) == ([] if line == "/quit" else [OVER], [])
    assert client.types("yes") == [AcceptChat("carol")]


def test_a_second_line_of_a_chat_that_is_over_reaches_no_room() -> None:
    client = Client(RoomEntered("#tea", 2, ""))
    client.types("/chat bob")
    client.told(ChatStarted("bob", "id"), left("bob"))
    assert client.types("dear bob", "love you") == []
    assert client.heard[-1] == NO_CHAT
    assert client.types("/msg #tea hello") == [SayInRoom("#tea", "hello")]


# It has come back


def back() -> Client:
    return Client(ChatWaits("bob", "id", 60), ChatResumed("bob", "id", 0, "id.2", 0), StreamBegins("bob", "id", 1))


def test_a_resumed_chat_is_offered() -> None:
    client = Client()
    client.told(ChatWaits("bob", "id", 60), ChatResumed("bob", "id", 0, "id.2", 0), StreamBegins("bob", "id", 1))
    assert client.heard == ["Chat with bob goes on.", "want_chat_with_you bob", "bob"]


def test_yes_goes_back_into_it() -> None:
    assert back().types("yes", "yes", "bob", "yes") == [Say("yes")]


def test_so_does_a_chat_with_the_same() -> None:
    client = back()
    assert client.types("/chat BOB") == []
    assert (client.heard, client.answered) == ([], ["start_chat"])
    assert client.types("yes") == [Say("yes")]


def test_a_chat_with_another_does_not() -> None:
    client = back()
    assert client.types("/chat carol") == []
    assert client.answered == ["You are in a chat with bob. /chat bob goes on with it."]


def test_so_does_what_is_simply_said() -> None:
    assert back().types("hello", "yes") == [Say("hello"), Say("yes")]


def test_whoever_has_not_gone_back_types_no_line_of_a_chat_when_it_ends() -> None:
    client = back()
    client.told(left("bob"))
    assert client.heard == ["chat_ended bob left."]
    assert client.types("/chat carol") == [AskForChat("carol")]


# What it is told


def test_what_the_partner_says_has_the_name_in_front() -> None:
    client = in_chat()
    client.told(*(Said("~Bob", text) for text in ("PING", "chat_ended x", "a\nPING", "\x1b[2J", "")))
    assert client.heard == ["Bob: PING", "Bob: chat_ended x", "Bob: a\n  PING", "Bob: ␛[2J", "Bob: "]


@pytest.mark.parametrize(
    ("event", "read"),
    [
        (MessageFrom("bob", 0, "s", 1, "PING"), "bob (private message): PING"),
        (KeptFor("bob", "s", 1), "Kept for bob, who is away."),
        (ChatPaused("bob", 60), "bob's connection is lost; 60 s to come back. You can go on writing."),
        (PartnerResumed("bob", "id"), "bob is back."),
        (Disconnected("bye", "Goodbye!"), "Goodbye!"),
        (RoomSaid("#tea", "bob", 0, 1, "hi"), "#tea bob: hi"),
        (RoomTopic("#tea", "bob", "PING"), "bob says what #tea is about: PING"),
        (RoomEntered("#tea", 1, ""), "You are in #tea, with nobody else. /msg #tea TEXT talks there."),
        (RoomExited("#tea"), "You have left #tea."),
    ],
)
def test_everything_else_is_printed(event: Event, read: str) -> None:
    client = Client()
    client.told(event)
    assert (client.heard, client.answered) == ([read], [])


@pytest.mark.parametrize("event", [Acknowledged(3, 2, "s"), StreamBegins("bob", "s", 1), ChatUnknown("id")])
def test_some_things_need_no_words(event: Event) -> None:
    client = Client()
    client.told(event)
    assert (client.heard, client.answered) == ([], [])


def test_help_comes_as_one_message() -> None:
    client = Client()
    assert client.types("/help") == []
    [text] = client.heard
    assert text.startswith("You can type:\n  /chat NAME")


SIGNALS = ("PING", "chat_ended x", "want_chat_with_you x", "start_chat", "AUTH_SUCCESS")


@given(text=st.lists(st.sampled_from([*SIGNALS, "ü", "€" * 300, "\n", "a" * 500])).map(" ".join))
@pytest.mark.parametrize("make", [lambda text: Said("bob", text), lambda text: RoomTopic("#tea", "bob", text)])
def test_whatever_somebody_types_is_no_signal_and_no_message_too_long(make: Callable[[str], Event], text: str) -> None:
    client = in_chat()
    client.told(make(text))
    for message in client.heard:
        assert len(message.encode()) <= MESSAGE_LIMIT
        assert message.split()[0] not in {"PING", "chat_ended", "want_chat_with_you", "start_chat", "AUTH_SUCCESS"}
        assert message == message.rstrip("\n")


@given(reads=st.lists(st.binary(max_size=20) | st.sampled_from([b"yes", b"bob", b"/chat bob", b"/quit"]), max_size=8))
def test_no_read_ends_anything(reads: list[bytes]) -> None:
    client = asked("bob")
    for read in reads:
        for socket in (client.login, client.chat, client.check):
            for command in socket.receive_data(read):
                assert isinstance(command, (PeerError, *get_args(Command)))


def test_what_a_front_door_of_such_clients_is() -> None:
    socket = SimpleChat().socket(HOST, PORT)
    assert (socket.hears_itself, socket.watches, socket.lobby, socket.greet()) == (False, False, False, ())
    assert socket.hears(Probe())
