"""A client of bare lines, for what a journaling one is too slow or too polite for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wire:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @classmethod
    async def connect(cls, port: int, *lines: str) -> Wire:
        wire = cls(*await asyncio.open_connection("127.0.0.1", port))
        wire.says(*lines)
        return wire

    def says(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\n" for line in lines).encode())

    async def hears(self, word: str) -> list[str]:
        """The words of the next line that begins with `word`. Raises ConnectionError where none comes any more."""
        while line := (await self.reader.readline()).decode():
            if line.startswith(word):
                return line.split()
        raise ConnectionError(f"closed, and said no {word}")


@dataclass(frozen=True, slots=True)
class Raw:
    """Somebody who is logged in."""

    login: Wire
    chat: Wire
    check: Wire

    def leaves(self) -> None:
        for wire in (self.login, self.chat, self.check):
            wire.writer.close()


async def enter(port: int, nickname: str) -> Raw:
    """Log in. Raises OSError where there is no server, or none any more."""
    login = await Wire.connect(port, "duologue/1 login_socket", nickname)
    token = (await login.hears("AUTH_SUCCESS"))[1]
    chat = await Wire.connect(port, f"duologue/1 chat_socket {token}")
    check = await Wire.connect(port, f"duologue/1 check_socket {token}", "PING 0")
    await check.hears("PONG")
    return Raw(login, chat, check)


async def chat_between(port: int, one: str, other: str) -> tuple[Raw, Raw, str]:
    """Two who are in a chat, and its id."""
    asker, target = await enter(port, one), await enter(port, other)
    asker.chat.says(f"/chat {other}")
    await target.login.hears("want_chat_with_you")
    target.chat.says("yes")
    await target.chat.hears("start_chat")
    return asker, target, (await asker.chat.hears("start_chat"))[2]


def say_goodbye(people: Iterable[Raw]) -> None:
    for person in people:
        person.leaves()
