"""People on the native wire (docs/protocol.md, section 13). That everything comes back as it was, and what no line is
allowed to be, is shown with all other lines in test_native_commands.py and test_native_signals.py.
"""

from __future__ import annotations

import pytest

from duologue.core.commands.chat import Command
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
from duologue.core.errors import FatalPeerError
from duologue.core.events.chat import Event
from duologue.core.events.people import (
    AskingAllowed,
    BlockedListed,
    PeopleListed,
    PersonBlocked,
    PersonDescribed,
    PersonUnblocked,
    Presence,
    State,
    YouAre,
)
from duologue.protocols.native.commands import encode_command
from duologue.protocols.native.signals import encode_event, parse_signal


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (GoAway("back at noon"), b"/away back at noon\n"),
        (GoAway(" back\n at  noon "), b"/away back at noon\n"),
        (GoAway(), b"/away\n"),
        (DoNotDisturb(), b"/dnd\n"),
        (ComeBack(), b"/back\n"),
        (WhoIs("bob"), b"/whois bob\n"),
        (ListPeople(), b"/people\n"),
        (WatchPeople(True), b"/watch on\n"),
        (WatchPeople(False), b"/watch off\n"),
        (Block("bob"), b"/block bob\n"),
        (Unblock("bob"), b"/unblock bob\n"),
        (ListBlocked(), b"/blocked\n"),
        (AllowAsking(), b"/allow\n"),
        (AllowAsking(MayAsk.KNOWN), b"/allow known\n"),
    ],
)
def test_what_a_client_asks(command: Command, line: bytes) -> None:
    assert encode_command(command) == line


@pytest.mark.parametrize(
    ("event", "lines"),
    [
        (Presence("bob", State.ONLINE), b"presence bob online\n"),
        (Presence("bob", State.AWAY, "back :at noon"), b"presence bob away :back :at noon\n"),
        (Presence("~Eve", State.IN_CHAT), b"presence ~Eve in_chat\n"),
        (Presence("bob", State.OFFLINE), b"presence bob offline\n"),
        (YouAre(State.DO_NOT_DISTURB), b"you_are dnd\n"),
        (YouAre(State.AWAY, "lunch"), b"you_are away :lunch\n"),
        (PersonDescribed("bob", State.AWAY, 1795217400, False, "lunch"), b"whois bob away 1795217400 account :lunch\n"),
        (PersonDescribed("~Eve", State.ONLINE, 1795217400, True), b"whois ~Eve online 1795217400 guest\n"),
        (PersonDescribed("bob", State.OFFLINE, None, False), b"whois bob offline 0 account\n"),
        (PeopleListed((("alice", State.ONLINE), ("bob", State.AWAY))), b"people alice online bob away\n"),
        (PeopleListed((("bob", State.AWAY),), more=7), b"people_part 7 bob away\n"),
        (PeopleListed(()), b"people\n"),
        (PersonBlocked("bob"), b"blocked bob\n"),
        (PersonUnblocked("bob"), b"unblocked bob\n"),
        (BlockedListed(("bob", "~Eve")), b"blocked_list bob ~Eve\n"),
        (BlockedListed(("bob",), more=7), b"blocked_list_part 7 bob\n"),
        (AskingAllowed(MayAsk.EVERYONE), b"may_ask everyone\n"),
    ],
)
def test_what_the_server_says(event: Event, lines: bytes) -> None:
    assert encode_event(event) == lines
    assert parse_signal(lines[:-1]) == event


@pytest.mark.parametrize(
    "line",
    [
        b"presence bob",
        b"presence bob gone",
        b"presence",
        b"you_are",
        b"you_are late",
        b"whois bob away x account",
        b"whois bob away 1 stranger",
        b"whois bob away 1",
        b"people bob",
        b"people bob gone",
        b"blocked",
        b"may_ask",
        b"may_ask me",
    ],
)
def test_what_no_server_says(line: bytes) -> None:
    with pytest.raises(FatalPeerError):
        parse_signal(line)
