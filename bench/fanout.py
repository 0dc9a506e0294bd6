"""Fan-out: one of many in a room speaks at a fixed rate, all others hear it. Prints what a delivery costs each server.

    .venv/bin/python bench/fanout.py                      # 500 and 50 members; ours with and without history, InspIRCd
    .venv/bin/python bench/fanout.py --members 500 --rounds 1

The load comes from this process, the servers are others, one at a time, and the rounds take turns. CPU is the server's
own, user and system, from /proc. Quote the ratios of one run.
"""

from __future__ import annotations

import argparse
import os
import re
import select
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import load
from run import TOP, Running

SIZE = 64
DELIVERIES = 20_000
"""A second, for rooms of any size: the load is the same, and a Python that reads it is far from its limit."""
PATIENCE = 20.0
_CHUNK = 1 << 18
_MARK = b"^"
_IRC_PORT = 16668

INSPIRCD = """<server name="irc.bench.test" description="bench" network="bench" id="00A">
<admin name="bench" nick="bench" email="bench@bench.test">
<bind address="127.0.0.1" port="{port}" type="clients">
<connect allow="*" timeout="60" threshold="1000000000" commandrate="1000000000" fakelag="no" hardsendq="100M"
 softsendq="100M" recvq="10M" localmax="100000" globalmax="100000" resolvehostnames="no" useident="no">
<performance netbuffersize="10240" somaxconn="4096" softlimit="100000" quietbursts="yes">
<path datadir="{folder}" logdir="{folder}" runtimedir="{folder}">
<pid file="{folder}/pid">
"""


@dataclass(slots=True, eq=False)
class Member:
    """`hears` is where messages come, `says` where they go; what comes on `besides` is read and not looked at."""

    hears: socket.socket
    says: socket.socket
    besides: tuple[socket.socket, ...] = ()


class Peer(ABC):
    """A server to measure, and how its clients speak."""

    name: str

    @abstractmethod
    @contextmanager
    def runs(self, folder: Path, members: int) -> Iterator[Running]: ...

    @abstractmethod
    def enter(self, port: int, members: int) -> list[Member]:
        """So many, into one room."""

    @abstractmethod
    def line(self, number: int, text: bytes) -> bytes:
        """The speaker's message of that number."""


class Duologue(Peer):
    def __init__(self, history: str) -> None:
        self.name = f"duologue, history {history}"
        self._history = history

    @contextmanager
    def runs(self, folder: Path, members: int) -> Iterator[Running]:
        users = folder / "users.csv"
        users.write_text("clientID\n" + "".join(f"user{number}\n" for number in range(members)), encoding="utf-8")
        command = [sys.executable, "server.py", "--port", "0", "--users", users, "--data", folder]
        command += ["--limits", "off", "--history", self._history]
        with _process([*map(str, command)], folder / "log") as process:
            yield Running(process, _within_patience(partial(_listens, folder / "log")))

    def enter(self, port: int, members: int) -> list[Member]:
        people = [load.log_in(port, f"user{number}") for number in range(members)]
        for person in people:
            person.chat.sendall(b"/join #tea\n")
        for person in people:
            _until(person.login, b"room_entered ")
        return [Member(person.login, person.chat, (person.check,)) for person in people]

    def line(self, number: int, text: bytes) -> bytes:
        return b"/msg #tea AbCdEfGhIjKl %d :%s\n" % (number, text)


class InspIRCd(Peer):
    name = "inspircd"

    @contextmanager
    def runs(self, folder: Path, members: int) -> Iterator[Running]:
        config = folder / "inspircd.conf"
        config.write_text(INSPIRCD.format(port=_IRC_PORT, folder=folder), encoding="utf-8")
        command = ["inspircd", f"--config={config}", "--nofork", "--runasroot"]
        with _process(command, folder / "log") as process:
            yield Running(process, _within_patience(partial(_answers, _IRC_PORT)))

    def enter(self, port: int, members: int) -> list[Member]:
        """All at once: InspIRCd lets in whoever waits once a second."""
        sockets = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(members)]
        for number, sock in enumerate(sockets):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.sendall(b"NICK user%d\r\nUSER user%d 0 * :x\r\n" % (number, number))
        for sock in sockets:
            _until(sock, b" 001 ")
            sock.sendall(b"JOIN #tea\r\n")
        for sock in sockets:
            _until(sock, b" 366 ")
        return [Member(sock, sock) for sock in sockets]

    def line(self, number: int, text: bytes) -> bytes:
        return b"PRIVMSG #tea :%s\r\n" % text


@contextmanager
def _process(command: list[str], log: Path) -> Iterator[subprocess.Popen[str]]:
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(command, cwd=TOP, stdout=subprocess.DEVNULL, stderr=file, text=True)
        try:
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE)


def _within_patience(port: Callable[[], int | None]) -> int:
    deadline = time.monotonic() + PATIENCE
    while (found := port()) is None:
        if time.monotonic() > deadline:
            raise SystemExit("the server did not start")
        time.sleep(0.1)
    return found


def _listens(log: Path) -> int | None:
    found = re.search(r"listening .*port=(\d+)", log.read_text(encoding="utf-8"))
    return int(found[1]) if found else None


def _answers(port: int) -> int | None:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return None
    return port


def _until(sock: socket.socket, word: bytes) -> None:
    heard = b""
    while word not in heard:
        data = sock.recv(_CHUNK)
        if not data:
            raise SystemExit(f"closed while waiting for {word!r}, after {heard!r}")
        heard += data


class Room:
    """All members, read by one poll."""

    def __init__(self, members: list[Member]) -> None:
        self.members = members
        self.delivered = 0
        self._sockets: dict[int, socket.socket] = {}
        self._heard_on = {member.hears.fileno() for member in members}
        self._poll = select.epoll()
        for member in members:
            for sock in {member.hears, *member.besides}:
                sock.setblocking(False)
                self._sockets[sock.fileno()] = sock
                self._poll.register(sock, select.EPOLLIN)

    def reads(self, seconds: float) -> bool:
        """What has come, or comes first within `seconds`. False: nothing."""
        events = self._poll.poll(seconds)
        for descriptor, _ in events:
            data = self._sockets[descriptor].recv(_CHUNK)
            if not data:
                raise SystemExit("the server closed a connection")
            if descriptor in self._heard_on:
                self.delivered += data.count(_MARK)
        return bool(events)

    def closes(self) -> None:
        self._poll.close()
        for member in self.members:
            for sock in {member.hears, member.says, *member.besides}:
                sock.close()


def measure(peer: Peer, members: int, rate: float, seconds: float) -> float:
    """Microseconds of the server's CPU time for each delivery."""
    with tempfile.TemporaryDirectory() as name, peer.runs(Path(name), members) as running:
        room = Room(peer.enter(running.port, members))
        while room.reads(0.3):  # the notices of all who came
            pass
        before = running.cpu_seconds()
        expected = _speaks(room, peer.line, rate, seconds)
        deadline = time.monotonic() + PATIENCE
        while room.delivered < expected and time.monotonic() < deadline:
            room.reads(0.1)
        spent = running.cpu_seconds() - before
        room.closes()
        if room.delivered != expected:
            raise SystemExit(f"{peer.name}: {room.delivered} deliveries of {expected}")
        return spent / expected * 1e6


def _speaks(room: Room, line: Callable[[int, bytes], bytes], rate: float, seconds: float) -> int:
    """The first of them, at this rate. The answer is how often that is to be heard."""
    text = _MARK + b"x" * (SIZE - 1)
    said, start = 0, time.perf_counter()
    while (passed := time.perf_counter() - start) < seconds:
        if said <= passed * rate:
            said += 1
            room.members[0].says.sendall(line(said, text))
        room.reads(max(0.0, said / rate - passed))
    return said * (len(room.members) - 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", default="500,50", help="sizes of the room, with commas between")
    parser.add_argument("--rounds", type=int, default=3, help="the figures are their medians")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long each time")
    options = parser.parse_args()
    os.environ["PATH"] += os.pathsep + "/usr/sbin"
    peers: list[Peer] = [Duologue("off"), Duologue("on")]
    if shutil.which("inspircd"):
        peers.append(InspIRCd())
    sizes = [int(size) for size in options.members.split(",")]
    spent: dict[tuple[str, int], list[float]] = {(peer.name, size): [] for peer in peers for size in sizes}
    for _ in range(options.rounds):
        for size in sizes:
            for peer in peers:
                spent[peer.name, size].append(measure(peer, size, DELIVERIES / size, options.seconds))
    print(f"{'server':24} {'members':>8} {'CPU µs per delivery':>20} {'of inspircd':>12}   rounds")
    for (name, size), figures in spent.items():
        middle = statistics.median(figures)
        beside = spent.get((InspIRCd.name, size))
        ratio = f"{middle / statistics.median(beside):12.2f}" if beside else " " * 12
        print(f"{name:24} {size:8} {middle:20.2f} {ratio}   {' '.join(f'{figure:.2f}' for figure in figures)}")
    print(f"\nMessages of {SIZE} bytes, {DELIVERIES:,} deliveries a second.")


if __name__ == "__main__":
    main()
