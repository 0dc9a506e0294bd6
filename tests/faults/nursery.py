"""A process that has everything loaded and forks servers and talkers, each within milliseconds.

Runs as `python -m tests.faults.nursery FD`, FD being the socket over which it is asked. What it has started does not
outlive it. Roles are modules of this folder with a `main(arguments, driver)`; `driver` is a socket to who asked.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.faults import served, talker

ROLES = {"served": served.main, "talker": talker.main}


def run(driver: socket.socket) -> None:
    children = set[int]()
    signal.signal(signal.SIGCHLD, lambda *_: _reap(children))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the driver, and its end is what ends all here
    gc.freeze()
    try:
        with suppress(ConnectionResetError):  # the driver has ended
            while (request := socket.recv_fds(driver, 65536, 1))[0]:
                children.add(_fork(json.loads(request[0]), socket.socket(fileno=request[1][0]), driver))
                _reap(children)
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)


def _reap(children: set[int]) -> None:
    """What has ended is let go at once: until then nobody else can get its number."""
    for child in [*children]:
        with suppress(ChildProcessError):
            if os.waitpid(child, os.WNOHANG)[0]:
                children.discard(child)


def _fork(request: dict[str, Any], line: socket.socket, driver: socket.socket) -> int:
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])
    try:
        child = os.fork()
        if child == 0:
            driver.close()
            _live(request, line)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    line.close()
    driver.sendall(f"{child}\n".encode())
    return child


def _live(request: dict[str, Any], line: socket.socket) -> None:
    code = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
        log = os.open(Path(request["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        ROLES[request["role"]](request["arguments"], line)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    with socket.socket(fileno=int(sys.argv[1])) as asker:
        run(asker)
