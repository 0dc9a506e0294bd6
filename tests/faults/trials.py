"""Where single defences are needed most, and what happens there without them: the red controls (reliability.md).

Each trial is played with every defence in place, and nothing may be lost, doubled or moved; and once more without one,
and then the checker has to find it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from tests.faults.cells import ALICE, BOB, MANY, away
from tests.faults.checker import Verdict
from tests.faults.scene import Scene, until

QUIET = 2.0
"""Seconds that a conversation may need to come to rest; without a defence it may never."""


async def restarted_behind_the_ack(scene: Scene) -> None:
    """Killed right after the ack, when nobody but the server has the messages."""
    await _acknowledged_while_away(scene)
    await scene.server_is_killed()
    scene.people[BOB].proxy.clear()


async def power_cut_behind_the_ack(scene: Scene) -> None:
    await _acknowledged_while_away(scene)
    await scene.power_is_cut()
    scene.people[BOB].proxy.clear()


async def _acknowledged_while_away(scene: Scene) -> None:
    await away(scene, BOB)
    alice = scene.people[ALICE]
    alice.says_up_to(alice.goal + MANY)

    def is_stored() -> bool:
        alice.journal.read_on()
        return alice.journal.stored >= alice.goal

    await until(is_stored, scene.describe)


async def late_bytes_of_an_old_session(scene: Scene) -> None:
    """What alice sends is held up on the way; she comes back over new sockets, and then it arrives."""
    alice = scene.people[ALICE]
    free = alice.proxy.strand()
    notes = len(alice.journal.notes)
    alice.says_up_to(alice.goal + MANY)

    def is_back() -> bool:
        alice.journal.read_on()
        return any(note.what == "resumed" for note in alice.journal.notes[notes:])

    await until(is_back, scene.describe)
    free()


async def links_lost(scene: Scene) -> None:
    """Again and again, in both directions, in the middle of the talk."""
    for _ in range(5):
        scene.go_on_saying(MANY)
        await asyncio.sleep(0.02)
        for person in scene.people.values():
            person.proxy.cut()


@dataclass(frozen=True, slots=True)
class Trial:
    play: Callable[[Scene], Awaitable[None]]
    without: tuple[str, ...]
    """The defences to take out, by their names in red_controls."""
    flags: tuple[str, ...] = ()
    needs_strace: bool = False


PATIENT_SERVER = ("--heartbeat", "5", "--dead-after", "30")
"""Fencing is what is left when the server has not yet noticed that the older session is dead."""

TRIALS: Mapping[str, Trial] = {
    "ack before commit": Trial(restarted_behind_the_ack, ("ack before commit",)),
    "synchronous=NORMAL and a power cut": Trial(power_cut_behind_the_ack, ("no sync",), needs_strace=True),
    "no duplicate check, replay from the start": Trial(links_lost, ("replay from the start", "no duplicate check")),
    "no fencing": Trial(late_bytes_of_an_old_session, ("no fencing",), PATIENT_SERVER),
    "no count of what came": Trial(links_lost, ("no count of what came",)),
}


async def verdict_of(trial: Trial, scene: Scene) -> Verdict:
    """Play it, and let the conversation come to rest as far as it can."""
    await scene.opens()
    await trial.play(scene)
    scene.go_on_saying(MANY)
    with suppress(AssertionError):
        await scene.settles(QUIET)
    return scene.verdict()
