"""One account in several terminals: the real programs, each with a memory of its own."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.terminal.conftest import Open, log_in, log_out
from tests.terminal.programs import Server, Terminal


@pytest.fixture
def home(tmp_path: Path) -> dict[str, Any]:
    """Where the clients of a test remember: on one machine."""
    return {"XDG_DATA_HOME": str(tmp_path / "home")}


def three(server: Server, open_terminal: Open, home: dict[str, Any]) -> tuple[Terminal, Terminal, Terminal]:
    """alice at two terminals and bob, who is in a chat with the first."""
    one, two = (log_in(server, open_terminal, "alice", **home) for _ in range(2))
    bob = log_in(server, open_terminal, "bob", **home)
    bob.enter("/chat alice")
    for terminal in (one, two):
        terminal.shows("bob wants to chat with you.")
    one.enter("yes")
    one.shows("Chat with bob started.")
    two.shows("You have accepted the request of bob on another device.")
    two.shows("Your chat with bob is on another device.")
    return one, two, bob


def test_a_chat_is_seen_on_the_other_terminal_and_goes_on_there(
    own_server: Server, open_terminal: Open, home: dict[str, Any]
) -> None:
    one, two, bob = three(own_server, open_terminal, home)
    one.enter("from one")
    bob.shows("alice: from one")
    two.shows("alice to bob: from one")
    bob.enter("to both")
    one.shows("bob: to both")
    two.shows("bob (to you): to both")
    two.enter("from two")
    bob.shows("alice (to you): from two")
    one.shows("alice to bob: from two")

    one.send_signal(signal.SIGKILL)
    two.shows("has lost its device.")
    two.enter("taken")
    two.shows("Chat with bob goes on.")
    bob.shows("alice: taken")
    bob.enter("there you are")
    two.shows("bob: there you are")

    own_server.kill()
    two.shows("Connection lost")
    two.enter("while it is down")
    own_server.start()
    bob.shows("alice: while it is down")
    said = ("from one", "from two", "taken", "while it is down")
    assert [sum(line.endswith(f": {text}") for line in bob.transcript) for text in said] == [1, 1, 1, 1]


def test_who_held_the_chat_comes_back_to_it_on_another_terminal(
    own_server: Server, open_terminal: Open, home: dict[str, Any]
) -> None:
    one, two, bob = three(own_server, open_terminal, home)
    one.enter("from one")
    bob.shows("alice: from one")
    one.send_signal(signal.SIGKILL)
    two.shows("has lost its device.")
    two.enter("taken")
    bob.shows("alice: taken")
    one = open_terminal(own_server.port, "--nickname", "alice", **home)
    one.shows("Your chat with bob is on another device.")
    one.enter("back")
    bob.shows("alice (to you): back")
    two.shows("alice to bob: back")
    two.enter("/quit")
    one.shows("Your chat with bob on another device is over.")


def test_what_is_unread_is_told_at_the_login_and_read_on_one_is_read_on_all(
    own_server: Server, open_terminal: Open, home: dict[str, Any]
) -> None:
    bob = log_in(own_server, open_terminal, "bob", **home)
    bob.enter("/msg alice see you at noon")
    bob.shows("Kept for alice, who is away.")
    one, two = (open_terminal(own_server.port, "--nickname", "alice", **home) for _ in range(2))
    for terminal in (one, two):
        terminal.shows("Unread: bob 1. /unread shows them.")
    bob.shows("alice has your message: “see you at noon”")
    one.enter("/unread")
    one.shows("bob: see you at noon\n1 message that had not been read.")
    for number in range(1, 100):
        two.enter("/unread")
        two.shows("read.", times=number)
        if any(line == "Nothing is unread." for line in two.transcript):
            break
    two.shows("Nothing is unread.")
    two.enter("/conversations")
    two.shows("bob, bob: see you at noon")


def test_a_plain_terminal_does_the_same(own_server: Server, open_terminal: Open, home: dict[str, Any]) -> None:
    bob = log_in(own_server, open_terminal, "bob", **home)
    bob.enter("/msg alice hello")
    bob.shows("Kept for alice, who is away.")
    alice = open_terminal(own_server.port, "--plain", "--nickname", "alice", **home)
    alice.shows("Unread: bob 1. /unread shows them.")
    alice.enter("/unread")
    alice.shows("bob: hello")
    alice.enter("/conversations")
    alice.shows("1 conversation.")
    log_out(bob)
