"""How long an acknowledgement takes at 10,000 messages a second, with everything stored and synced."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import suppress
from dataclasses import dataclass

from tests.bound import BOUND
from tests.faults.long.part import Figures, Part
from tests.faults.long.workshop import Workshop, percentile
from tests.faults.raw import Raw, chat_between, say_goodbye

PAIRS = 10
RATE = 10_000
TICK = 0.01
TEXT = "x" * 62


class Conversation:
    """One pair: one of them talks at an even pace, and the other holds what comes."""

    def __init__(self, sender: Raw, recipient: Raw, chat: str) -> None:
        self._sender, self._recipient, self._chat = sender, recipient, chat
        self._sent: deque[tuple[int, float]] = deque()
        self._count = 0
        self.times: list[float] = []

    async def talks(self, seconds: float) -> None:
        reading = [asyncio.create_task(self._note_acks()), asyncio.create_task(self._receive())]
        batch = round(RATE / PAIRS * TICK)
        lines = (f":{TEXT}\n" * batch).encode()
        due = time.monotonic()
        for _ in range(round(seconds / TICK)):
            self._count += batch
            self._sent.append((self._count, time.monotonic()))
            self._sender.chat.writer.write(lines)
            due += TICK
            await asyncio.sleep(due - time.monotonic())
        async with asyncio.timeout(BOUND):
            while self._sent:  # noqa: ASYNC110 - what is waited for is what the other task reads
                await asyncio.sleep(TICK)
        for task in reading:
            task.cancel()

    async def _note_acks(self) -> None:
        with suppress(ConnectionError):
            while words := await self._sender.check.hears("PONG"):
                while self._sent and self._sent[0][0] <= int(words[1]):
                    self.times.append(time.monotonic() - self._sent.popleft()[1])

    async def _receive(self) -> None:
        count = told = 0
        while data := await self._recipient.chat.reader.read(65536):
            count += data.count(b"\n:") + data.startswith(b":")
            if count - told > RATE / PAIRS / 10:
                told = count
                self._recipient.check.says(f"PING {count} {self._chat}")


@dataclass(frozen=True, slots=True)
class Acks(Part):
    seconds: float

    async def play(self, workshop: Workshop) -> Figures:
        cast = [f"{role}{number}" for number in range(PAIRS) for role in ("sender", "reader")]
        flags = ("--heartbeat", "15", "--dead-after", "45")
        async with workshop.scene(cast=cast, flags=flags, timing={"dead_after": 45}) as scene:
            port = scene.people[cast[0]].proxy.server
            pairs = [await chat_between(port, *cast[place : place + 2]) for place in range(0, len(cast), 2)]
            chats = [Conversation(*pair) for pair in pairs]
            await asyncio.gather(*(conversation.talks(self.seconds) for conversation in chats))
            times = [taken for conversation in chats for taken in conversation.times]
            for sender, recipient, _ in pairs:
                say_goodbye((sender, recipient))
        return {
            "rate": RATE,
            "pairs": PAIRS,
            "seconds": self.seconds,
            "p50": percentile(times, 0.5),
            "p99": percentile(times, 0.99),
            "max": max(times),
        }
