"""Chats that end while messages are on their way: what was acknowledged is delivered all the same, by the mailbox."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from duologue.core.commands.chat import SocketKind
from tests.faults.cells import ALICE, BOB, MANY, away
from tests.faults.proxy import Way, Weather
from tests.faults.scene import Scene, until

GRACE = 0.3
"""Seconds that a chat waits here for who is away."""

FLAGS = ("--grace", str(GRACE))


async def _chat_is_over(scene: Scene, name: str) -> None:
    journal = scene.people[name].journal

    def is_over() -> bool:
        journal.read_on()
        return any(note.what.startswith("ChatEnded") for note in journal.notes)

    await until(is_over, scene.describe)


async def recipient_comes_too_late(scene: Scene) -> None:
    await away(scene, BOB)
    await _chat_is_over(scene, ALICE)
    scene.people[BOB].proxy.clear()


async def server_is_killed_meanwhile(scene: Scene) -> None:
    await away(scene, BOB)
    await _chat_is_over(scene, ALICE)
    await scene.server_is_killed()
    scene.people[BOB].proxy.clear()


async def sender_comes_too_late(scene: Scene) -> None:
    """With messages that were said without a connection, and that the chat has not waited for."""
    alice = scene.people[ALICE]
    alice.proxy.set(Weather(stalled=True), [SocketKind.LOGIN], [Way.UP])
    alice.proxy.cut()
    alice.says_up_to(alice.goal + MANY)
    await _chat_is_over(scene, BOB)
    alice.proxy.clear()


async def sender_is_killed_and_comes_too_late(scene: Scene) -> None:
    alice = scene.people[ALICE]
    alice.proxy.set(Weather(stalled=True), [SocketKind.LOGIN], [Way.UP])
    alice.proxy.cut()
    alice.says_up_to(alice.goal + MANY)

    def is_said() -> bool:
        alice.journal.read_on()
        return alice.journal.said >= alice.goal

    await until(is_said, scene.describe)
    await alice.child.kill()
    await _chat_is_over(scene, BOB)
    alice.proxy.clear()
    await scene.comes(ALICE)


async def both_come_too_late(scene: Scene) -> None:
    """Nobody is there to hear that the chat is over, and then the server is another one."""
    await away(scene, BOB)
    alice = scene.people[ALICE]
    alice.proxy.set(Weather(stalled=True), [SocketKind.LOGIN], [Way.UP])
    alice.proxy.cut()
    alice.says_up_to(alice.goal + MANY)
    await asyncio.sleep(2 * GRACE)
    await scene.server_is_killed()
    alice.proxy.clear()
    scene.people[BOB].proxy.clear()


ENDINGS: Mapping[str, Callable[[Scene], Awaitable[None]]] = {
    "the recipient comes too late": recipient_comes_too_late,
    "the server is killed meanwhile": server_is_killed_meanwhile,
    "the sender comes too late": sender_comes_too_late,
    "the sender is killed, and comes too late": sender_is_killed_and_comes_too_late,
    "both come too late": both_come_too_late,
}


async def play(scene: Scene, name: str) -> None:
    """Afterwards all that was said is stored and delivered, or AssertionError says how far it got."""
    await scene.opens()
    await ENDINGS[name](scene)
    scene.go_on_saying(MANY)
    await scene.settles()
    verdict = scene.verdict()
    assert not verdict.faults, f"{verdict}: {scene.describe()}"
    assert verdict.is_complete, f"{verdict}: {scene.describe()}"
