"""Whatever one client sends without end, at whatever door, is paid for: its server does no more than the limit, and
others talk meanwhile.

The server's clock stands still, so what was spent does not come back.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, get_args

import pytest

from duologue.core.commands.chat import Command, Exit, SocketKind
from duologue.core.commands.people import MayAsk
from duologue.core.commands.words import WORDS, Takes
from duologue.core.costs import COSTS
from duologue.core.names import Account
from duologue.protocols.base import FRONT_DOORS
from duologue.protocols.legacy.typed_commands import ROWS
from duologue.protocols.native.codec import NativeCodec
from duologue.protocols.web.json_frames import COMMANDS
from duologue.server.session import Connection, Hold, Session
from tests.behaviour.simplechat import SimpleChat
from tests.bound import BOUND
from tests.browser import Tab, fields_of
from tests.stage import Actor, Stage, Wire, opened, until

BURST = 50
"""Units at once: low, so that a flood is over soon."""
MOST_DEBT = 256 + 40
"""Units that one read and one command may cost here: 256 KiB, and what is told to everybody."""
FLOOD = 2_000

ARGUMENTS = {
    Takes.NOTHING: "",
    Takes.NICKNAME: " dave",
    Takes.AFTER: "",
    Takes.MEMBERS: " lobby",
    Takes.MAYBE_NICKNAME: " dave",
    Takes.PAGE: " bob 500",
    Takes.RESUME: " nochat",
    Takes.LETTER: " dave letter 1 :hello",
    Takes.WORDS: " hello",
    Takes.ROOM: " lobby",
    Takes.JOIN: " lobby",
    Takes.TOPIC: " lobby :tea",
    Takes.MAYBE_TEXT: " tea",
    Takes.SWITCH: " on",
    Takes.MAY_ASK: " known",
    Takes.MAYBE_NUMBER: " 1",
    Takes.READ: " dave 1",
}
"""Of a command that does something, as often as it is said."""
LINES = [row.word + ARGUMENTS[row.takes] for row in WORDS if row.command is not Exit] + [
    ":nobody hears this",
    "/text_part :a part",
    "/nonsense",
    "",
]
CHECK_LINES = ["PING", "PONG", "PING 0", "PING 0 nostream"]


GUEST_DOORS = [name for name, door in FRONT_DOORS.items() if door.is_for_guests]


@asynccontextmanager
async def alice_and_bob(folder: Path, mallories: int, **settings: Any) -> AsyncIterator[tuple[Stage, Actor, Actor]]:
    """In a chat, on a server where others have accounts too."""
    names = ("alice", "bob", "dave", *map("mallory{}".format, range(mallories)))
    limits = {"message_burst": BURST, "message_rate": 50.0, "stranger_burst": BURST, "stranger_rate": 50.0}
    accounts = [Account(name) for name in names]
    async with opened(folder, accounts=accounts, limits=limits, history=True, **settings) as stage:
        alice, bob, _ = await stage.chat_between("alice", "bob")
        yield stage, alice, bob


async def is_paid_for(connection: Connection, send: Callable[[], Any], what: str) -> None:
    """Who sends this again and again is not read from any more, and has had no more than the burst and one command."""
    try:
        async with asyncio.timeout(BOUND):
            while Hold.RATE not in connection._holds:  # type: ignore[attr-defined]
                await send()
                await asyncio.sleep(0)
    except TimeoutError:
        pytest.fail(f"nobody has to pay for {what!r}")
    assert connection.bucket._tokens > -MOST_DEBT, what


async def others_talk(alice: Actor, bob: Actor, what: str) -> None:
    await alice.says(f":{what}")
    await bob.hears(f":{what}")
    while bob.login.has_more:
        await bob.hears_like("want_chat_with_you .+")


def session(stage: Stage, nickname: str) -> Session:
    return stage.server.hub.directory.sessions_of(nickname)[0]


def sends(wire: Wire, lines: Iterable[str]) -> Callable[[], Any]:
    data = "".join(f"{line}\n" for line in lines).encode()

    async def send() -> None:
        wire.writer.write(data)

    return send


async def test_native_commands(tmp_path: Path) -> None:
    async with alice_and_bob(tmp_path, len(LINES)) as (stage, alice, bob):
        for number, line in enumerate(LINES):
            mallory = await stage.enters(f"mallory{number}")
            connection = session(stage, mallory.nickname).chat_socket
            await is_paid_for(connection, sends(mallory.chat, [line] * FLOOD), line)
            await others_talk(alice, bob, line)
            mallory.login.breaks()


async def test_what_a_check_socket_says(tmp_path: Path) -> None:
    async with alice_and_bob(tmp_path, len(CHECK_LINES)) as (stage, alice, bob):
        for number, line in enumerate(CHECK_LINES):
            mallory = await stage.enters(f"mallory{number}")
            connection = session(stage, mallory.nickname).check_socket
            await is_paid_for(connection, sends(mallory.check, [line] * FLOOD), line)
            await others_talk(alice, bob, line)


async def test_receipts_and_messages_of_a_chat(tmp_path: Path) -> None:
    """They go past the commands, and are paid for there."""
    async with alice_and_bob(tmp_path, 2) as (stage, alice, bob):
        one, other, chat = await stage.chat_between("mallory0", "mallory1")
        check = session(stage, "mallory1").check_socket
        ping = sends(other.check, [f"PING 0 {chat}"])  # one a read, which is what takes the short way
        await is_paid_for(check, ping, "PING")
        await is_paid_for(session(stage, "mallory0").chat_socket, sends(one.chat, [":a"] * 80_000), "messages")
        await others_talk(alice, bob, "still here")
        assert await count_of(other, ":a") <= BURST + 1


async def count_of(actor: Actor, line: str) -> int:
    """How many such lines have come until now."""
    await asyncio.sleep(0)
    count = 0
    while True:
        try:
            async with asyncio.timeout(0.05):  # nothing more comes: the sender's bucket is empty
                count += await actor.chat.line() == line
        except TimeoutError:
            return count


async def test_to_come_back_brings_nothing(tmp_path: Path) -> None:
    """The bucket is the account's, and not the login's."""
    async with alice_and_bob(tmp_path, 2) as (stage, _, __):
        one, other, chat = await stage.chat_between("mallory0", "mallory1")
        for _ in range(5):
            await is_paid_for(session(stage, "mallory0").chat_socket, sends(one.chat, [":a"] * 1_000), "messages")
            one.login.breaks()
            await other.chat.line()
            one = await stage.enters("mallory0")
            await one.says(f"/resume {chat}")
        assert await count_of(other, ":a") <= BURST + 5


async def test_frames_of_a_page(tmp_path: Path) -> None:
    kinds = [kind for kind in COMMANDS if kind not in ("exit", "give_nickname", "give_password", "give_pass")]
    frames = [json.dumps({"type": kind, **fields_of(example(COMMANDS[kind].make))}) for kind in kinds]
    frames += ["{}", "[", json.dumps({"type": "nonsense"})]
    async with alice_and_bob(tmp_path, len(frames), protocols=("native", "web")) as (stage, alice, bob):
        for number, frame in enumerate(frames):
            tab = await (await Tab.opens(stage)).logs_in(f"mallory{number}")
            connection = session(stage, f"mallory{number}").login_socket

            async def send(tab: Tab = tab, frame: str = frame) -> None:
                await tab.socket.send(frame)

            await is_paid_for(connection, send, frame)
            await others_talk(alice, bob, str(number))
            tab.breaks()


def example(kind: Any) -> Command:
    """A command of this kind, as good as any."""
    given = {
        "nickname": "dave",
        "name": "dave",
        "room": "lobby",
        "stream": "letter",
        "number": 1,
        "count": 500,
        "chat": "nochat",
    }
    given |= {"text": "hello", "words": "hello", "is_on": True, "who": MayAsk.KNOWN}
    names = [name for name in kind.__dataclass_fields__ if name in given]
    made: Command = kind(**{name: given[name] for name in names})
    return made


async def test_control_frames_of_a_websocket(tmp_path: Path) -> None:
    async with alice_and_bob(tmp_path, 1, protocols=("native", "web")) as (stage, alice, bob):
        tab = await (await Tab.opens(stage)).logs_in("mallory0")

        async def send() -> None:
            await tab.socket.ping()

        await is_paid_for(session(stage, "mallory0").login_socket, send, "ping")
        await others_talk(alice, bob, "still here")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_what_guests_type(tmp_path: Path, door: str) -> None:
    words = [f"{row.words[0]} dave x" for row in ROWS if row.words[0] != "/exit"] + ["hello", " ", "/nonsense"]
    async with alice_and_bob(tmp_path, 0, protocols=("native", door)) as (stage, alice, bob):
        for number, text in enumerate(words):
            guest = await arrives(stage, door, f"rosa{number}")
            await is_paid_for(guest_connection(stage, f"~rosa{number}"), as_reads(guest, typed(door, text)), text)
            await others_talk(alice, bob, str(number))
            guest.breaks()


async def test_what_original_clients_type(tmp_path: Path) -> None:
    """On each of their three sockets. Some seconds, as with guests: a read is one text, and hundreds are due."""
    texts = ["/who", "hello", "/chat dave", "/search hello", "/nonsense"]
    said = [("chat", text) for text in texts] + [("check", "PING"), ("login", "PONG")]
    async with alice_and_bob(tmp_path, len(said)) as (stage, alice, bob):
        for number, (kind, text) in enumerate(said):
            person = SimpleChat(stage, f"mallory{number}")
            await person.comes_in()
            connection: Connection = getattr(session(stage, person.nickname), f"{kind}_socket")
            await is_paid_for(connection, as_packets(getattr(person, kind), text.encode()), text)
            await others_talk(alice, bob, str(number))
            person.closes()


def as_packets(sock: socket.socket, data: bytes) -> Callable[[], Any]:
    async def send() -> None:
        with contextlib.suppress(BlockingIOError):
            sock.send(data)
        await asyncio.sleep(0.001)

    return send


def typed(door: str, text: str) -> bytes:
    return json.dumps({"command": "MSG", "content": text}).encode() if door == "rooms_json" else text.encode()


async def arrives(stage: Stage, door: str, name: str) -> Wire:
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.ports[door])
    wire = Wire(reader, writer)
    stage.leaving.append(writer.close)
    writer.write(name.encode())
    await until(lambda: f"~{name}" in stage.present())
    return wire


def guest_connection(stage: Stage, nickname: str) -> Connection:
    return session(stage, nickname).login_socket


def as_reads(wire: Wire, data: bytes) -> Callable[[], Any]:
    """Each a read of its own, as far as the loop has its turns."""

    async def send() -> None:
        wire.writer.write(data)
        await asyncio.sleep(0.001)

    return send


@pytest.mark.parametrize("sign", ['"', "{", "{}", "\\", '{"'])
async def test_json_that_is_none(tmp_path: Path, sign: str) -> None:
    """Every sign of it is looked at, so its bytes have a price."""
    async with alice_and_bob(tmp_path, 0, protocols=("native", "rooms_json")) as (stage, alice, bob):
        guest = await arrives(stage, "rooms_json", "rosa")
        connection = guest_connection(stage, "~rosa")
        guest.writer.write(sign.encode() * 65536)
        await until(lambda: Hold.RATE in connection._holds or connection.session is None)  # type: ignore[attr-defined]
        await others_talk(alice, bob, "still here")


async def test_what_a_stranger_says_before_the_login(tmp_path: Path) -> None:
    async with alice_and_bob(tmp_path, 1) as (stage, alice, bob):
        login, token = await stage.knocks("mallory0")
        half = await stage.connects(f"duologue/1 check_socket {token}")
        links = [connection for listener in stage.server._listeners for connection in listener._open]
        await until(lambda: any(is_check_socket_of_nobody(connection) for connection in links))
        [check] = filter(is_check_socket_of_nobody, links)
        await is_paid_for(check, sends(half, ["PING"] * FLOOD), "half a login")
        await others_talk(alice, bob, "still here")
        login.breaks()


def is_check_socket_of_nobody(connection: Connection) -> bool:
    return (
        connection.session is None
        and isinstance(connection.codec, NativeCodec)
        and connection.codec.kind is SocketKind.CHECK
    )


def test_every_command_of_the_server_is_among_those_that_are_sent() -> None:
    """A command that is added gets its flood by itself, at the native door and on a page."""
    sent = {row.command for row in WORDS} | {shape.make for shape in COMMANDS.values()}
    assert {*get_args(Command)} - sent <= {*COSTS} - {Exit}
