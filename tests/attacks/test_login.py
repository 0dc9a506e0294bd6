"""The way in while others press into it: who is looked at before somebody, and how many guesses are looked at."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from duologue.core.limits import Limits
from duologue.core.names import Account
from duologue.server.auth import passwords
from tests.bound import BOUND
from tests.stage import Stage, Wire, opened, until

CROWD = 100
SECRET = passwords.hash_password("right")
ACCOUNTS = [Account("alice"), Account("carol", SECRET)]


class Gate:
    """In the place of the hasher: notes which passwords it looks at, in their order, and lets none through while it is
    shut.
    """

    def __init__(self) -> None:
        self.looked_at: list[bytes] = []
        self.is_open = threading.Event()

    def hash(self, _: bytes) -> str:
        return SECRET

    def verify(self, password_hash: str, password: bytes) -> bool:
        self.looked_at.append(password)
        self.is_open.wait(BOUND)
        return (password_hash, password) == (SECRET, b"right")


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(passwords, "_HASHER", gate)
    yield gate
    gate.is_open.set()


@pytest.fixture
async def stage(tmp_path: Path, gate: Gate) -> AsyncIterator[Stage]:
    async with opened(tmp_path, accounts=ACCOUNTS, protocols=("native", "simplechat", "plain_lines")) as stage:
        yield stage


def waiting(stage: Stage) -> int:
    """How many passwords wait behind the one that is looked at."""
    return len(stage.server.hub.login._passwords._pool._queue)


async def gives(stage: Stage, nickname: str, password: str) -> Wire:
    wire = await stage.connects("duologue/1 login_socket", nickname)
    await wire.hears("PASSWORD")
    await wire.says(password)
    return wire


async def presses_on(wire: Wire, number: int) -> None:
    """As often as it may, under a name that nobody has, and another one each time."""
    for count in range(3):
        await wire.says(f"q{number}n{count}")
        await wire.hears("PASSWORD")
        await wire.says("x")
        await wire.line()


async def test_the_owner_waits_for_everybody_once_and_for_nobody_twice(stage: Stage, gate: Gate) -> None:
    wires = [await stage.connects("duologue/1 login_socket") for _ in range(CROWD)]
    crowd = [asyncio.create_task(presses_on(wire, number)) for number, wire in enumerate(wires)]
    await until(lambda: waiting(stage) == CROWD - 1)
    carol = await gives(stage, "carol", "right")
    await until(lambda: waiting(stage) == CROWD)
    gate.is_open.set()
    await carol.hears_like("AUTH_SUCCESS .*")
    # Behind those who were there, and at most as many who had their answer and came again.
    assert gate.looked_at.index(b"right") <= 2 * CROWD
    await asyncio.gather(*crowd)


async def test_one_name_on_many_connections_has_one_place(stage: Stage, gate: Gate) -> None:
    for _ in range(3):
        await gives(stage, "nobody", "x")
    await until(lambda: waiting(stage) == 2)
    carol = await gives(stage, "carol", "right")
    await until(lambda: waiting(stage) == 3)
    gate.is_open.set()
    await carol.hears_like("AUTH_SUCCESS .*")
    assert gate.looked_at.index(b"right") <= 2  # behind the one that was looked at, and one of the next round


async def test_who_has_gone_is_not_waited_for(stage: Stage, gate: Gate) -> None:
    wires = [await gives(stage, f"q{number}", "x") for number in range(CROWD)]
    carol = await gives(stage, "carol", "right")
    await until(lambda: waiting(stage) == CROWD)
    for wire in wires:
        await wire.leaves()
    await until(lambda: waiting(stage) == 1)
    gate.is_open.set()
    await carol.hears_like("AUTH_SUCCESS .*")
    assert gate.looked_at == [b"x", b"right"]


async def test_those_who_come_and_go_under_the_owners_name_put_nobody_off(stage: Stage, gate: Gate) -> None:
    """Each had a place in a round of its own, and a try; both are given back."""
    await gives(stage, "nobody", "x")
    for _ in range(20):
        wire = await gives(stage, "carol", "x")
        await until(lambda: waiting(stage) == 1)
        await wire.leaves()
        await until(lambda: waiting(stage) == 0)
    carol = await gives(stage, "carol", "right")
    await until(lambda: waiting(stage) == 1)
    gate.is_open.set()
    await carol.hears_like("AUTH_SUCCESS .*")
    assert gate.looked_at == [b"x", b"right"]


async def test_a_deadline_that_passes_in_the_queue_is_busy_and_no_try(stage: Stage, gate: Gate) -> None:
    await gives(stage, "nobody", "x")
    for _ in range(5):
        carol = await gives(stage, "carol", "right")
        await until(lambda: waiting(stage) >= 1)
        stage.passes(20)
        await carol.hears_like("AUTH_DENIED busy .*")
        await carol.is_closed()
    assert waiting(stage) == 0
    carol = await gives(stage, "carol", "right")
    gate.is_open.set()
    await carol.hears_like("AUTH_SUCCESS .*")


async def test_a_guest_who_comes_again_under_another_name_does_not_begin_anew(stage: Stage, gate: Gate) -> None:
    gate.is_open.set()
    alice = await stage.enters("alice")
    await alice.says("/join #tea right")
    await alice.hears_like("room_entered #tea .*")
    for number in range(30):
        reader, writer = await asyncio.open_connection("127.0.0.1", stage.ports["plain_lines"])
        writer.write(b"Zoe%d" % number)
        await until(lambda number=number: f"~Zoe{number}" in stage.present())  # type: ignore[misc]
        writer.write(b"/join #tea wrong%d" % number)
        async with asyncio.timeout(BOUND):
            heard = b""
            while b"password" not in heard and b"Too many tries" not in heard:
                heard += await reader.read(1024)
        writer.close()
        await until(lambda number=number: f"~Zoe{number}" not in stage.present())  # type: ignore[misc]
    guesses = [password for password in gate.looked_at if password.startswith(b"wrong")]
    assert len(guesses) == Limits().room_password_tries
    await (await stage.enters("carol", "right")).says("/join #tea right")
    await alice.hears("room_joined #tea carol")
