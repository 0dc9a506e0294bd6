"""The real programs for these tests: a server, and terminals that are closed whatever happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.terminal.programs import Server, Terminal, client, running

Open = Callable[..., Terminal]
Pair = tuple[Terminal, Terminal]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests that leave it running."""
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """One for a test that kills it or changes its users."""
    with running(tmp_path) as server:
        yield server


@pytest.fixture
def open_terminal() -> Iterator[Open]:
    terminals: list[Terminal] = []

    def start(port: int, *arguments: str, **how: Any) -> Terminal:
        terminals.append(client(port, *arguments, **how))
        return terminals[-1]

    yield start
    for terminal in terminals:
        terminal.close()


@pytest.fixture
def pair(server: Server, open_terminal: Open) -> Pair:
    """alice and bob in a chat, on clean screens."""
    return in_a_chat(server, open_terminal)


def log_in(server: Server, open_terminal: Open, nickname: str, *arguments: str, **how: Any) -> Terminal:
    """A terminal with the prompt of this person; `how` it is opened."""
    terminal = open_terminal(server.port, "--nickname", nickname, *arguments, **how)
    terminal.shows(f"{nickname}> ")
    return terminal


def log_out(terminal: Terminal) -> None:
    terminal.enter("/exit")
    assert terminal.exit_code() == 0


def in_a_chat(server: Server, open_terminal: Open, columns: int = 80, lines: int = 24, **environ: str) -> Pair:
    alice, bob = (
        open_terminal(server.port, "--nickname", nickname, columns=columns, lines=lines, **environ)
        for nickname in ("alice", "bob")
    )
    alice.shows("alice> ")
    bob.shows("bob> ")
    alice.enter("/chat bob")
    bob.shows("wants to chat")
    bob.enter("yes")
    alice.shows("started")
    bob.shows("started")
    return alice, bob


def say(pair: Pair, *texts: str) -> None:
    """alice says these, and bob sees each."""
    alice, bob = pair
    for text in texts:
        alice.enter(text)
        bob.shows(f"alice: {text}")


def say_and_see_it_stored(alice: Terminal) -> None:
    """Before a server is killed: what it had no time to store, the chat itself too, it does not know afterwards."""
    alice.enter("hi")
    alice.shows("alice → bob> delivered")
    for number in range(1, 100):
        alice.enter("/history")
        alice.shows("message", times=number)
        if any(line == "1 message." for line in alice.transcript):
            break
    alice.enter("/clear")
    alice.shows_not("message")


@pytest.fixture
def keeping_server(tmp_path: Path) -> Iterator[Server]:
    """One that keeps messages."""
    with running(tmp_path, "--history", "on") as server:
        yield server


@pytest.fixture
def keeping_pair(keeping_server: Server, open_terminal: Open) -> Pair:
    """alice and bob in a chat of which messages are kept, on screens as wide as the names of files."""
    return in_a_chat(keeping_server, open_terminal, columns=300)
