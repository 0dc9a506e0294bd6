"""What bad input gets (docs/protocol.md, sections 2 to 4 and 7.5): a clear error to the one who sent it, and nobody
else notices.
"""

from __future__ import annotations

import asyncio
import contextlib
import tracemalloc
from collections.abc import AsyncIterator

import pytest

from tests.scenes.conftest import acknowledges, says_and_is_heard
from tests.stage import Actor, Stage, Wire, until

TOO_LONG = "ERROR line_too_long A line may have at most 8192 bytes; send a long text as several messages."
NOT_TEXT = "ERROR not_text Lines are UTF-8 without NUL; this one is not. Send text, or check the client's encoding."


@pytest.fixture
async def others(stage: Stage) -> AsyncIterator[None]:
    """carol and dave, who go on talking all the while."""
    carol, dave, _ = await stage.chat_between("carol", "dave")
    said = 0

    async def talk() -> None:
        nonlocal said
        while True:
            said += 1
            await carol.says(f":line {said}")
            await dave.hears(f":line {said}")
            await asyncio.sleep(0.001)

    talking = asyncio.create_task(talk())
    yield
    at_the_end = said
    await until(lambda: said > at_the_end or talking.done())
    talking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await talking


pytestmark = pytest.mark.usefixtures("others")


# Strangers


@pytest.mark.parametrize(
    "first",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\n",
        b"login_socke\n",
        b"duologue/2 login_socket\n",
        b"duologue/1 login_socket now please\n",
        b"duologue/1 chat_socket\n",
        b"Duologue/1 login_socket\n",
        b" duologue/1 login_socket\n",
        b"duologue/1 login_socket\r\n",
        b":hello\n",
    ],
)
async def test_an_unknown_first_line(stage: Stage, first: bytes) -> None:
    """3.6."""
    wire = await stage.connects()
    await wire.sends(first)
    await wire.hears_like("ERROR unknown_first_line .+ a connection begins with the line 'duologue/1 login_socket'.")
    await wire.is_closed()


async def test_a_tls_client_on_a_plain_port(stage: Stage) -> None:
    hello = bytes.fromhex("16030100c8010000c40303") + bytes(range(256)).replace(b"\n", b"") + b"\n"
    wire = await stage.connects()
    await wire.sends(hello)
    await wire.hears(NOT_TEXT)
    await wire.is_closed()


async def on(stage: Stage, kind: str) -> tuple[Wire, Actor | None]:
    """A socket that is to misbehave, and whose it is."""
    if kind == "first":
        return await stage.connects(), None
    alice = await stage.enters("alice")
    return {"chat": alice.chat, "check": alice.check}[kind], alice


async def answer_on(wire: Wire) -> str:
    """The next line that is no PONG: on a check socket those may come before it."""
    while (line := await wire.line()).startswith("PONG"):
        pass
    return line


async def is_cast_out(stage: Stage, wire: Wire, actor: Actor | None, error: str) -> None:
    """`error` on the socket that erred; a session hears of it as its last line too."""
    assert await answer_on(wire) == error
    if actor:
        await actor.is_out_after("disconnected protocol_error " + error.split(" ", 2)[2])
    else:
        await wire.is_closed()
    await until(lambda: stage.present() == {"carol", "dave"})


@pytest.mark.parametrize("kind", ["first", "chat", "check"])
async def test_a_line_without_an_end(stage: Stage, kind: str) -> None:
    """2.2: refused as soon as it is too long, not when it ends."""
    wire, actor = await on(stage, kind)
    await wire.sends(b":" + b"x" * 8191)
    await is_cast_out(stage, wire, actor, TOO_LONG)


@pytest.mark.parametrize("kind", ["first", "chat", "check"])
async def test_a_line_that_is_one_byte_too_long(stage: Stage, kind: str) -> None:
    wire, actor = await on(stage, kind)
    await wire.sends(b":" + b"x" * 8191 + b"\n")
    await is_cast_out(stage, wire, actor, TOO_LONG)


async def test_the_longest_line_that_is_allowed_arrives(stage: Stage) -> None:
    """2.1."""
    alice, bob, _ = await stage.chat_between("alice", "bob")
    longest = ":" + "ü" * 4095
    assert len(longest.encode()) + 1 == 8192
    await alice.says(longest)
    await bob.hears(longest)


async def test_a_flood_without_an_end_takes_no_memory(stage: Stage) -> None:
    """Most of 64 MiB never gets in: the socket is closed at its first 8 KiB."""
    wire = await stage.connects()
    tracemalloc.start()
    try:
        with contextlib.suppress(ConnectionError):
            for _ in range(1024):
                await wire.sends(bytes(64 * 1024))
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("line", [b"\xff\n", b"\xc3\n", b"a\0b\n", b"\xed\xa0\x80\n", b"\xc0\x80\n"])
@pytest.mark.parametrize("kind", ["first", "chat"])
async def test_bytes_that_are_no_text(stage: Stage, kind: str, line: bytes) -> None:
    """2.2: also a lone surrogate and an overlong NUL."""
    wire, actor = await on(stage, kind)
    await wire.sends(line)
    await is_cast_out(stage, wire, actor, NOT_TEXT)


@pytest.mark.parametrize("line", [b":\xff\n", b":a\0b\n", b":fine\n:\xe2\x82\n"])
async def test_a_message_that_is_no_text_ends_the_session_and_reaches_nobody(stage: Stage, line: bytes) -> None:
    alice, bob, _ = await stage.chat_between("alice", "bob")
    await alice.chat.sends(line)
    await alice.chat.hears(NOT_TEXT)
    if line.startswith(b":fine"):
        await bob.hears(":fine")
    await bob.hears("chat_paused alice 60")
    await bob.heard_nothing()


async def test_bytes_that_are_no_text_in_place_of_a_nickname(stage: Stage) -> None:
    wire = await stage.connects("duologue/1 login_socket")
    await wire.sends(b"\xff\xfe\n")
    await wire.hears(NOT_TEXT)
    await wire.is_closed()


@pytest.mark.parametrize(
    "nickname", ["", " ", "ali ce", "al\x1b[31mice", "alice\r", "x" * 33, "PING", "al\u200bice", "🦊"]
)
async def test_what_can_be_no_nickname(stage: Stage, nickname: str) -> None:
    """3.2: the text says what is allowed, and holds nothing that a terminal would obey."""
    wire = await stage.connects("duologue/1 login_socket", nickname)
    denied = await wire.hears_like("AUTH_DENIED bad_nickname .+")
    assert denied[0].isprintable()
    await wire.says("alice")
    await wire.hears_like("AUTH_SUCCESS .+")


# Commands


@pytest.mark.parametrize("line", ["/nonsense", "hello", "", "YES", "/CHAT bob", "PING", " yes", "\ufeffyes"])
async def test_an_unknown_command(stage: Stage, line: str) -> None:
    """4.2: it does nothing else."""
    alice, bob, _ = await stage.chat_between("alice", "bob")
    await alice.says(line)
    await alice.hears_like(r"ERROR unknown_command There is no command .*\. /help in the client lists them\.")
    await bob.heard_nothing()


@pytest.mark.parametrize(
    ("line", "usage"),
    [
        ("/chat", "/chat NICK"),
        ("/chat bob carol", "/chat NICK"),
        ("/chat  bob", "/chat NICK"),
        ("yes please", "yes"),
        ("yes ", "yes"),
        ("/accept bob carol", "/accept [NICK]"),
        ("/quit now", "/quit"),
        ("/exit now", "/exit"),
    ],
)
async def test_too_many_or_too_few_words(stage: Stage, line: str, usage: str) -> None:
    """4.2."""
    alice = await stage.enters("alice")
    await alice.says(line)
    await alice.hears(f"ERROR bad_command Usage: {usage}")
    await alice.heard_nothing()


@pytest.mark.parametrize(
    "line", ["\x1b[2J", "/chat \x1b]0;title\x07", "/\x08\x08\x08", "a\rb", "\u202eevil", "/cancel \x9b31m"]
)
async def test_control_characters_in_a_command_are_not_sent_back(stage: Stage, line: str) -> None:
    alice = await stage.enters("alice")
    await alice.says(line)
    answer = await alice.hears_like("ERROR (unknown_command|bad_nickname) .+")
    assert answer[0].isprintable()


async def test_control_characters_in_a_nickname_do_not_reach_the_log_raw(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    wire = await stage.connects("duologue/1 login_socket", "al\x1b[31mice")
    await wire.hears_like("AUTH_DENIED .+")
    fields = [str(value) for record in caplog.records for value in vars(record).values()]
    assert not [field for field in fields if "\x1b" in field]


# The check socket


@pytest.mark.parametrize(
    "line",
    ["PING 1", "PING -1", "PING x", "PING " + "9" * 5000, "PING ٣", "PING 0 a b", "ping", "", "PONG 1", ":hello"],
)
async def test_what_no_check_socket_says(stage: Stage, line: str) -> None:
    """7.5 and 8.1: in a chat in which nothing was said, any count is too high."""
    alice, bob, _ = await stage.chat_between("alice", "bob")
    await alice.check.says(line)
    code = "bad_count" if line == "PING 1" else "bad_check_line"
    assert (await answer_on(alice.check)).startswith(f"ERROR {code} ")
    await alice.hears_like("disconnected protocol_error .+")
    await alice.is_out()
    await bob.hears("chat_paused alice 60")


async def test_a_count_that_goes_back(stage: Stage) -> None:
    """7.5: is passed over."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await alice.says(":one", ":two")
    await bob.hears(":one", ":two")
    await bob.check.says(f"PING 2 {chat}", f"PING 1 {chat}")
    await says_and_is_heard(alice, bob, "three")
    await acknowledges(bob, 3, chat, alice)


@pytest.mark.parametrize("line", ["PING 18446744073709551616", "PING " + "0" * 19])
async def test_a_count_of_absurd_length_costs_nothing(stage: Stage, line: str) -> None:
    alice = await stage.enters("alice")
    await alice.check.says(line)
    await alice.check.hears_like("ERROR bad_check_line .+")


# Text is text


async def test_text_that_looks_like_a_signal_arrives_as_text(stage: Stage) -> None:
    """2.3."""
    alice, bob, _ = await stage.chat_between("alice", "bob")
    lines = [
        ":chat_ended alice left", ":PING", ":PONG", ":ERROR no_chat", ":start_chat carol x", ":/quit", ":/exit", ":yes",
        ":no", "::", ":", ":disconnected bye", ":duologue/1 login_socket", ":want_chat_with_you carol 120", ": ",
        ":\r", ":a\vb", ":\x1b[2J", ":\u202e", ":e\u0301\u200d\U0001f3f4", ":\ufeff",
    ]  # fmt: skip
    await alice.says(*lines)
    await bob.hears(*lines)
    await bob.heard_nothing()
    await alice.heard_nothing()


async def sends_in_slices(wire: Wire, data: bytes, size: int) -> None:
    for start in range(0, len(data), size):
        await wire.sends(data[start : start + size])
        await asyncio.sleep(0)


PLAY = ":one\n:two\n\n:drei ßé漢🦊\n/nonsense\n:\n/who\n:last\n/quit\n:too late\n".encode()


@pytest.mark.parametrize("size", [1, 2, 3, 7, len(PLAY)])
async def test_split_and_glued_reads_give_the_same_conversation(stage: Stage, size: int) -> None:
    alice, bob, _ = await stage.chat_between("alice", "bob")
    await sends_in_slices(alice.chat, PLAY, size)
    await bob.hears(":one", ":two", ":drei ßé漢🦊", ":", ":last", "chat_ended alice left")
    for pattern in (
        r"ERROR unknown_command There is no command \. .+",
        r"ERROR unknown_command There is no command /nonsense\. .+",
        "online alice bob carol dave",
        "chat_ended bob you_left",
        "ERROR no_chat .+",
    ):
        await alice.hears_like(pattern)
    await alice.heard_nothing()
    await bob.heard_nothing()


@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_a_login_by_single_bytes(stage: Stage, size: int) -> None:
    async def in_slices(wire: Wire, line: str) -> None:
        await sends_in_slices(wire, f"{line}\n".encode(), size)

    login, chat, check = [await stage.connects() for _ in range(3)]
    await in_slices(login, "duologue/1 login_socket\nalice")
    found = await login.hears_like(r"AUTH_SUCCESS (\S+) alice alice")
    await in_slices(chat, f"duologue/1 chat_socket {found[1]}")
    await in_slices(check, f"duologue/1 check_socket {found[1]}\nPING 0")
    await check.hears("PONG 0 0")
    await in_slices(chat, "/nonsense")
    await login.hears_like("ERROR unknown_command .+")


async def test_a_command_glued_to_the_attaching_line(stage: Stage) -> None:
    """What comes with the third socket's first line counts as said in the session."""
    login, token = await stage.knocks("alice")
    await stage.connects(f"duologue/1 check_socket {token}")
    await (await stage.connects("")).hears_like("ERROR unknown_first_line .+")
    await stage.connects(f"duologue/1 chat_socket {token}", "/who")
    await login.hears("online alice carol dave")


@pytest.mark.parametrize("reset", [True, False])
async def test_who_connects_and_is_gone_at_once_leaves_no_trace(
    stage: Stage, caplog: pytest.LogCaptureFixture, reset: bool
) -> None:
    for _ in range(30):
        wire = await stage.connects()
        if reset:
            wire.breaks()
        else:
            wire.writer.close()
    alice = await stage.enters("alice")
    await alice.heard_nothing()
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
