"""A server that is full (docs/protocol.md, 9.4): who comes reads why, no login is begun that cannot be completed, and
there is room again as soon as somebody leaves.
"""

from __future__ import annotations

import asyncio
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from duologue.core.places import Places
from duologue.server.net import listener
from tests.bound import BOUND
from tests.browser import asks, enters
from tests.scenes.test_tls import Identity
from tests.stage import Actor, Stage, Wire, opened, until

FULL = "ERROR server_full The server is full: there is no room for another client now. Try again in a minute."
ALL = ("native", "simplechat", "web", "rooms_json", "plain_lines", "nickname_lines", "desktop_lines")
TOP = Path(__file__).parent.parent.parent

Room = Callable[[int], None]


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    """For so many sockets, and for two whose first line has not come."""
    return lambda most: monkeypatch.setattr("duologue.server.server.places_left", lambda: Places(most, overdraft=2))


async def test_who_comes_when_it_is_full_reads_why_and_is_closed_at_once(
    tmp_path: Path, room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    room(6)
    async with opened(tmp_path) as stage:
        alice, bob, _ = await stage.chat_between("alice", "bob")
        for _ in range(20):
            carol = await stage.connects("duologue/1 login_socket", "carol")
            await carol.hears(FULL)
            await carol.is_closed()
        await alice.says(":still here")
        await bob.hears(":still here")
        assert stage.server.figures().places == 6
        await bob.vanishes()
        await until(lambda: stage.present() == {"alice"})
        await stage.enters("carol")
        assert len([record for record in caplog.records if record.message.startswith("no room for new")]) <= 1


async def test_who_says_nothing_reads_it_too(tmp_path: Path, room: Room) -> None:
    """Beyond those whose first line may still come."""
    room(3)
    async with opened(tmp_path) as stage:
        await stage.enters("alice")
        silent = [await stage.connects() for _ in range(2)]
        late = await stage.connects()
        await late.hears(FULL)
        await late.is_closed()
        assert stage.server.figures().refused["server_full"] == 1
        for wire in silent:
            await wire.leaves()


async def test_no_login_begins_that_cannot_be_completed(tmp_path: Path, room: Room) -> None:
    """Two have room for their three sockets, however many login sockets there are before."""
    room(7)
    async with opened(tmp_path) as stage:
        logins = [await stage.knocks(name) for name in ("alice", "bob")]
        third = await stage.connects("duologue/1 login_socket", "carol")
        await third.hears(FULL)
        await third.is_closed()
        inside = [await completed(stage, *login) for login in logins]
        for actor in inside:
            await actor.heard_nothing()
        assert stage.present() == {"alice", "bob"}


async def completed(stage: Stage, login: object, token: str) -> Actor:
    chat = await stage.connects(f"duologue/1 chat_socket {token}")
    check = await stage.connects(f"duologue/1 check_socket {token}")
    await check.hears("PONG 0 0")
    return Actor("", login, chat, check)  # type: ignore[arg-type]


@pytest.mark.parametrize("ending", ["leaves", "too slow"])
async def test_a_login_that_is_not_completed_gives_back_what_was_kept_for_it(
    tmp_path: Path, room: Room, ending: str
) -> None:
    room(4)
    async with opened(tmp_path) as stage:
        login, token = await stage.knocks("alice")
        await stage.connects(f"duologue/1 chat_socket {token}")
        if ending == "leaves":
            await login.leaves()
        else:
            await until(lambda: len(stage.server._listeners[0]._open) == 2)
            stage.passes(10)
        await until(lambda: not stage.server._listeners[0]._open)
        await stage.enters("bob")


async def test_every_door_says_it_in_its_own_words(tmp_path: Path, room: Room) -> None:
    room(0)
    async with opened(tmp_path, protocols=ALL) as stage:
        answer = await asks(stage, "/healthz")
        assert (answer.status, answer.headers["retry-after"]) == (503, "30")
        assert answer.body.startswith(b"The server is full: ")
        for door in ("plain_lines", "nickname_lines", "desktop_lines", "rooms_json"):
            said = await heard(stage, door)
            assert "The server is full: there is no room for another client now." in said, door
            if door == "rooms_json":
                assert json.loads(said.partition("\n")[0])
        old = await stage.connects()
        await old.sends(b"login_socketalice")
        assert "The server is full" in (await old.reader.read()).decode()


async def heard(stage: Stage, door: str) -> str:
    wire = await stage.connects(port=stage.ports[door])
    said = (await wire.reader.read()).decode()
    await wire.leaves()
    return said


async def test_a_page_finds_room_where_no_login_waits_for_it(tmp_path: Path, room: Room) -> None:
    """What is kept for somebody who is logging in is no page's."""
    room(4)
    async with opened(tmp_path, protocols=("native", "web")) as stage:
        login, token = await stage.knocks("alice")
        tab = await enters(stage, "bob")
        assert (await asks(stage, "/healthz")).status == 503
        await completed(stage, login, token)
        await tab.leaves()
        await until(lambda: not stage.server._listeners[1]._open)
        assert (await asks(stage, "/healthz")).status == 200


async def test_by_tls_some_at_a_time_are_told(tmp_path: Path, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = Identity(trustme.CA(), tmp_path / "cert.pem", tmp_path / "key.pem")
    identity.issue()
    room(0)
    monkeypatch.setattr("duologue.core.places.Places.has_room_for_one_of_three", False)
    async with opened(tmp_path, tls=identity.client(), **identity.settings) as stage:
        for _ in range(2 * listener.FAREWELLS):
            wire = await stage.connects("duologue/1 login_socket", "alice")
            await wire.hears(FULL)
            await wire.is_closed()
        monkeypatch.setattr(listener, "FAREWELLS", 0)
        with pytest.raises(ConnectionError):
            await stage.connects()
        assert not stage.server._listeners[0]._farewells


# A server of its own process, with a small limit


@contextmanager
def limited(folder: Path, soft: int, hard: int) -> Iterator[tuple[int, int]]:
    """Its port, and how many clients it says that there is room for."""
    (folder / "users.csv").write_text(
        "clientID\n" + "\n".join(["alice", *(f"user{number}" for number in range(40))]) + "\n"
    )
    words = ["--users", "users.csv", "--data", "data", "--port", "0", "--web-port", "0", "--log-format", "json"]
    process = subprocess.Popen(
        [sys.executable, str(TOP / "server.py"), *words],
        cwd=folder,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard)),  # noqa: PLW1509
    )
    try:
        assert process.stderr
        records = []
        for line in process.stderr:
            records.append(json.loads(line))
            if records[-1].get("protocol") == "web":
                break
        [clients] = [record["clients"] for record in records if "clients" in record]
        [port] = [record["port"] for record in records if record.get("protocol") == "native"]
        yield port, clients
    finally:
        process.terminate()
        process.communicate(timeout=BOUND)


def test_a_shells_soft_limit_is_raised(tmp_path: Path) -> None:
    """A second and a half, for a server of its own process."""
    with limited(tmp_path, 1024, 4096) as (_, clients):
        assert clients > 4096 // 3 - 100


@pytest.mark.parametrize("limit", [64, 100])
async def test_with_the_smallest_limits_there_are_fewer_clients(tmp_path: Path, limit: int) -> None:
    """As many as it says, and the others read why; who leaves makes room. Two seconds, for a process of its own."""
    with limited(tmp_path, limit, limit) as (port, clients):
        assert clients >= 2
        inside = [await comes_in(port, f"user{number}") for number in range(clients)]
        for _ in range(limit):
            wire = await says(port, "duologue/1 login_socket", "alice")
            await wire.hears(FULL)
            await wire.is_closed()
            await wire.leaves()
        for wire in inside.pop():
            await wire.leaves()
        inside.append(await came_in(port, "alice"))
        for wires in inside:
            await wires[2].says("PING 0 here")
            await wires[2].hears("PONG 0 0")
            for wire in wires:
                await wire.leaves()


async def says(port: int, *lines: str) -> Wire:
    wire = Wire(*await asyncio.open_connection("127.0.0.1", port))
    await wire.says(*lines)
    return wire


async def comes_in(port: int, nickname: str) -> list[Wire]:
    """Its three sockets; none where it is refused."""
    login = await says(port, "duologue/1 login_socket", nickname)
    answer = await login.line()
    if answer == FULL:
        await login.leaves()
        return []
    token = answer.split()[1]
    sockets = [await says(port, f"duologue/1 {kind}_socket {token}") for kind in ("chat", "check")]
    await sockets[1].hears("PONG 0 0")
    return [login, *sockets]


async def came_in(port: int, nickname: str) -> list[Wire]:
    """When there is room again: the sockets of who has left close within a moment."""
    async with asyncio.timeout(BOUND):
        while not (wires := await comes_in(port, nickname)):
            pass
    return wires
