"""The chat socket is the conversation, both ways and in one order, and the login socket tells all else: neither waits
for the other (docs/protocol.md, sections 1 and 5).
"""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from math import inf
from pathlib import Path

import pytest

from duologue.core.names import Account
from duologue.protocols.lines import LINE_LIMIT
from duologue.server.chats import bookkeeping
from duologue.server.session import Connection, Session
from tests.scenes.conftest import acknowledges, exits, hears_pong
from tests.stage import UNPAID, Actor, Stage, Wire, opened, until

TIMES = 20
LINES = [f":{number}" for number in range(1, 6)]
LONG = "x" * 1000
SMALL = 8192
"""Bytes that the kernel keeps for somebody who does not read, on either side."""

LIMITS = {**UNPAID, "request_rate": inf, "send_queue": 32 * 1024, "mailbox": 5000, "mailbox_per_sender": 5000}


@pytest.fixture(params=[True, False], ids=["history", "no_history"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=request.param, limits=LIMITS) as stage:
        yield stage


@pytest.fixture
async def keeping(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=True, limits=LIMITS) as stage:
        yield stage


def session_of(stage: Stage, actor: Actor) -> Session:
    return stage.server.hub.directory.sessions_of(actor.nickname)[0]


def keep_little(connection: Connection) -> None:
    """Let the kernel take no more for a socket than its reader leaves in it."""
    connection._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL)  # type: ignore[attr-defined]


def is_live(stage: Stage, sender: str) -> bool:
    [flow] = [flow for (_, name), flow in stage.server.hub.chats.delivery._flows.items() if name == sender]
    return flow.is_live


async def skips_to(wire: Wire, pattern: str) -> list[str]:
    """Read on to a line like this; return the lines before it."""
    skipped = []
    while not re.fullmatch(pattern, line := await wire.line()):
        assert line, f"nothing like {pattern!r} came"
        skipped.append(line)
    return skipped


# What is said before /quit


def three_letters(number: int) -> list[str]:
    """Their streams, others each time."""
    return [f"letters-{number:02}-{letter}" for letter in range(3)]


async def writes(carol: Actor, streams: list[str]) -> None:
    await carol.says(*(f"/msg bob {stream} 1 :hi" for stream in streams))


async def asks(alice: Actor, bob: Actor) -> list[str]:
    """Alice asks while letters come; return what bob's login socket has brought before."""
    await alice.says("/chat bob")
    before = await skips_to(bob.login, "want_chat_with_you alice 120")
    await alice.hears("chat_requested bob 120")
    return before


async def says_all_and_quits(alice: Actor, bob: Actor) -> None:
    """In one segment as soon as the chat begins: it comes as the chat, before the end of it, and nothing after that."""
    await alice.hears("requests_ended bob")
    started = await alice.hears_like(r"start_chat bob (\S+)")
    await alice.says(*LINES, "/quit")
    await bob.chat.hears(f"start_chat alice {started[1]}", *LINES, "chat_ended alice left")
    await alice.chat.hears("chat_ended bob you_left")
    await acknowledges(bob, len(LINES), started[1], alice)


async def has_had(bob: Actor, lines: list[str], streams: list[str], carol: Actor) -> None:
    """These letters and no others, on the login socket alone, `lines` of which were read before; carol hears that."""
    while sum(line.startswith("message_from ") for line in lines) < len(streams):
        lines.append(await bob.login.line())
    await bob.says("/nothing")
    lines += await skips_to(bob.login, "ERROR unknown_command .+")
    letters = [line.split(" ") for line in lines if line.startswith("message_from ")]
    assert [(sender, stream) for _, sender, _, stream, *_ in letters] == [("carol", stream) for stream in streams]
    assert not bob.chat.has_more
    for stream in streams:
        await bob.check.says(f"PING 1 {stream}")
        await hears_pong(carol, f"PONG 1 1 {stream}")


async def test_what_is_said_just_after_the_login_comes_as_the_chat(stage: Stage) -> None:
    """And not as letters, whatever waits in the mailbox."""
    carol = await stage.enters("carol")
    for number in range(TIMES):
        streams = three_letters(number)
        await writes(carol, streams)
        await carol.hears(*(f"kept_for bob {stream} 1" for stream in streams))
        alice, bob = await stage.enters("alice"), await stage.enters("bob")
        before = await asks(alice, bob)
        await bob.says("yes")
        await says_all_and_quits(alice, bob)
        await has_had(bob, before, streams, carol)
        await exits(alice)
        await exits(bob)


async def test_what_is_said_just_after_the_chat_began_comes_as_the_chat(stage: Stage) -> None:
    """And not as letters, though some come at that moment."""
    alice, bob, carol = await stage.enters("alice"), await stage.enters("bob"), await stage.enters("carol")
    for number in range(TIMES):
        streams = three_letters(number)
        before = await asks(alice, bob)
        await writes(carol, streams)
        await bob.says("yes")
        await says_all_and_quits(alice, bob)
        await has_had(bob, before, streams, carol)


# One queue is full


def full(stage: Stage, connection: Connection) -> bool:
    return stage.server.hub.backpressure.is_queue_full(connection)


async def test_mail_that_is_not_read_does_not_put_the_chat_behind(keeping: Stage) -> None:
    """9.2: what waits on the login socket is none of the chat's business."""
    stage, count = keeping, 100
    alice, bob = await stage.enters("alice"), await stage.enters("bob", buffer=SMALL)
    carol = await stage.enters("carol")
    await stage.start_chat(alice, bob)
    login = session_of(stage, bob).login_socket
    keep_little(login)
    for number in range(count):
        carol.chat.writer.write(f"/msg bob letters-{number:04} 1 :{LONG}\n".encode())
    await until(lambda: full(stage, login))
    assert is_live(stage, "alice")
    for number in range(50):
        await alice.says(f":{number}")
        await bob.hears(f":{number}")
        assert is_live(stage, "alice")
    await alice.says("/quit")
    await bob.hears("chat_ended alice left")
    assert full(stage, login)
    for number in range(count):
        await bob.login.hears_like(rf"message_from carol \d+ letters-{number:04} 1 :x+")


async def flood(stage: Stage, alice: Actor, bob: Actor, count: int) -> None:
    """Alice says so much that bob, who does not read the chat, is behind."""
    talk = session_of(stage, bob).chat_socket
    keep_little(talk)
    await alice.says(*(f":{number} {LONG}" for number in range(count)))
    await until(lambda: full(stage, talk))


async def test_a_chat_that_is_not_read_stops_nothing_else(keeping: Stage) -> None:
    """Rooms, people and requests are on the login socket."""
    stage, count = keeping, 400
    alice, bob = await stage.enters("alice"), await stage.enters("bob", buffer=SMALL)
    carol = await stage.enters("carol")
    for actor, members in ((bob, 1), (carol, 2)):
        await actor.says("/join tea")
        await actor.hears(f"room_entered #tea {members} :")
    await bob.says("/watch on")
    await bob.hears("room_joined #tea carol")
    for nickname in ("alice", "bob", "carol"):
        await bob.hears(f"presence {nickname} online")
    await stage.start_chat(alice, bob)
    assert {await bob.login.line() for _ in range(2)} == {"presence alice in_chat", "presence bob in_chat"}
    await flood(stage, alice, bob, count)
    await carol.says("/msg #tea AbCd-_123456 1 :hello")
    await bob.hears_like(r"room_said #tea carol \d+ \d+ :hello")
    await carol.says("/away")
    await bob.hears("presence carol away")
    await alice.says("/quit")
    await alice.hears("chat_ended bob you_left")
    await carol.says("/back", "/chat bob")
    assert {await bob.login.line() for _ in range(4)} == {
        "presence alice online",
        "presence bob online",
        "presence carol online",
        "want_chat_with_you carol 120",
    }
    assert full(stage, session_of(stage, bob).chat_socket)
    await bob.says("yes")  # it is not read before he reads
    heard = [await bob.chat.line() for _ in range(count + 2)]
    assert [line for line in heard if line.startswith("start_chat carol ")]
    assert "chat_ended alice left" in heard


# The rest of a chat


async def test_the_rest_of_a_chat_comes_after_its_end_and_before_the_next_chat(keeping: Stage) -> None:
    """7.1: the same person said all of it, so it comes in one order, on one socket."""
    stage, count = keeping, 500
    alice, bob = await stage.enters("alice"), await stage.enters("bob", buffer=SMALL)
    _, _, chat = await stage.start_chat(alice, bob)
    await flood(stage, alice, bob, count)
    await alice.says("/quit", "/chat bob")
    await alice.hears("chat_ended bob you_left", "chat_requested bob 120")
    await bob.hears("want_chat_with_you alice 120")
    await bob.says("yes")

    said = await skips_to(bob.chat, "chat_ended alice left")
    await alice.hears("requests_ended bob")
    await alice.hears_like(r"start_chat bob \S+")
    await alice.says(":next", ":and one more")
    rest = await skips_to(bob.chat, ":next")
    await bob.chat.hears(":and one more")
    assert said == [f":{number} {LONG}" for number in range(len(said))]
    letters = [line for line in rest if not re.fullmatch(r"start_chat alice \S+", line)]
    assert len(letters) == len(rest) - 1 == count - len(said) > 0
    for number, line in enumerate(letters, len(said)):
        assert re.fullmatch(rf"message_from alice \d+ {chat} {number + 1} :{number} x+", line), line
    await bob.hears("requests_ended alice")
    await bob.heard_nothing()


async def test_a_long_text_of_it_comes_in_parts_there(keeping: Stage) -> None:
    """5.1: a part comes on the socket of the line that it belongs to, and of nothing else."""
    stage = keeping
    alice, bob = await stage.enters("alice"), await stage.enters("bob", buffer=4 * SMALL)
    await stage.start_chat(alice, bob)
    await flood(stage, alice, bob, 400)
    text = "y" * (LINE_LIMIT - 2)
    await alice.says(f":{text}", "/quit")
    await alice.hears("chat_ended bob you_left")  # before bob reads on, or he would have all of it as the chat
    await skips_to(bob.chat, "chat_ended alice left")
    rest = await skips_to(bob.chat, "text_part :y+")
    assert all(line.startswith("message_from alice ") for line in rest)
    found = await bob.chat.hears_like(r"message_from alice \d+ \S+ 401 :(y+)")
    assert len(found[1]) < len(text)
    await bob.says("/nothing")
    await skips_to(bob.login, "ERROR unknown_command .+")
    assert not bob.chat.has_more


# Names


async def test_each_socket_spells_a_name_before_its_first_line_with_it(stage: Stage) -> None:
    """13.11: what is told on one of them may be read after the other."""
    await stage.registers(Account("alice", spelling="Alice"), Account("bob"), Account("carol", spelling="Carol"))
    login, token = await stage.knocks("bob")
    talk = await stage.connects(f"duologue/1 chat_socket {token} spellings")
    check = await stage.connects(f"duologue/1 check_socket {token}")
    await check.hears("PONG 0 0")
    alice, carol = await stage.enters("alice"), await stage.enters("carol")
    await alice.says("/chat bob")
    await login.hears("name_spelled alice Alice", "want_chat_with_you alice 120")
    await talk.says("yes")
    await login.hears("requests_ended alice")
    await talk.hears("name_spelled alice Alice")
    await talk.hears_like(r"start_chat alice \S+")
    await alice.says(":hello", "/quit")
    await talk.hears(":hello", "chat_ended alice left")
    await talk.says("/chat carol")
    await login.hears("name_spelled carol Carol", "chat_requested carol 120")
    await carol.hears("want_chat_with_you bob 120")
    await carol.says("yes")
    await login.hears("requests_ended carol")
    await talk.hears("name_spelled carol Carol")
    await talk.hears_like(r"start_chat carol \S+")


async def test_what_was_said_a_moment_ago_is_kept_whatever_comes_then(
    keeping: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is counted and kept with the next commit (server/chats/bookkeeping.py), which is far away here."""
    alice, bob, chat = await keeping.chat_between("alice", "bob")
    await alice.says(":first")
    await bob.hears(":first")
    await hears_pong(alice, f"PONG 1 0 {chat}")
    monkeypatch.setattr(bookkeeping, "LATEST", 3600.0)
    monkeypatch.setattr(keeping.server.hub.chats._bookkeeping._store, "expect", lambda _: None)

    await alice.says(":asked")
    await bob.hears(":asked")
    await bob.says("/history alice 1")
    await bob.hears_like(r"recalled \S+ \S+ alice bob :asked")
    await bob.hears_like("recall_ended .*")

    await alice.says(":lost")
    await bob.hears(":lost")
    await alice.vanishes()
    await bob.hears("chat_paused alice 60")
    alice = await keeping.enters("alice")
    await alice.hears(f"chat_waits bob {chat} 60")
    await alice.says(f"/resume {chat} {chat} 1 {chat} 0")
    await alice.hears(f"chat_resumed bob {chat} 3 {chat} 3", f"stream_begins bob {chat} 1")
    await bob.hears(f"chat_resumed alice {chat}")

    await alice.says(":left")
    await bob.hears(":left")
    await bob.says("/quit")
    await bob.hears("chat_ended alice you_left")
    await bob.says("/history alice 9")
    for text in ("first", "asked", "lost", "left"):
        await bob.hears_like(rf"recalled \S+ \S+ alice bob :{text}")
