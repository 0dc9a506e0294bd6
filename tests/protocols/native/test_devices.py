"""Several devices on the native wire (docs/protocol.md, section 14). That everything comes back as it was is shown with
all other lines in test_commands.py and test_signals.py.
"""

from __future__ import annotations

import pytest

from duologue.core.commands.chat import Command, SocketKind
from duologue.core.commands.devices import Follow, ListConversations, MarkRead
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import Event
from duologue.core.events.devices import (
    ConversationListed,
    ConversationsEnded,
    Cursor,
    Feed,
    Following,
    Kept,
    ReadUpTo,
)
from duologue.protocols.native.commands import (
    LoginSocket,
    encode_command,
    encode_first_line,
    parse_command,
    parse_first_line,
)
from duologue.protocols.native.signals import encode_event, parse_signal


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (Follow(), b"/follow\n"),
        (Follow(70), b"/follow 70\n"),
        (ListConversations(), b"/conversations\n"),
        (ListConversations(70), b"/conversations 70\n"),
        (MarkRead("bob", 70), b"/read bob 70\n"),
        (MarkRead("#tea", 70), b"/read #tea 70\n"),
    ],
)
def test_a_command_is_one_line(command: Command, line: bytes) -> None:
    assert encode_command(command) == line
    assert parse_command(line[:-1]) == command


@pytest.mark.parametrize(
    "line", [b"/follow -1", b"/follow x", b"/follow 1 2", b"/follow ", b"/read bob", b"/read bob -1", b"/read  5"]
)
def test_what_is_no_number_is_refused(line: bytes) -> None:
    with pytest.raises(PeerError) as refused:
        parse_command(line)
    assert refused.value.code == "bad_command"


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Following(70), b"following 70\n"),
        (Following(70, Feed.ANEW), b"following 70 anew\n"),
        (Following(0, Feed.OFF), b"following 0 off\n"),
        (Kept("bob", 70, 9, "alice", "s", 2, "a b"), b"kept bob 70 9 alice s 2 :a b\n"),
        (Kept("#tea", 70, 9, "bob", "s", 2, ""), b"kept #tea 70 9 bob s 2 :\n"),
        (Cursor(70), b"cursor 70\n"),
        (ConversationListed("bob", 70, 9, 3, 60, "alice", "a b"), b"conversation bob 70 9 3 60 alice :a b\n"),
        (ConversationsEnded(), b"conversations_ended\n"),
        (ConversationsEnded(70), b"conversations_ended 70\n"),
        (ReadUpTo("bob", 70, 3), b"read_upto bob 70 3\n"),
    ],
)
def test_an_event_is_one_line(event: Event, line: bytes) -> None:
    assert encode_event(event) == line
    assert parse_signal(line[:-1]) == event


@pytest.mark.parametrize(
    "line",
    [b"following", b"following 1 sometimes", b"kept bob 1 2 alice s :x", b"cursor", b"cursor x", b"read_upto bob 1"],
)
def test_what_no_server_says_is_told_apart(line: bytes) -> None:
    with pytest.raises(FatalPeerError):
        parse_signal(line)


def test_a_login_socket_may_name_its_device() -> None:
    assert parse_first_line(b"duologue/1 login_socket") == LoginSocket()
    assert parse_first_line(b"duologue/1 login_socket a-B_9") == LoginSocket("a-B_9")
    assert encode_first_line(SocketKind.LOGIN, "a-B_9") == b"duologue/1 login_socket a-B_9\n"


@pytest.mark.parametrize("device", ["a" * 65, "a.b", "\u00e4", "", "a b"])
def test_a_device_of_other_characters_or_length_is_refused(device: str) -> None:
    with pytest.raises(FatalPeerError):
        parse_first_line(f"duologue/1 login_socket {device}".encode())
