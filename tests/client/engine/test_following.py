"""Following in one session, from the wire: what others say is told once, and acknowledged (docs/protocol.md, 14)."""

from __future__ import annotations

import pytest

from duologue.client.engine.memory import Memory
from duologue.client.engine.session import ClientSession
from duologue.client.events import Happening, MessageKept, SaidElsewhere
from duologue.core.commands.chat import SocketKind
from duologue.core.events.devices import ConversationsEnded, Cursor, Feed, Following

LOGIN, CHAT, CHECK = SocketKind.LOGIN, SocketKind.CHAT, SocketKind.CHECK


@pytest.fixture
def memory() -> Memory:
    return Memory(device="desk")


def attached(memory: Memory) -> ClientSession:
    session = ClientSession(memory)
    session.first_lines("alice")
    [*session.receive_data(LOGIN, b"AUTH_SUCCESS token alice\n"), *session.receive_data(CHECK, b"PONG 0 0\n")]
    return session


def follows(memory: Memory) -> ClientSession:
    session = attached(memory)
    heard(session, "following 5 anew")
    session.data_to_send()
    return session


def heard(session: ClientSession, *lines: str) -> list[Happening]:
    return [event for line in lines for event in session.receive_data(CHAT, f"{line}\n".encode())]


def test_a_device_is_named_and_follows(memory: Memory) -> None:
    assert ClientSession(memory).first_lines("alice") == b"duologue/1 login_socket desk\nalice\n"
    session = attached(memory)
    assert session.data_to_send()[CHAT] == b"/follow\n"
    assert heard(session, "following 5 anew", "cursor 9") == [Following(5, Feed.ANEW), Cursor(9)]
    assert attached(memory).data_to_send()[CHAT] == b"/follow 9\n"


def test_who_is_no_device_does_not_follow() -> None:
    memory = Memory()
    assert ClientSession(memory).first_lines("alice") == b"duologue/1 login_socket\nalice\n"
    assert attached(memory).data_to_send()[CHAT] == b""


def test_it_follows_after_it_has_asked_for_its_chat(memory: Memory) -> None:
    heard(follows(memory), "start_chat bob c")
    assert attached(memory).data_to_send()[CHAT] == b"/resume c c 0 c 0\n/follow 5\n"


def test_what_waited_has_arrived_when_the_list_is_there(memory: Memory) -> None:
    session = attached(memory)
    heard(session, "following 5 anew")
    assert session.data_to_send()[CHECK] == b""
    assert [*session.receive_data(LOGIN, b"conversations_ended\n")] == [ConversationsEnded()]
    assert session.data_to_send()[CHECK] == b"PING 5 *\n"
    [*session.receive_data(LOGIN, b"conversations_ended\n")]
    assert session.data_to_send()[CHECK] == b""


def test_what_was_told_from_the_cursor_on_is_not_acknowledged_as_a_whole(memory: Memory) -> None:
    session = attached(memory)
    heard(session, "following 5")
    [*session.receive_data(LOGIN, b"conversations_ended\n")]
    assert session.data_to_send()[CHECK] == b""


def test_where_no_history_is_kept_it_does_not_follow(memory: Memory) -> None:
    session = attached(memory)
    assert heard(session, "following 0 off") == [Following(0, Feed.OFF)]
    assert memory.others.device == ""
    assert ClientSession(memory).first_lines("alice") == b"duologue/1 login_socket desk\nalice\n"


def test_a_message_of_somebody_is_told_once_and_acknowledged(memory: Memory) -> None:
    session = follows(memory)
    line = "kept bob 6 99 bob abc 1 :hi"
    assert heard(session, line, line) == [MessageKept("bob", 99, "abc", 1, "hi", 6)]
    session.finished()
    assert session.ping() == b"PING 1 abc\n"
    session = follows(memory)
    assert heard(session, line) == []
    assert session.ping() == b"PING 1 abc\n"


def test_a_chat_that_this_device_held_and_another_holds_now_is_counted_on(memory: Memory) -> None:
    session = follows(memory)
    heard(session, "start_chat bob c", ":one")
    session.finished()
    assert heard(session, "kept bob 6 99 bob c 1 :one", "kept bob 7 99 bob c 2 :two") == [
        MessageKept("bob", 99, "c", 2, "two", 7)
    ]


def test_a_long_message_comes_in_parts_and_is_whole(memory: Memory) -> None:
    assert heard(follows(memory), "text_part :one ", "kept bob 6 99 bob abc 1 :two") == [
        MessageKept("bob", 99, "abc", 1, "one two", 6)
    ]


def test_what_we_say_elsewhere_is_told_once_and_what_we_say_here_is_not(memory: Memory) -> None:
    session = follows(memory)
    session.messages.mail.write(memory.new_letter("bob", "from here"))
    [letter] = memory.letters
    here = f"kept bob 6 99 alice {letter.stream} 1 :from here"
    elsewhere = "kept bob 7 99 alice xyz 1 :from elsewhere"
    assert heard(session, here, elsewhere, elsewhere) == [SaidElsewhere("bob", "alice", 99, 7, "from elsewhere")]
    heard(session, "start_chat carol c")
    assert heard(session, "kept carol 8 99 alice c 1 :in a chat") == []


def test_a_room_tells_of_itself(memory: Memory) -> None:
    assert heard(follows(memory), "kept #tea 6 99 bob abc 1 :hi") == []
