"""Servers that a play is played against: one in this process, with a clock of its own, and one that is killed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from duologue.core.names import Account
from duologue.server.storage import users_file
from tests.devices.play import PEOPLE
from tests.faults.processes import Child, Nursery
from tests.stage import UNPAID, Stage, opened

LIMITS: dict[str, Any] = {
    **UNPAID,
    **dict.fromkeys(("requests_to_one", "request_rate", "pending_requests"), float("inf")),
    "send_queue": 1 << 12,
    "mailbox_per_sender": 5000,
}


class InProcess:
    """A server that is stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._stack = AsyncExitStack()
        self._stage: Stage

    @property
    def port(self) -> int:
        return self._stage.settings.port

    async def starts(self) -> None:
        self._stage = await self._stack.enter_async_context(
            opened(self._folder, history=True, protocols=("native",), limits=LIMITS)
        )

    async def starts_again(self) -> None:
        await self.stops()
        await self.starts()

    async def stops(self) -> None:
        await self._stack.aclose()

    def passes(self, seconds: float) -> None:
        self._stage.passes(seconds)


@asynccontextmanager
async def in_process(folder: Path) -> AsyncIterator[InProcess]:
    house = InProcess(folder)
    await house.starts()
    try:
        yield house
    finally:
        await house.stops()


class AsProcess:
    """A server that is killed and started again."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self._folder, self._nursery = folder, nursery
        self._server: Child
        self.port = 0

    async def starts(self) -> None:
        files = ["--users", str(self._folder / "users.csv"), "--data", str(self._folder / "data")]
        flags = ["--port", "0", "--web-port", "0", *files, "--limits", "off", "--log-level", "warning"]
        flags += ["--send-queue", "4096"]
        arguments = {"flags": flags, "without": [], "answers_within": 0.02}
        self._server = await self._nursery.start("served", arguments, self._folder / "server.log")
        self.port = int(await self._server.says("port"))

    async def starts_again(self) -> None:
        await self.stops()
        await self.starts()

    async def stops(self) -> None:
        await self._server.kill()

    def passes(self, seconds: float) -> None:
        """Pass over it: its time is that of everybody."""


@asynccontextmanager
async def as_process(folder: Path, nursery: Nursery) -> AsyncIterator[AsProcess]:
    await asyncio.to_thread(users_file.write, folder / "users.csv", [Account(name) for name in PEOPLE])
    house = AsProcess(folder, nursery)
    await house.starts()
    try:
        yield house
    finally:
        await house.stops()
