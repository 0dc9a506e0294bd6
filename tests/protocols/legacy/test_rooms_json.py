"""System 001: rooms in JSON, one at a time; the server asks for the nickname."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.chat import AcceptChat, AskForChat, ComeIn, Command, Exit, NoCommand, QuitChat, Say
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SayInRoom, SayPrivately
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import (
    ChatEnded,
    ChatRequested,
    ChatStarted,
    Disconnected,
    Event,
    LoggedIn,
    LoginDenied,
    MessageFrom,
    PeopleOnline,
    Probe,
    Recalled,
    Refused,
    RequestAnswered,
    Said,
)
from duologue.core.events.people import BlockedListed, PersonDescribed, State, YouAre
from duologue.core.events.rooms import (
    RoomEntered,
    RoomExited,
    RoomJoined,
    RoomLeft,
    RoomListed,
    RoomMembers,
    RoomSaid,
    RoomsListed,
    RoomTopic,
)
from duologue.core.requests import ChatEnd, RequestState
from duologue.protocols.legacy.rooms_json import PIECE, RoomsJsonCodec
from duologue.protocols.legacy.rooms_json_wire import JSON_LIMIT

KNOWN = set(
    "NICK_REQUEST NICK_ACCEPTED NICK_ERROR ROOM_JOINED ROOM_LEFT PUBLIC_MSG PRIVATE_MSG USER_JOINED USER_LEFT "
    "LIST_RESPONSE ERROR".split()
)


class Peer:
    """The server's end of one socket, which lets everybody in but alice, and into every room but #locked."""

    def __init__(self) -> None:
        self.here = {"alice", "bob", "Carol"}
        self.codec = RoomsJsonCodec(lambda: "12:00:00", lambda name: name in self.here)
        self.heard: list[Command | str] = []
        self.told: list[tuple[str, str]] = []

    def receive(self, *reads: bytes) -> list[Command | str]:
        for read in reads:
            for command in self.codec.receive_data(read):
                self.heard.append(command.code if isinstance(command, PeerError) else command)
                self._carry_out(command)
        return self.heard

    def says(self, word: str, content: str = "") -> list[Command | str]:
        self.heard.clear()
        self.told.clear()
        return self.receive(command(word, content))

    def tell(self, event: Event) -> list[tuple[str, str]]:
        messages = [json.loads(message) for message in self.codec.encode(event)]
        assert all(message["timestamp"] == "12:00:00" for message in messages)
        self.told += [(message["type"], message["content"]) for message in messages]
        return self.told[len(self.told) - len(messages) :]

    def _carry_out(self, command: Command | PeerError) -> None:
        match command:
            case ComeIn("alice"):
                self.tell(LoginDenied("taken", "alice is taken."))
            case ComeIn(name):
                self.tell(LoggedIn("", f"~{name or 'Guest-5'}"))
                self.tell(PeopleOnline(("alice", f"~{name}", "~Carol")))
            case JoinRoom("locked"):
                self.tell(Refused("bad_password", "That is not the room's password."))
            case JoinRoom(room):
                self.tell(RoomEntered(f"#{room}", 1, ""))
            case PartRoom(room):
                self.tell(RoomExited(room))


def command(word: str, content: str = "") -> bytes:
    return json.dumps({"command": word, "content": content}).encode()


def bob(*events: Event) -> Peer:
    peer = Peer()
    peer.receive(b"bob")
    for event in events:
        peer.tell(event)
    peer.heard.clear()
    peer.told.clear()
    return peer


IN_TEA = RoomEntered("#tea", 1, "")


def test_it_joins_rooms_itself_and_watches_who_is_here() -> None:
    door = RoomsJsonCodec(lambda: "12:00:00", bool)
    assert (door.hears_itself, door.watches, door.lobby) == (False, True, False)


def test_the_server_asks_first() -> None:
    [message] = RoomsJsonCodec(lambda: "09:05:01", bool).greet()
    assert json.loads(message) == {
        "type": "NICK_REQUEST",
        "content": "Enter your nickname",
        "timestamp": "09:05:01",
    }


def test_the_nickname_comes_bare() -> None:
    peer = Peer()
    assert peer.receive("bob é".encode()) == [ComeIn("bob é")]
    assert peer.told == [("NICK_ACCEPTED", "You are bob é.".replace(" é", "<U+0020>é"))]


def test_a_denied_nickname() -> None:
    peer = Peer()
    assert peer.receive(b"alice") == [ComeIn("alice")]
    assert peer.told == [("NICK_ERROR", "alice is taken.")]


@pytest.mark.parametrize("gap", [b"", b"\n"])
def test_a_command_glued_to_the_nickname(gap: bytes) -> None:
    assert Peer().receive(b"bob" + gap + command("JOIN", "tea") + command("MSG", "hi")) == [
        ComeIn("bob"),
        JoinRoom("tea"),
        SayInRoom("#tea", "hi"),
    ]


def test_what_is_glued_to_a_denied_nickname_is_nothing() -> None:
    assert Peer().receive(b"alice" + command("MSG", "hi")) == [ComeIn("alice")]


def test_an_empty_nickname() -> None:
    """Nothing is sent for it, so the first command comes first."""
    assert Peer().receive(command("JOIN", "tea")) == [ComeIn(""), JoinRoom("tea")]


def test_half_a_command_is_no_nickname_and_a_whole_one_is_an_empty_nickname() -> None:
    """Whoever could come in by the first byte of a command would have no deadline any more."""
    peer = Peer()
    peer.receive(b"{")
    assert peer.heard == []
    peer.receive(b'"command": "LIST"')
    assert peer.heard == []
    peer.receive(b"}")
    assert peer.heard == [ComeIn(""), ListRooms()]


def test_a_command_that_has_begun_is_unfinished_until_it_ends() -> None:
    peer = Peer()
    peer.receive(b"Rosa")
    assert peer.codec.unfinished == 0
    numbers = []
    for read in (b'{"command"', b': "LIST', b'"}{', b'"command": "LIST"}'):
        peer.receive(read)
        numbers.append(peer.codec.unfinished)
    assert numbers[0] == numbers[1] != numbers[2] != 0
    assert numbers[3] == 0


def test_a_nickname_cut_within_a_character() -> None:
    whole = "é".encode()
    assert Peer().receive(whole[:1], whole[1:]) == [ComeIn("é")]


@given(st.lists(st.integers(0, 300), max_size=20))
def test_any_split_gives_the_same_commands(cuts: list[int]) -> None:
    data = b"".join(command(*said) for said in [("JOIN", "tea"), ("MSG", 'a{"b": "\\'), ("msg", "日本"), ("LIST", "")])
    bounds = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    reads = [data[start:end] for start, end in pairwise(bounds)]
    assert bob().receive(*reads) == [
        JoinRoom("tea"),
        SayInRoom("#tea", 'a{"b": "\\'),
        SayInRoom("#tea", "日本"),
        ListRooms(),
    ]


# Rooms


def test_joining_and_leaving() -> None:
    peer = bob()
    assert peer.says("JOIN", "tea") == [JoinRoom("tea")]
    assert peer.told == [("ROOM_JOINED", "You are in the room: tea")]
    assert peer.says("LEAVE") == [PartRoom("#tea")]
    assert peer.told == [("ROOM_LEFT", "You have left tea.")]
    assert peer.says("LEAVE") == ["no_room"]


@pytest.mark.parametrize("topic", ["", "green: tea", "日本: 茶"])
def test_the_content_of_room_joined_ends_in_the_room_with_one_colon(topic: str) -> None:
    (kind, content), *more = bob().tell(RoomEntered("#tea.2", 7, topic))
    assert kind == "ROOM_JOINED"
    assert content.count(": ") == 1
    assert content.split(": ")[1] == "tea.2"
    assert more == ([("LIST_RESPONSE", f"tea.2 is about: {topic}")] if topic else [])


def test_joining_another_room_is_leaving_the_first_without_a_word_that_would_confuse_the_client() -> None:
    """It takes ROOM_LEFT for its being in no room."""
    peer = bob(IN_TEA)
    assert peer.says("JOIN", "cake secret word") == [JoinRoom("cake", "secret word"), PartRoom("#tea")]
    assert peer.told == [("ROOM_JOINED", "You are in the room: cake")]
    assert peer.says("MSG", "hi") == [SayInRoom("#cake", "hi")]


def test_who_is_not_let_in_stays_in_the_first() -> None:
    peer = bob(IN_TEA)
    assert peer.says("JOIN", "locked") == [JoinRoom("locked")]
    assert peer.told == [("ERROR", "That is not the room's password.")]
    assert peer.says("MSG", "hi") == [SayInRoom("#tea", "hi")]


def test_joining_the_same_room_again_leaves_nothing() -> None:
    assert bob(IN_TEA).says("JOIN", "tea") == [JoinRoom("tea")]


def test_a_join_that_takes_its_time_leaves_the_first_room_by_the_next_command() -> None:
    peer = bob(IN_TEA)
    peer.tell(RoomEntered("#slow", 1, ""))
    heard = [RoomSaid(room, "alice", 1, 1, "hi") for room in ("#tea", "#slow")]
    assert [peer.codec.hears(event) for event in heard] == [False, True]
    assert peer.says("MSG", "hi") == [SayInRoom("#slow", "hi"), PartRoom("#tea")]
    assert peer.says("MSG", "hi") == [SayInRoom("#slow", "hi")]


def test_in_no_room() -> None:
    peer = bob()
    [error] = peer.codec.receive_data(command("MSG", "hi"))
    assert isinstance(error, PeerError)
    assert error.text == "You are in no room. JOIN ROOM comes into one."


# Messages


def test_a_message_is_private_only_behind_the_exact_name_of_somebody_online() -> None:
    peer = bob(IN_TEA)
    said = ["alice:hi", "alice: hi : you", "Carol: hi", "note: milk", "carol: hi", "alice : hi", "Alice: hi", ": hi"]
    assert [peer.says("MSG", text)[0] for text in said] == [
        SayPrivately("alice", "hi"),
        SayPrivately("alice", "hi : you"),
        SayPrivately("Carol", "hi"),
        *(SayInRoom("#tea", text) for text in said[3:]),
    ]
    peer.here = {"note"}
    assert peer.says("MSG", "note: milk") == [SayPrivately("note", "milk")]
    assert peer.says("MSG", "alice: hi") == [SayInRoom("#tea", "alice: hi")]


def test_a_private_message_needs_no_room_and_a_text() -> None:
    assert bob().says("MSG", "alice: hi") == [SayPrivately("alice", "hi")]
    assert bob(IN_TEA).says("MSG", "alice: ") == []


@pytest.mark.parametrize(
    "text",
    [
        '{"type": "ROOM_LEFT", "content": "x"}',
        '{"command": "LEAVE"}',
        "[USERS]:a",
        "NICKNAME",
        "yes",
        "chat_ended x",
        '"}{',
        "LEAVE",
    ],
)
def test_what_looks_like_a_command_or_a_signal_is_text(text: str) -> None:
    peer = bob(IN_TEA)
    assert peer.says("MSG", text) == [SayInRoom("#tea", text)]
    assert peer.tell(RoomSaid("#tea", "alice", 1, 1, text)) == [("PUBLIC_MSG", f"alice: {text}")]


@pytest.mark.parametrize(
    ("word", "content", "code"),
    [
        ("JOIN", "", "bad_command"),
        ("MSG", " ", "bad_command"),
        ("DANCE", "x", "unknown_command"),
        ("", "", "unknown_command"),
    ],
)
def test_mistakes(word: str, content: str, code: str) -> None:
    assert bob(IN_TEA).says(word, content) == [code]


def test_a_mistake_does_not_end_what_follows() -> None:
    assert bob(IN_TEA).receive(b'{"command": 1}[1]' + command("MSG", "hi") + b"rubbish") == [
        "bad_json",
        "bad_json",
        SayInRoom("#tea", "hi"),
        "bad_json",
    ]


def test_what_never_ends_ends_the_connection() -> None:
    with pytest.raises(FatalPeerError):
        bob().receive(b'{"a": "' + b"x" * JSON_LIMIT)


@given(st.lists(st.binary(max_size=50), max_size=8))
def test_any_bytes_whatever_are_taken(reads: list[bytes]) -> None:
    for found in Peer().receive(*reads):
        assert str(found)


def test_leaving() -> None:
    assert bob().says("QUIT") == [Exit()]


# Lists and help


def test_users_and_rooms_come_in_one_list() -> None:
    peer = bob()
    assert peer.says("LIST") == [ListRooms()]
    peer.tell(RoomListed("#lobby", 0, False, ""))
    peer.tell(RoomListed("#tea", 2, True, ""))
    assert peer.told == []
    assert peer.tell(RoomsListed(2)) == [
        ("LIST_RESPONSE", "Users: alice, bob, Carol\n  Rooms:\n  #lobby (0)\n  #tea (2, with a password)")
    ]


def test_long_lists_still_come_in_one_and_say_how_many_more() -> None:
    peer = bob(PeopleOnline(tuple(f"user{number:04}" for number in range(5_000))))
    for number in range(5_000):
        peer.tell(RoomListed(f"#room{number:04}", 2, False, 'about "tea"'))
    [(kind, content)] = peer.tell(RoomsListed(5_000))
    assert kind == "LIST_RESPONSE"
    users, rooms = content.split("\n", 1)
    assert users.endswith(f"… and {5_000 - users.count('user')} more")
    assert rooms.endswith(f"… and {5_000 - rooms.count('#room')} more")


def test_help() -> None:
    peer = bob()
    [error] = peer.codec.receive_data(command("HELP"))
    assert isinstance(error, PeerError)
    [(kind, content)] = peer.tell(Refused(error.code, error.text))
    assert kind == "LIST_RESPONSE"
    assert content.startswith("The commands are JOIN, MSG, LEAVE and LIST.\n")
    assert "MSG /chat NAME" in content


@pytest.mark.parametrize("word", ["/help", "/help people"])
def test_help_after_msg_is_one_message_too(word: str) -> None:
    peer = bob()
    [error] = peer.codec.receive_data(command("MSG", word))
    assert isinstance(error, PeerError)
    [(kind, content)] = peer.tell(Refused(error.code, error.text))
    assert kind == "LIST_RESPONSE"
    assert content.startswith("You can type:\n  MSG /")


def test_actions_and_a_reply() -> None:
    peer = bob(IN_TEA)
    peer.tell(MessageFrom("~Carol", 1, "s", 1, "hi"))
    assert peer.says("MSG", "/me waves") == [SayInRoom("#tea", "/me waves")]
    assert peer.says("MSG", "alice:/me nods") == [SayPrivately("alice", "/me nods")]
    assert peer.says("MSG", "/reply note: milk") == [SayPrivately("~Carol", "note: milk")]


def test_the_list_of_who_is_online_is_the_same_list() -> None:
    assert bob(IN_TEA).says("MSG", "/who") == [ListRooms()]
    assert bob(IN_TEA).says("MSG", "/names") == [ListMembers("#tea")]


# A chat


def test_a_chat_with_words_after_msg() -> None:
    peer = bob(IN_TEA)
    assert peer.says("MSG", "/chat alice") == [AskForChat("alice")]
    assert peer.tell(RequestAnswered("alice", RequestState.OFFLINE)) == [("PRIVATE_MSG", "alice is offline.")]
    assert peer.tell(ChatRequested("alice", 120)) == [
        ("PRIVATE_MSG", "alice wants to chat with you. Type MSG yes or MSG no.")
    ]
    assert peer.says("MSG", "yes") == [AcceptChat("alice")]
    assert peer.tell(ChatStarted("alice", "id")) == [
        ("PRIVATE_MSG", "Chat with alice started: what you type goes to alice alone. MSG /quit leaves the chat.")
    ]
    assert peer.says("MSG", "note: milk") == [Say("note: milk")]
    assert peer.says("MSG", "alice: hi") == [Say("hi")]
    assert peer.tell(Said("alice", "hi")) == [("PRIVATE_MSG", "alice: hi")]
    assert peer.says("MSG", "/quit") == [QuitChat()]
    peer.tell(ChatEnded("alice", ChatEnd.YOU_LEFT))
    assert peer.says("MSG", "hi") == [SayInRoom("#tea", "hi")]


# What is shown


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (RoomSaid("#tea", "~Carol", 1, 1, "a\x1bb"), ("PUBLIC_MSG", "Carol: a␛b")),
        (MessageFrom("~Carol", 1, "s", 1, "hi"), ("PRIVATE_MSG", "Carol: hi")),
        (Recalled(1, 1, "~Carol", "#tea", "hi"), ("PUBLIC_MSG", "(earlier) #tea Carol: hi")),
        (RoomSaid("#tea", "~Carol", 1, 1, "/me waves"), ("PUBLIC_MSG", "* Carol waves")),
        (MessageFrom("~Carol", 1, "s", 1, "/me waves"), ("PRIVATE_MSG", "* Carol waves")),
        (BlockedListed(("alice", "~Carol")), ("LIST_RESPONSE", "Blocked: alice, Carol")),
        (PersonDescribed("~Carol", State.AWAY, 5, True, "x"), ("LIST_RESPONSE", "Carol (guest) is away: x")),
        (YouAre(State.DO_NOT_DISTURB),
         ("PRIVATE_MSG", "Nobody can ask you for a chat now. MSG /back ends that.")),
        (RoomJoined("#tea", "~Carol"), ("USER_JOINED", "Carol has joined the room.")),
        (RoomLeft("#tea", "~Carol"), ("USER_LEFT", "Carol has left the room.")),
        (RoomTopic("#tea", None, "x"), ("LIST_RESPONSE", "#tea is about: x")),
        (RoomMembers("#tea", ("~Carol",)), ("LIST_RESPONSE", "In #tea: Carol")),
        (Refused("code", "No."), ("ERROR", "No.")),
        (Disconnected("shutting_down", "Server is shutting down. Goodbye!"),
         ("ERROR", "Server is shutting down. Goodbye!")),
    ],
)  # fmt: skip
def test_words(event: Event, message: tuple[str, str]) -> None:
    assert bob(IN_TEA).tell(event) == [message]


@pytest.mark.parametrize("event", [Probe(), PeopleOnline(("x",)), RoomExited("#cake")])
def test_what_this_client_knows_nothing_of(event: Event) -> None:
    assert bob(IN_TEA).tell(event) == []


@pytest.mark.parametrize(
    "event", [RoomSaid("#cake", "x", 1, 1, "hi"), RoomJoined("#cake", "x"), RoomLeft("#cake", "x")]
)
def test_what_is_not_for_this_client(event: Event) -> None:
    assert not bob(IN_TEA).codec.hears(event)


@given(st.text(max_size=2000), st.text(max_size=20))
def test_every_message_is_one_json_text_of_a_known_type(text: str, name: str) -> None:
    events: list[Event] = [
        RoomEntered("#tea", 1, text),
        RoomSaid("#tea", name, 1, 1, text),
        MessageFrom(name, 1, "s", 1, text),
        RoomTopic("#tea", name, text),
        Refused("code", text),
        LoginDenied("code", text),
        LoggedIn("", name),
        RoomsListed(3),
    ]
    door = bob(IN_TEA).door
    for event in events:
        for message in door.encode(event):
            assert len(message) < 1024
            found = json.loads(message)
            assert found["type"] in KNOWN
            assert found["type"] != "ROOM_JOINED" or found["content"] == "You are in the room: tea"


def test_others_have_their_turn_while_json_without_end_is_looked_at() -> None:
    user = bob().door
    commands = [*user.receive_data(b'"' * 8 * PIECE)]
    assert commands.count(NoCommand()) == 7
