"""The server in a process of its own, with places to stop it at, and with defences that can be taken out.

What is done to it here is done from outside, by replacing functions: the product knows nothing of it.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from typing import Any

from duologue import logs
from duologue.core.commands.chat import SocketKind
from duologue.protocols.base import FRONT_DOORS
from duologue.server import cli
from duologue.server.auth.login import LoginService
from duologue.server.chats import reporter
from duologue.server.chats.delivery import Flow
from duologue.server.chats.relay import Relay
from duologue.server.server import Server
from duologue.server.storage import writer
from duologue.settings import Settings, parse
from tests.faults import red_controls
from tests.faults.failpoints import Failpoints


def prepare(failpoints: Failpoints) -> None:
    """The steps of a message on the server, by the words of the matrix."""
    failpoints.before_each_use(Relay, "reader", "line_read", lambda data: data.endswith(b"\n"))
    failpoints.before(writer, "commit", "before_commit", lambda _, batch, *__: bool(batch.chunks))
    failpoints.after(writer, "commit", "after_commit", lambda _, batch, *__: bool(batch.chunks))
    failpoints.after_awaiting(Flow, "_push_page", "in_replay")
    failpoints.before(LoginService, "attach", "second_socket", lambda _, __, kind, ___: kind is SocketKind.CHAT)
    failpoints.before(LoginService, "attach", "third_socket", lambda _, __, kind, ___: kind is SocketKind.CHECK)


class WallClock:
    """time.time, which can be put forward and back."""

    def __init__(self) -> None:
        self._real = time.time
        self.shift = 0.0

    def __call__(self) -> float:
        return self._real() + self.shift


async def _obey(failpoints: Failpoints, clock: WallClock, reader: asyncio.StreamReader, driver: socket.socket) -> None:
    """Until the driver is gone."""
    while line := (await reader.readline()).decode().split():
        match line:
            case ["arm", place, times]:
                failpoints.arm(place, int(times))
            case ["disarm"]:
                failpoints.disarm()
            case ["clock", seconds]:
                clock.shift = float(seconds)
            case ["look"]:
                tasks = sorted(task.get_name() for task in asyncio.all_tasks())
                os.write(driver.fileno(), f"looks {json.dumps({'tasks': len(tasks)})}\n".encode())
    os._exit(0)


async def _main(settings: Settings, driver: socket.socket, clock: WallClock) -> None:
    failpoints = Failpoints(driver)
    prepare(failpoints)
    reader, _ = await asyncio.open_connection(sock=driver)
    server = Server(settings)
    port = await server.start()
    obeying = asyncio.create_task(_obey(failpoints, clock, reader, driver))
    os.write(driver.fileno(), f"port {port}\n".encode())
    try:
        await server.over
    finally:
        await server.stop()
        obeying.cancel()


def main(arguments: dict[str, Any], driver: socket.socket) -> None:
    settings = parse(arguments["flags"], protocols=tuple(FRONT_DOORS)).settings
    logs.configure(settings.log_level, settings.log_format)
    for control in arguments.get("without", ()):
        red_controls.TAKEN_OUT[control]()
    reporter.ANSWER_WITHIN = arguments["answers_within"]  # type: ignore[attr-defined]
    clock = time.time = WallClock()
    with asyncio.Runner(loop_factory=cli.new_event_loop) as runner:
        runner.run(_main(settings, driver, clock))
