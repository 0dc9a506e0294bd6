"""Rooms at the real client.py, in a pseudo-terminal, on a real server."""

from __future__ import annotations

from tests.terminal.conftest import Open, log_in
from tests.terminal.programs import TAB, Server, Terminal


def join(terminal: Terminal, room: str) -> None:
    terminal.enter(f"/join {room}")
    terminal.shows(f"You are in #{room}, with")


def test_talking_in_rooms_and_switching(server: Server, open_terminal: Open) -> None:
    alice, bob = (log_in(server, open_terminal, nickname, lines=50) for nickname in ("alice", "bob"))
    join(alice, "tea")
    alice.shows("You are in #tea, with nobody else.\nalice → #tea>")
    bob.enter("/join #Tea")
    bob.shows("You are in #tea, with 1 other person.")
    alice.shows("bob has joined #tea.")
    alice.enter("hello")
    bob.shows("#tea alice: hello\nbob → #tea>")
    bob.paste("one\ntwo")
    bob.enter("")
    alice.shows("#tea bob: one\n                two\nalice → #tea>")
    join(alice, "ops")
    alice.shows("alice → #ops>")
    bob.enter("are you there?")
    alice.shows("#tea bob: are you there?\nalice → #ops>")
    alice.enter("/join tea")
    alice.shows("What you type goes to #tea now.\nalice → #tea>")
    alice.enter("yes")
    bob.shows("#tea alice: yes")
    alice.enter("/topic all about tea")
    bob.shows("alice set the topic of #tea: all about tea")
    bob.enter("/names")
    bob.shows("In #tea: alice, bob")
    alice.enter("/part")
    alice.shows("You have left #tea.\nalice → #ops>")
    bob.shows("alice has left #tea.")


def test_a_chat_beside_a_room(server: Server, open_terminal: Open) -> None:
    alice, bob, carol = (log_in(server, open_terminal, nickname) for nickname in ("alice", "bob", "carol"))
    for terminal in (alice, bob, carol):
        join(terminal, "den")
    alice.enter("/chat bob")
    bob.shows("alice wants to chat with you.")
    bob.enter("yes")
    alice.shows("Chat with bob started. /quit leaves the chat.\nalice → bob>")
    alice.enter("just us")
    bob.shows("alice: just us")
    carol.enter("hello all")
    alice.shows("#den carol: hello all\nalice → bob>")
    alice.enter("/msg #den hello carol")
    carol.shows("#den alice: hello carol")
    alice.enter("/quit")
    alice.shows("alice → #den>")
    assert "just us" not in "\n".join(carol.display)


def test_tab_completes_rooms(server: Server, open_terminal: Open) -> None:
    alice, bob = (log_in(server, open_terminal, nickname) for nickname in ("alice", "bob"))
    join(alice, "chess")
    bob.type("/join ")
    bob.shows("bob> /join")
    bob.enter("ches-club")
    bob.shows("You are in #ches-club")  # the quiet question which rooms there are was answered before that
    bob.type("/join chess" + TAB)
    bob.shows("bob → #ches-club> /join #chess")
    assert "in all." not in "\n".join(bob.display)


def test_a_lost_connection_loses_nothing_that_is_said_in_a_room(own_server: Server, open_terminal: Open) -> None:
    alice, bob = (log_in(own_server, open_terminal, nickname, lines=40) for nickname in ("alice", "bob"))
    alice.enter("/join tea open sesame")
    alice.shows("You are in #tea")
    bob.enter("/join tea open sesame")
    alice.shows("bob has joined #tea.")
    alice.enter("before")
    bob.shows("#tea alice: before")
    own_server.kill()
    for terminal in (alice, bob):
        terminal.shows("what you type is")
    alice.enter("meanwhile")
    alice.shows("alice → #tea> not sent yet")
    own_server.start()
    for terminal in (alice, bob):
        terminal.shows("Reconnected as")
    bob.shows("#tea alice: meanwhile")
    bob.enter("after")
    alice.shows("#tea bob: after")
    assert "\n".join(bob.transcript).count("#tea alice: meanwhile") == 1
    assert "\n".join(bob.transcript).count("#tea alice: before") == 1
