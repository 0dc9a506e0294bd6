"""A real server for the tests of the client that need one, and a false one for what a real one never says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from duologue.client.address import Address
from tests.bound import BOUND
from tests.client.model import CONVERSATION
from tests.terminal.programs import Server, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def own_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("own")) as server:
        yield server


def sorted_out(data: bytes) -> tuple[bytes, bytes]:
    """Return the lines of a conversation, and the others."""
    lines = data.splitlines(keepends=True)
    return (
        b"".join(line for line in lines if line.startswith(CONVERSATION)),
        b"".join(line for line in lines if not line.startswith(CONVERSATION)),
    )


class FalseServer:
    """Answers the first line of a socket with what the test wrote down for its kind, and says what it is told to.

    Whatever belongs to a conversation goes on the chat socket; of the answers, once all three are there.
    """

    def __init__(self) -> None:
        self.answers = {
            "login_socket": b"AUTH_SUCCESS token alice\n",
            "chat_socket": b"",
            "check_socket": b"PONG 0 0\n",
        }
        self.sockets: dict[str, asyncio.StreamWriter] = {}
        self.heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()
        self.logins = 0
        self._for_later = b""
        self.says_goodbye = True
        self.address = Address()
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.address = Address("127.0.0.1", self._server.sockets[0].getsockname()[1])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._serving.add(task)
        kind = (await reader.readline()).split()[1].decode()
        self.sockets[kind] = writer
        self.logins += kind == "login_socket"
        conversation, rest = sorted_out(self.answers[kind])
        self._for_later += conversation
        self.say(kind, rest)
        if kind == "check_socket":
            self.say("chat_socket", self._for_later)
            self._for_later = b""
            if b"disconnected " in self.answers["login_socket"]:
                self.close("chat_socket")
        try:
            while line := await reader.readline():
                self.heard.put_nowait((kind, line))
                if line == b"/exit\n" and self.says_goodbye:
                    for socket in self.sockets.values():
                        socket.close()
        except OSError:
            pass
        writer.close()

    def tell(self, data: bytes) -> None:
        """Say each line on the socket that carries it. After `disconnected` the chat socket is closed."""
        conversation, rest = sorted_out(data)
        self.say("chat_socket", conversation)
        self.say("login_socket", rest)
        if b"disconnected " in rest:
            self.close("chat_socket")

    def say(self, kind: str, data: bytes) -> None:
        self.sockets[kind].write(data)

    def close(self, kind: str) -> None:
        self.sockets[kind].close()

    async def hears(self, kind: str, line: bytes) -> list[tuple[str, bytes]]:
        """Wait until that line came; return what came before it."""
        before = []
        async with asyncio.timeout(BOUND):
            while (heard := await self.heard.get()) != (kind, line):
                before.append(heard)
        return before

    async def stop(self) -> None:
        assert self._server
        self._server.close()
        for writer in self.sockets.values():
            writer.transport.abort()
        await asyncio.gather(*self._serving)


@pytest.fixture
async def false_server() -> AsyncIterator[FalseServer]:
    server = FalseServer()
    await server.start()
    yield server
    await server.stop()
