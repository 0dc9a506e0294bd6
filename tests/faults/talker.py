"""A client in a process of its own, which talks and writes a journal, and goes on where it was killed.

It says `rate` messages a second, or as many as the server takes, until message `goal`; told `goal N` by the driver, it
goes on to that. It never ends by itself, except when another client takes its place.
"""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

from duologue.client.address import Address
from duologue.client.api import Client
from duologue.client.connection import Timing
from duologue.client.engine.memory import Memory
from duologue.client.engine.memory_file import MemoryFile
from duologue.client.errors import ClientError
from duologue.client.events import ConnectionLost, Happening, Reconnected
from duologue.core.events import chat as events
from tests.faults import red_controls
from tests.faults.failpoints import Failpoints
from tests.faults.journal import Follower, Journal, Said
from tests.faults.messages import identity_of, text_of

LOOK_EVERY = 0.005
"""Seconds between two looks whether there is something to say."""

ASK_EVERY = 0.1


class Talker:
    def __init__(self, arguments: dict[str, Any]) -> None:
        self.me, self.partner = arguments["me"], arguments["partner"]
        self._asks = arguments["asks"]
        self._size, self._window = arguments["size"], arguments["window"]
        self._rate = arguments["rate"]
        self.goal = arguments["goal"]
        memory = Path(arguments["memory"])
        journal = Path(arguments["journal"])
        self._taken = _taken(journal, memory, self.me)
        self._stored = 0
        self._journal = Journal(journal)
        haste = arguments["haste"]
        self._client = Client(
            Address("127.0.0.1", arguments["port"], None),
            self.me,
            memory=memory,
            timing=Timing(**arguments["timing"]),
            sleep=lambda seconds: asyncio.sleep(seconds * haste),
        )

    async def run(self) -> None:
        self._journal.began(self.me, self.partner)
        while True:
            with suppress(ClientError):
                await self._client.open()
                break
            await asyncio.sleep(LOOK_EVERY)
        async with asyncio.TaskGroup() as tasks:
            speaking = tasks.create_task(self._speak())
            await self._listen()
            speaking.cancel()

    # Listening

    async def _listen(self) -> None:
        async for event in self._client:
            match event:
                case events.Said(_, text) | events.MessageFrom(text=text):
                    self._journal.heard(text)
                case events.ChatRequested(nickname):
                    with suppress(ClientError):
                        await self._client.accept(nickname)
                case events.Acknowledged():
                    pass
                case _:
                    self._journal.noted(_words(event))
            self._note_stored()

    def _note_stored(self) -> None:
        """All that was taken is stored, but for what the client says is not. It must be connected to know."""
        stored = self._taken - self._client.unstored
        if stored > self._stored and self._client.is_connected:
            self._stored = stored
            self._journal.stored(stored)

    # Speaking

    async def _speak(self) -> None:
        loop = asyncio.get_running_loop()
        began, before = loop.time(), self._taken
        asked = 0.0
        while True:
            due = before + int((loop.time() - began) * self._rate) if self._rate else self.goal
            while self._taken < min(due, self.goal) and self._may_say() and await self._say(self._taken + 1):
                pass
            if self._asks and loop.time() - asked > ASK_EVERY:
                asked = loop.time()
                await self._ask()
            await asyncio.sleep(LOOK_EVERY)
            if self._taken >= self.goal:
                began, before = loop.time(), self._taken

    def _may_say(self) -> bool:
        return self._client.partner is not None and self._client.unstored < self._window

    async def _say(self, number: int) -> bool:
        self._journal.said(number, self._client.sent)
        try:
            saying = asyncio.ensure_future(self._client.say(text_of(self.me, number, self._size)))
            await saying
        except ClientError as error:
            self._journal.noted(f"not taken {number}: {error}")
            return False
        self._taken = number
        return True

    async def _ask(self) -> None:
        client = self._client
        if client.is_connected and client.partner is None and not client.asked:
            with suppress(ClientError):
                await client.ask(self.partner)


def _words(event: Happening) -> str:
    match event:
        case ConnectionLost(reason):
            return f"lost {reason}"
        case Reconnected():
            return "reconnected"
        case events.ChatResumed():
            return "resumed"
        case events.Disconnected(code):
            return f"disconnected {code}"
    return repr(event)


def _taken(journal: Path, memory: Path, me: str) -> int:
    """The last message that is on its way by now. The one written down last may not have got as far as the client."""
    follower = Follower(journal)
    follower.read_on()
    follower.close()
    last = follower.last_said
    if last is None:
        return 0
    return last.number if _is_remembered(last, memory, me) else last.number - 1


def _is_remembered(last: Said, path: Path, me: str) -> bool:
    memory = Memory(MemoryFile(path))
    memory.open(me)
    chats = memory.chats
    memory.close()
    lines = [line for chat in chats for line in chat.unstored]
    texts = [line[1:-1].decode().replace("\v", "\n") for line in lines]
    is_kept = (me, last.number) in [identity_of(text) for text in texts]
    return is_kept or any(chat.sent > last.before for chat in chats if not chat.is_over)


async def _obey(talker: Talker, failpoints: Failpoints, reader: asyncio.StreamReader) -> None:
    """Until the driver is gone; then nobody reads the journal any more."""
    while line := (await reader.readline()).decode().split():
        match line:
            case ["goal", number]:
                talker.goal = int(number)
            case ["arm", place, times]:
                failpoints.arm(place, int(times))
            case ["disarm"]:
                failpoints.disarm()
    os._exit(0)


async def _main(arguments: dict[str, Any], driver: socket.socket) -> None:
    failpoints = Failpoints(driver)
    for control in arguments.get("without", ()):
        red_controls.TAKEN_OUT[control]()
    failpoints.after(Memory, "say", "kept")
    reader, _ = await asyncio.open_connection(sock=driver)
    talker = Talker(arguments)
    obeying = asyncio.create_task(_obey(talker, failpoints, reader))
    await talker.run()
    obeying.cancel()


def main(arguments: dict[str, Any], driver: socket.socket) -> None:
    asyncio.run(_main(arguments, driver))
