"""Somebody at the other end: a native client in the test's own loop."""

from __future__ import annotations

import asyncio
from typing import TypeVar

from duologue.client import Client, Happening, Said, connect
from tests.bound import BOUND

H = TypeVar("H")


class Person:
    """Logged in while the `async with` lasts; remembers all that happens."""

    def __init__(self, nickname: str, port: int) -> None:
        self.client: Client = connect(nickname, port=port)
        self.events: list[Happening] = []
        self._news = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Person:
        await self.client.open()
        self._listening = asyncio.create_task(self._listen())
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._listening
        self._listening.cancel()
        await asyncio.wait((self._listening,))
        await self.client.close()

    async def _listen(self) -> None:
        async for event in self.client:
            self.events.append(event)
            self._news.set()

    async def gets(self, kind: type[H], **fields: object) -> H:
        """Wait for an event of that kind with these fields."""
        async with asyncio.timeout(BOUND):
            while True:
                for event in self.events:
                    if isinstance(event, kind) and all(getattr(event, name) == fields[name] for name in fields):
                        return event
                self._news.clear()
                await self._news.wait()

    def lose_connection(self) -> None:
        """As a cable that is pulled does."""
        assert self.client._connection
        for writer in self.client._connection._writers.values():
            writer.transport.abort()

    def said(self) -> list[str]:
        """The texts of the chat that have come."""
        return [event.text for event in self.events if isinstance(event, Said)]
