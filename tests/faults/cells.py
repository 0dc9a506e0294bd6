"""The matrix: every fault at every step of a message's way.

A step brings a conversation to a certain point and holds it there; a fault is what happens to it then. Alice sends and
bob receives, where a step or a fault tells them apart; both talk. What goes wrong in the network does so for the one
whom the step is about. Any number of cells can be played on one scene.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections.abc import Awaitable, Callable
from functools import partial

from duologue.core.commands.chat import SocketKind
from tests.bound import BOUND
from tests.faults import powercut
from tests.faults.processes import Child
from tests.faults.proxy import ALL, Trap, Way, Weather
from tests.faults.raw import enter
from tests.faults.scene import DEAD_AFTER, Scene, until

ALICE, BOB = "alice", "bob"

FEW = 2
"""Messages that each says at a time while a step is waited for, so that they come one by one."""

MANY = 40
"""Messages of 64 bytes that fill more than one page of a replay, where a page is as small as on these scenes."""

PAGE = ("--send-queue", "1024")

AFTERWARDS = 10
"""Messages that each says when the fault is over."""

GoOn = Callable[[], None]
Step = Callable[[Scene], Awaitable[GoOn]]
Repair = Callable[[], Awaitable[None]]
Fault = Callable[[Scene, str], Awaitable[Repair]]


# Steps. Each returns when the conversation stands there; its answer lets it go on.


async def anywhere(scene: Scene) -> GoOn:
    """At no particular moment."""
    scene.go_on_saying(FEW * 5)
    await asyncio.sleep(random.uniform(0, 0.02))
    return lambda: None


async def _while_talking(scene: Scene, hit: Awaitable[object]) -> None:
    waiting = asyncio.ensure_future(hit)
    deadline = time.monotonic() + BOUND
    while not waiting.done():
        assert time.monotonic() < deadline, f"the step never came: {scene.describe()}"
        scene.go_on_saying(FEW)
        await asyncio.wait([waiting], timeout=0.02)
    await waiting


async def in_process(child: Child, place: str, scene: Scene) -> GoOn:
    """A failpoint, which stops the process."""
    child.is_told(f"arm {place} {random.randint(1, 3)}")
    await _while_talking(scene, child.says("hit"))
    await child.has_stopped()
    return child.go_on


async def in_server(place: str, scene: Scene) -> GoOn:
    return await in_process(scene.server, place, scene)


async def kept(scene: Scene) -> GoOn:
    """Alice's memory has it, and nobody else."""
    return await in_process(scene.people[ALICE].child, "kept", scene)


async def on_the_wire(name: str, kind: SocketKind, way: Way, trap: Trap, scene: Scene) -> GoOn:
    """In the network of `name`, where it stays until it may go on."""
    proxy = scene.people[name].proxy
    await _while_talking(scene, proxy.trap(kind, way, trap))
    return partial(proxy.set, Weather(), [kind], [way])


def in_a_message(data: bytes) -> int | None:
    """Somewhere inside the last line, if that is one."""
    start = data.rfind(b"\n", 0, -1) + 1
    return random.randint(start + 1, len(data) - 1) if data[start:].startswith(b":") else None


def before_a_message(data: bytes) -> int | None:
    return data.find(b"\n:") + 1 if b"\n:" in data else 0 if data.startswith(b":") else None


def before_a_count(data: bytes) -> int | None:
    """Of a PING or PONG that says more than that somebody lives."""
    return 0 if re.match(rb"P[IO]NG [1-9]", data) else None


async def away(scene: Scene, name: str) -> None:
    """`name` loses the connection and cannot come back; the other goes on talking, and the server keeps that."""
    person, other = scene.people[name], scene.partner_of(name)
    person.proxy.set(Weather(stalled=True), [SocketKind.LOGIN], [Way.UP])
    person.proxy.cut()
    other.says_up_to(other.goal + MANY)

    def is_stored() -> bool:
        other.journal.read_on()
        return other.journal.stored >= other.goal

    await until(is_stored, scene.describe)


async def coming_back(name: str, place: str, times: int, scene: Scene) -> GoOn:
    """While `name` comes back, and finds that much has been said."""
    await away(scene, name)
    server = scene.server
    server.is_told(f"arm {place} {times}")
    scene.people[name].proxy.clear()
    await server.says("hit")
    await server.has_stopped()
    return server.go_on


STEPS: dict[str, tuple[str, Step]] = {
    "any time": (ALICE, anywhere),
    "sender kept it": (ALICE, kept),
    "half a line written": (ALICE, partial(on_the_wire, ALICE, SocketKind.CHAT, Way.UP, in_a_message)),
    "line read": (ALICE, partial(in_server, "line_read")),
    "before commit": (ALICE, partial(in_server, "before_commit")),
    "after commit, before ack": (ALICE, partial(in_server, "after_commit")),
    "ack lost": (ALICE, partial(on_the_wire, ALICE, SocketKind.CHECK, Way.DOWN, before_a_count)),
    "pushed, not yet received": (BOB, partial(on_the_wire, BOB, SocketKind.CHAT, Way.DOWN, before_a_message)),
    "half a line received": (BOB, partial(on_the_wire, BOB, SocketKind.CHAT, Way.DOWN, in_a_message)),
    "received, ack lost": (BOB, partial(on_the_wire, BOB, SocketKind.CHECK, Way.UP, before_a_count)),
    "in the middle of a replay": (BOB, partial(coming_back, BOB, "in_replay", 2)),
    "while the second socket attaches": (BOB, partial(coming_back, BOB, "second_socket", 1)),
    "while the third socket attaches": (BOB, partial(coming_back, BOB, "third_socket", 1)),
    "while the sender comes back": (ALICE, partial(coming_back, ALICE, "third_socket", 1)),
}
"""With whom each is about."""


# Faults. The answer repairs what does not repair itself, after the conversation has gone on.


async def _nothing() -> None:
    pass


async def server_killed(scene: Scene, _: str) -> Repair:
    await scene.server_is_killed()
    return _nothing


async def people_killed(names: tuple[str, ...], scene: Scene, _: str) -> Repair:
    for name in names:
        await scene.is_killed(name)
    return _nothing


async def all_killed(scene: Scene, _: str) -> Repair:
    await people_killed((ALICE, BOB), scene, _)
    return await server_killed(scene, _)


async def power_cut(scene: Scene, _: str) -> Repair:
    await scene.power_is_cut()
    return _nothing


async def cut(kinds: tuple[SocketKind, ...], reset: bool, scene: Scene, name: str) -> Repair:
    scene.people[name].proxy.cut(kinds, reset=reset)
    return _nothing


def _some_time() -> float:
    """Seconds in which some give up and some do not."""
    return DEAD_AFTER * random.uniform(0.2, 1.8)


async def bad_weather(kinds: tuple[SocketKind, ...], weather: Weather, scene: Scene, name: str) -> Repair:
    proxy = scene.people[name].proxy
    proxy.set(weather, kinds)
    scene.go_on_saying(AFTERWARDS)

    async def clears() -> None:
        proxy.set(weather, kinds)  # where the step has let it go on
        await asyncio.sleep(_some_time())

    return clears


async def stopped(name: str, scene: Scene, _: str) -> Repair:
    child = scene.people[name].child if name in scene.people else scene.server

    async def wakes() -> None:
        await child.stop()
        await asyncio.sleep(_some_time())
        child.go_on()

    return wakes


async def disk_fails(scene: Scene, _: str) -> Repair:
    """The server has to end by itself, and is started again when there is room."""
    scene.disk_fails()
    server = scene.server

    async def restarts() -> None:
        await _while_talking(scene, server.is_over())
        await scene.server_starts()

    return restarts


async def syncs_fail(scene: Scene, _: str) -> Repair:
    """The disk answers a sync with EIO, and the server has to end by itself."""
    server = scene.server
    strace = await powercut.syncs_fail(server.pid)

    async def restarts() -> None:
        await _while_talking(scene, server.is_over())
        await strace.communicate()
        await scene.server_starts()

    return restarts


async def clock_jumps(hours: int, scene: Scene, _: str) -> Repair:
    scene.server.is_told(f"clock {3600 * hours}")
    return _nothing


async def second_login(name: str, scene: Scene, _: str) -> Repair:
    """The session of before is told, and does not come back by itself; a person would start it again."""
    person = scene.people[name]

    async def starts_again() -> None:
        (await enter(person.proxy.server, name)).leaves()
        await scene.is_killed(name)

    return starts_again


def _network() -> dict[str, Fault]:
    faults: dict[str, Fault] = {}
    lanes: list[tuple[str, tuple[SocketKind, ...]]] = [(f"the {_word(kind)} socket", (kind,)) for kind in SocketKind]
    for where, kinds in [*lanes, ("all three", ALL)]:
        faults[f"reset of {where}"] = partial(cut, kinds, True)
        faults[f"close of {where}"] = partial(cut, kinds, False)
        faults[f"stall of {where}"] = partial(bad_weather, kinds, Weather(stalled=True))
        faults[f"silent drop on {where}"] = partial(bad_weather, kinds, Weather(dropped=True))
    faults["1-byte slices"] = partial(bad_weather, ALL, Weather(slices=True))
    faults["low bandwidth"] = partial(bad_weather, ALL, Weather(bandwidth=20_000))
    faults["latency"] = partial(bad_weather, ALL, Weather(latency=0.02))
    return faults


def _word(kind: SocketKind) -> str:
    return kind.value.removesuffix("_socket")


POWER_CUT, EIO = "power cut", "EIO on fsync"
NEED_STRACE = {POWER_CUT, EIO}

FAULTS: dict[str, Fault] = {
    "SIGKILL server": server_killed,
    "SIGKILL sender": partial(people_killed, (ALICE,)),
    "SIGKILL recipient": partial(people_killed, (BOB,)),
    "SIGKILL both clients": partial(people_killed, (ALICE, BOB)),
    "SIGKILL everybody": all_killed,
    "SIGSTOP server": partial(stopped, "server"),
    "SIGSTOP sender": partial(stopped, ALICE),
    "SIGSTOP recipient": partial(stopped, BOB),
    "full disk": disk_fails,
    EIO: syncs_fail,
    "clock one hour forward": partial(clock_jumps, 1),
    "clock one hour back": partial(clock_jumps, -1),
    "second login of the sender": partial(second_login, ALICE),
    "second login of the recipient": partial(second_login, BOB),
    **_network(),
    POWER_CUT: power_cut,
}


async def play(scene: Scene, step: str, fault: str) -> None:
    """One cell. Afterwards all that was said is stored and delivered, or AssertionError says how far it got."""
    subject, stand = STEPS[step]
    go_on = await stand(scene)
    repair = await FAULTS[fault](scene, subject)
    go_on()
    await repair()
    for person in scene.people.values():
        person.proxy.clear()
    scene.disarm()
    scene.go_on_saying(AFTERWARDS)
    await scene.settles()
    verdict = scene.verdict()
    assert not verdict.faults, f"{verdict}: {scene.describe()}"
    assert verdict.is_complete, f"{verdict}: {scene.describe()}"
