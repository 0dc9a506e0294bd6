"""A page that scenes control: one WebSocket, by frames, and bare HTTP on the same port."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import ssl
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from duologue.core.commands.chat import StreamHeld
from duologue.protocols.web.json_frames import wanted
from tests.bound import BOUND
from tests.stage import Stage

logging.getLogger("websockets.client").setLevel(logging.WARNING)  # the client's own notes are not for the scenes

Frame = dict[str, Any]
READY = {"type": "acknowledged", "stored": 0, "delivered": 0, "stream": None}


def plain(value: Any) -> Any:
    """Return a field of a command or event as JSON has it."""
    match value:
        case Enum():
            return value.value
        case StreamHeld():
            return {"name": value.name, "upto": value.upto}
        case tuple():
            return [plain(item) for item in value]
    return value


def fields_of(command: Any) -> Frame:
    return {field.name: plain(getattr(command, field.name)) for field in wanted(type(command))}


class Tab:
    """One tab, with one WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.token = ""
        self.nickname = ""

    @classmethod
    async def opens(cls, stage: Stage, *, tls: ssl.SSLContext | None = None, **how: Any) -> Self:
        address, scheme = f"127.0.0.1:{stage.ports['web']}", "s" if tls else ""
        named = {
            "origin": f"http{scheme}://{address}",
            "compression": None,
            "proxy": None,
            "ping_interval": None,
            **how,
        }
        tab = cls(await connect(f"ws{scheme}://{address}/socket", ssl=tls, close_timeout=1, **named))
        stage.leaving.append(tab.breaks)
        return tab

    async def says(self, kind: str, /, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def frame(self) -> Frame:
        async with asyncio.timeout(BOUND):
            found = json.loads(await self.socket.recv())
        assert isinstance(found, dict)
        return found

    async def hears(self, kind: str, /, **fields: Any) -> Frame:
        """Expect the next frame to be of this type, with these fields among others."""
        found = await self.frame()
        assert {"type": kind, **fields} == {key: found.get(key) for key in ("type", *fields)}, found
        return found

    async def skips_to(self, kind: str, /, **fields: Any) -> Frame:
        """Return the next frame of this type with these fields, whatever comes before it."""
        while True:
            found = await self.frame()
            if {"type": kind, **fields}.items() <= found.items():
                return found

    async def is_closed(self) -> int | None:
        """Expect nothing more; return the code that the server closed with."""
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(BOUND):
                assert not await self.socket.recv()
        return self.socket.close_code

    async def logs_in(self, nickname: str, password: str | None = None) -> Self:
        await self.says("give_nickname", nickname=nickname)
        if password is not None:
            await self.hears("password_wanted")
            await self.says("give_password", password=password)
        return await self.is_in()

    async def shows(self, token: str) -> Self:
        """Log in with a token."""
        await self.says("give_pass", token=token)
        return await self.is_in()

    async def is_in(self) -> Self:
        welcome = await self.hears("logged_in")
        self.token, self.nickname = welcome["token"], welcome["nickname"]
        assert await self.frame() == READY
        return self

    async def leaves(self) -> None:
        await self.socket.close()

    def breaks(self) -> None:
        """Drop the connection, without a word."""
        self.socket.transport.abort()


async def enters(stage: Stage, nickname: str, **how: Any) -> Tab:
    return await (await Tab.opens(stage, **how)).logs_in(nickname)


async def start_chat(asker: Tab, target: Tab) -> str:
    """Start a chat; return its id."""
    await asker.says("ask_for_chat", nickname=target.nickname)
    await target.hears("chat_requested", nickname=asker.nickname)
    await asker.hears("request_sent", nickname=target.nickname)
    await target.says("accept_chat")
    for one, other in ((asker, target), (target, asker)):
        await one.hears("requests_ended", nickname=other.nickname)
    started = await asker.hears("chat_started", nickname=target.nickname)
    await target.hears("chat_started", chat=started["chat"])
    return str(started["chat"])


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


async def sends(stage: Stage, data: bytes, *, source: str | None = None, tls: ssl.SSLContext | None = None) -> bytes:
    """Return everything that is answered to bytes on a fresh connection, until the server closes it."""
    where = (source, 0) if source else None
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.ports["web"], local_addr=where, ssl=tls)
    writer.write(data)
    try:
        async with asyncio.timeout(BOUND):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()


async def asks(stage: Stage, path: str, *headers: str, method: str = "GET", **how: Any) -> Answer:
    """Return the answer to a request; without a Host among `headers` it is the server's own, and without a Connection
    header none follows on this connection.
    """
    own = [f"Host: 127.0.0.1:{stage.ports['web']}", "Connection: close"]
    named = {header.partition(":")[0] for header in headers}
    head = "\r\n".join(
        [f"{method} {path} HTTP/1.1", *(header for header in own if header.partition(":")[0] not in named), *headers]
    )
    return answer(await sends(stage, f"{head}\r\n\r\n".encode(), **how))


def answer(data: bytes) -> Answer:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    found = (line.partition(": ") for line in lines)
    return Answer(int(first.split(" ")[1]), {name.lower(): value for name, _, value in found}, body)


UPGRADE = (
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
)
"""The headers of a WebSocket request, except its origin."""
