"""The operator's own socket: `server.py who` and other commands ask the running server through a file that only its
owner can open.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from duologue.server.access import in_words
from duologue.server.permissions import make_private
from duologue.settings import Settings

Question = Callable[[], Awaitable[object]]

_PATH_BYTES = 100
"""The kernels' limit for the path of a Unix socket is 104 to 108 bytes."""

_ANSWER_WITHIN = 5.0

_SUFFIX = ".control"


class ControlError(Exception):
    """Raised when the running server cannot be asked; the message says why, and what to do."""


def control_path(settings: Settings, port: int) -> Path:
    """Return the path of the socket of the server on this host and port. Raises ControlError where no socket can be."""
    path = settings.data / f"{settings.host}_{port}{_SUFFIX}"
    if len(str(path).encode()) > _PATH_BYTES:
        raise ControlError(f"The path {path} is too long for a socket; choose a shorter --data folder.")
    return path


def ask(settings: Settings, question: str) -> Any:
    """Ask the running server that the settings name; the answer is JSON. Raises ControlError."""
    path = control_path(settings, settings.port)
    try:
        with _connected(path) as sock:
            sock.sendall(f"{question}\n".encode())
            with sock.makefile("rb") as answer:
                return json.loads(answer.read())
    except PermissionError as error:
        text = f"{named(settings)} with --data {settings.data} cannot be asked: {in_words(error, path)}."
        raise ControlError(text) from error
    except (OSError, ValueError) as error:
        raise ControlError(
            f"No server answers at {settings.host} port {settings.port} with --data {settings.data}. {_hint(settings)}"
        ) from error


def named(settings: Settings) -> str:
    """Return a name for the server of these settings, for the start of a sentence."""
    return f"The server at {settings.host} port {settings.port}"


def _connected(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX)
    try:
        sock.settimeout(_ANSWER_WITHIN)
        sock.connect(str(path))
    except OSError:
        sock.close()
        raise
    return sock


def _hint(settings: Settings) -> str:
    others = [
        f"--host {host} --port {port}"
        for path in sorted(settings.data.glob(f"*{_SUFFIX}"))
        if _is_answered(path) and (host := path.stem.rpartition("_")[0]) and (port := path.stem.rpartition("_")[2])
    ]
    if others:
        return f"There is one at {', and one at '.join(others)}."
    return "Is it running, and are --host, --port and --data the ones that it runs with?"


def _is_answered(path: Path) -> bool:
    try:
        _connected(path).close()
    except OSError:
        return False
    return True


class Control:
    """The server's end: answers `questions`, one line each, as JSON, from `open` to `close`."""

    def __init__(self, questions: Mapping[str, Question]) -> None:
        self._questions = questions
        self._server: asyncio.AbstractServer | None = None
        self._path: Path | None = None

    async def open(self, path: Path) -> None:
        """Make the socket and serve it. Raises ControlError when its file cannot be made."""
        try:
            self._server = await asyncio.start_unix_server(self._answer, sock=_private_socket(path))
        except OSError as error:
            raise ControlError(f"The socket {path} cannot be made: {in_words(error, path.parent)}.") from error
        self._path = path

    async def close(self) -> None:
        if self._server and self._path:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            line = await asyncio.wait_for(reader.readuntil(b"\n"), _ANSWER_WITHIN)
            question = self._questions.get(line.decode(errors="replace").strip())
            if question:
                writer.write(json.dumps(await question()).encode())
                await asyncio.wait_for(writer.drain(), _ANSWER_WITHIN)
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError, ConnectionError):
            pass
        finally:
            writer.close()


def _private_socket(path: Path) -> socket.socket:
    make_private(path.parent)
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX)
    mask = os.umask(0o177)  # so that others cannot connect at any moment
    try:
        sock.bind(str(path))
    except OSError:
        sock.close()
        raise
    finally:
        os.umask(mask)
    return sock
