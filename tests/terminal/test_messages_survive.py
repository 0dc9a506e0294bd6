"""Nothing that was typed is lost and nothing is shown twice, whoever is killed: the real programs in terminals."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.terminal.conftest import Open, in_a_chat, log_in, log_out, say, say_and_see_it_stored
from tests.terminal.programs import Server, Terminal, running

MANY = 200


def said_by(speaker: str, terminal: Terminal) -> list[str]:
    found = (re.fullmatch(rf"{speaker}( \(.*?\))?: (.*)", line) for line in terminal.transcript)
    return [match[2] for match in found if match]


@pytest.fixture
def impatient_server(tmp_path: Path) -> Iterator[Server]:
    """One that waits for nobody for long."""
    with running(tmp_path, "--grace", "1") as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> dict[str, Any]:
    """Where the clients of a test remember."""
    return {"XDG_DATA_HOME": str(tmp_path / "home")}


def write_to_somebody_away(writer: Terminal, nickname: str, text: str) -> None:
    writer.enter(f"/msg {nickname} {text}")
    writer.shows(f"Kept for {nickname}, who is away.")


def come_back(server: Server, open_terminal: Open, nickname: str, home: dict[str, Any]) -> Terminal:
    return open_terminal(server.port, "--nickname", nickname, **home)


def test_the_server_is_killed_while_much_is_said(own_server: Server, open_terminal: Open) -> None:
    alice, bob = in_a_chat(own_server, open_terminal, lines=2 * MANY)
    say_and_see_it_stored(alice)
    for number in range(MANY):
        alice.enter(f"line {number}")
        if number == MANY // 2:
            bob.shows("alice: line 9")
            own_server.kill()
    alice.shows("Connection lost")
    own_server.start()
    bob.shows(f"alice: line {MANY - 1}")
    assert said_by("alice", bob) == ["hi", *(f"line {number}" for number in range(MANY))]
    alice.shows("alice → bob> delivered")


def test_a_client_that_is_killed_goes_on_and_shows_nothing_twice(
    own_server: Server, open_terminal: Open, home: dict[str, Any]
) -> None:
    alice, bob = in_a_chat(own_server, open_terminal, **home)
    bob.enter("before")
    alice.shows("bob: before")
    say((alice, bob), "first")
    bob.shows("bob → alice> ")
    alice.send_signal(signal.SIGKILL)
    bob.shows("alice lost the connection and has ")
    bob.enter("are you there?")
    bob.shows("bob → alice> stored")
    alice = come_back(own_server, open_terminal, "alice", home)
    alice.shows("Chat with bob goes on.")
    alice.shows("bob: are you there?")
    bob.shows("alice is back.")
    bob.shows("bob → alice> delivered")
    say((alice, bob), "second")
    assert said_by("bob", alice) == ["are you there?"]
    assert said_by("alice", bob) == ["first", "second"]


def test_what_was_entered_goes_out_when_the_killed_client_runs_again(
    own_server: Server, open_terminal: Open, home: dict[str, Any]
) -> None:
    alice, bob = in_a_chat(own_server, open_terminal, **home)
    say_and_see_it_stored(alice)
    own_server.kill()
    alice.shows("Connection lost")
    alice.enter("last words")
    alice.shows("alice → bob> last words\nalice → bob> not sent yet")
    alice.send_signal(signal.SIGKILL)
    own_server.start()
    bob.shows("Reconnected as bob.")
    come_back(own_server, open_terminal, "alice", home).shows("Chat with bob goes on.")
    bob.shows("alice: last words")
    assert said_by("alice", bob) == ["hi", "last words"]


def test_when_nobody_comes_back_in_time_the_rest_waits_in_the_mailbox(
    impatient_server: Server, open_terminal: Open, home: dict[str, Any]
) -> None:
    alice, bob = in_a_chat(impatient_server, open_terminal, **home)
    say((alice, bob), "this arrives")
    alice.shows("alice → bob> delivered")
    bob.send_signal(signal.SIGKILL)
    alice.shows("bob lost the connection and has 1 s to return. You can go on writing.")
    alice.enter("are you there?")
    alice.enter("well then")
    alice.shows("Chat with bob ended: the connection to bob was lost.")
    alice.shows("2 messages that bob did not get were put into their mailbox.")
    bob = come_back(impatient_server, open_terminal, "bob", home)
    bob.shows("Chat with alice ended: the connection was lost for too long.")
    bob.shows("Unread: alice ")
    bob.enter("/unread")
    bob.shows("alice: are you there?")
    bob.shows("alice: well then")
    bob.shows("that had not been read.")
    assert said_by("alice", bob)[-2:] == ["are you there?", "well then"]


def test_a_message_for_somebody_who_is_away(server: Server, open_terminal: Open, home: dict[str, Any]) -> None:
    alice = log_in(server, open_terminal, "alice", **home)
    write_to_somebody_away(alice, "bob", "see you at noon")
    bob = open_terminal(server.port, "--nickname", "bob", **home)
    bob.shows("/unread shows them.")
    bob.enter("/unread")
    bob.shows("alice: see you at noon")
    bob.shows("that had not been read.")
    assert any(re.fullmatch(r"\d\d:\d\d alice: see you at noon", line) for line in bob.display)
    alice.shows("bob has your message: “see you at noon”")
    alice.enter("/msg bob and now")
    bob.shows("alice (to you): and now")
    alice.shows("bob has your message: “and now”")
    log_out(bob)
    bob = log_in(server, open_terminal, "bob", **home)
    bob.enter("/who")
    bob.shows("Online: ")
    assert "noon" not in "\n".join(bob.display)


def test_its_sender_hears_of_it_at_a_later_login(server: Server, open_terminal: Open, home: dict[str, Any]) -> None:
    carol = log_in(server, open_terminal, "carol", **home)
    write_to_somebody_away(carol, "dave", "call me")
    log_out(carol)
    dave = open_terminal(server.port, "--nickname", "dave", **home)
    dave.shows("Unread: carol 1.")
    log_out(dave)
    carol = open_terminal(server.port, "--nickname", "carol", **home)
    carol.shows("dave has your message: “call me”")


def test_a_message_that_is_refused_says_why(server: Server, open_terminal: Open) -> None:
    alice = log_in(server, open_terminal, "alice")
    alice.enter("/msg nobody hello")
    alice.shows("Your message to nobody was not kept.")
    alice.enter("/msg alice hello")
    alice.shows("Your message to alice was not kept.")
