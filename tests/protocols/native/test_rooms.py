"""Rooms on the native wire (docs/protocol.md, section 12). That everything comes back as it was, and what no line is
allowed to be, is shown with all other lines in test_native_commands.py and test_native_signals.py.
"""

from __future__ import annotations

import pytest

from duologue.core.commands.chat import Command
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SetTopic
from duologue.core.errors import FatalPeerError, PeerError
from duologue.core.events.chat import Event
from duologue.core.events.rooms import (
    RoomEntered,
    RoomExited,
    RoomJoined,
    RoomLeft,
    RoomListed,
    RoomMembers,
    RoomMissed,
    RoomSaid,
    RoomsListed,
    RoomTopic,
)
from duologue.protocols.native.commands import encode_command
from duologue.protocols.native.signals import encode_event, parse_signal


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (JoinRoom("#tea"), b"/join #tea\n"),
        (JoinRoom("#tea", "open sesame"), b"/join #tea open sesame\n"),
        (PartRoom("#tea"), b"/part #tea\n"),
        (ListRooms(), b"/rooms\n"),
        (ListRooms("#tea"), b"/rooms #tea\n"),
        (ListMembers("#tea"), b"/names #tea\n"),
        (ListMembers("#tea", "bob"), b"/names #tea bob\n"),
        (SetTopic("#tea"), b"/topic #tea\n"),
        (SetTopic("#tea", "all about tea"), b"/topic #tea :all about tea\n"),
        (SetTopic("#tea", ""), b"/topic #tea :\n"),
    ],
)
def test_what_a_client_asks(command: Command, line: bytes) -> None:
    assert encode_command(command) == line


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        (RoomEntered("#tea", 3, "all about tea"), b"room_entered #tea 3 :all about tea\n"),
        (RoomEntered("#tea", 1, ""), b"room_entered #tea 1 :\n"),
        (RoomExited("#tea"), b"room_exited #tea\n"),
        (RoomJoined("#tea", "~Bob"), b"room_joined #tea ~Bob\n"),
        (RoomLeft("#tea", "bob"), b"room_left #tea bob\n"),
        (RoomSaid("#tea", "bob", 1700000000, 77, "hi\nyou"), b"room_said #tea bob 1700000000 77 :hi\vyou\n"),
        (RoomMissed("#tea", 7), b"room_missed #tea 7\n"),
        (RoomTopic("#tea", "bob", "tea"), b"room_topic #tea bob :tea\n"),
        (RoomTopic("#tea", None, ""), b"room_topic #tea :\n"),
        (RoomMembers("#tea", ("alice", "~Bob")), b"room_members #tea alice ~Bob\n"),
        (RoomMembers("#tea", ("alice",), more=7), b"room_members_part #tea 7 alice\n"),
        (RoomListed("#tea", 3, True, "tea"), b"room_listed #tea 3 locked :tea\n"),
        (RoomListed("#milk", 1, False, ""), b"room_listed #milk 1 open :\n"),
        (RoomsListed(2), b"rooms_listed 2\n"),
    ],
)
def test_what_the_server_says(event: Event, lines: bytes) -> None:
    assert encode_event(event) == lines
    assert parse_signal(lines[:-1]) == event


def test_a_long_room_message_comes_in_parts() -> None:
    *before, last = encode_event(RoomSaid("#tea", "bob", 1, 2, "x" * 9000)).splitlines()
    assert all(line.startswith(b"text_part :") for line in before)
    assert last.startswith(b"room_said #tea bob 1 2 :")
    assert sum(line.count(b"x") for line in before) - len(before) + last.count(b"x") == 9000


@pytest.mark.parametrize(
    "line",
    [
        b"room_entered #tea :about",
        b"room_said #tea bob 1 2",
        b"room_said #tea bob 1 :hi",
        b"room_topic #tea bob",
        b"room_listed #tea 3 ajar :about",
        b"room_members",
        b"rooms_listed",
        b"rooms_listed 3 ",
        b"room_members_part #tea",
        b"room_joined #tea",
    ],
)
def test_what_no_server_says(line: bytes) -> None:
    with pytest.raises(FatalPeerError, match="unknown_signal"):
        parse_signal(line)


def test_a_line_break_is_no_part_of_a_password_or_topic() -> None:
    for command in (JoinRoom("#tea", "a\nb"), SetTopic("#tea", "a\nb")):
        with pytest.raises(PeerError, match="bad_command"):
            encode_command(command)
