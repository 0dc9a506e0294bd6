"""Puts load on a server from this process: pairs of native clients, one thread, as little Python per message as can be.

Every message holds one `^`, and that is what is counted.
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

BATCH = 64
_CHUNK = 1 << 18
_PATIENCE = 10.0
_ACKNOWLEDGE_EVERY = 0.02


@dataclass(slots=True, eq=False)
class Person:
    """One client of three sockets. `received` is what it has been sent, `announced` what it has said to hold."""

    login: socket.socket
    chat: socket.socket
    check: socket.socket
    received: int = 0
    announced: int = 0


@dataclass(slots=True, eq=False)
class Pair:
    sender: Person
    partner: Person
    sent: int = 0
    backlog: bytes = b""


@dataclass(frozen=True, slots=True)
class Result:
    delivered: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.delivered / self.seconds


def log_in(port: int, nickname: str) -> Person:
    login = _dial(port, f"duologue/1 login_socket\n{nickname}\n")
    token = _until(login, b"AUTH_SUCCESS ").split()[1].decode()
    chat = _dial(port, f"duologue/1 chat_socket {token}\n")
    check = _dial(port, f"duologue/1 check_socket {token}\nPING 0\n")
    _until(check, b"PONG")
    return Person(login, chat, check)


def pair(port: int, one: str, other: str) -> Pair:
    """Two who have logged in and are in a chat."""
    sender, partner = log_in(port, one), log_in(port, other)
    sender.chat.sendall(f"/chat {other}\n".encode())
    _until(partner.login, b"want_chat_with_you ")
    partner.chat.sendall(b"yes\n")
    _until(sender.login, b"start_chat ")
    _until(partner.login, b"start_chat ")
    return Pair(sender, partner)


def ping_pong(pairs: list[Pair], size: int, seconds: float) -> Result:
    """Each sends a message, its partner answers, and so on."""
    message = _message(size)
    for each in pairs:
        each.sender.chat.sendall(message)
    return _play(pairs, seconds, answer=lambda person: person.chat.sendall(message))


def pipelined(pairs: list[Pair], size: int, seconds: float, window: int) -> Result:
    """Each sender keeps up to `window` messages in flight."""
    batch = _message(size) * BATCH

    def fill() -> None:
        for each in pairs:
            while each.backlog or each.sent - each.partner.received + BATCH <= window:
                if not each.backlog:
                    each.backlog = batch
                    each.sent += BATCH
                try:
                    each.backlog = each.backlog[each.sender.chat.send(each.backlog) :]
                except BlockingIOError:
                    break

    return _play(pairs, seconds, between=fill)


def _play(
    pairs: list[Pair],
    seconds: float,
    *,
    answer: Callable[[Person], None] = lambda _: None,
    between: Callable[[], None] = lambda: None,
) -> Result:
    people = {person.login.fileno(): person for each in pairs for person in (each.sender, each.partner)}
    poll = select.epoll()
    for person in people.values():
        for sock in (person.login, person.chat, person.check):
            sock.setblocking(False)
        poll.register(person.login, select.EPOLLIN)
    delivered, start = 0, time.perf_counter()
    announced = start
    while (now := time.perf_counter()) - start < seconds:
        between()
        for descriptor, _ in poll.poll(0.001):
            person = people[descriptor]
            count = person.login.recv(_CHUNK).count(b"^")
            person.received += count
            delivered += count
            if count:
                answer(person)
        if now - announced > _ACKNOWLEDGE_EVERY:
            announced = now
            _announce(people.values())
    poll.close()
    return Result(delivered, time.perf_counter() - start)


def _announce(people: Iterable[Person]) -> None:
    for person in people:
        if person.announced != person.received:
            person.check.sendall(b"PING %d\n" % person.received)
            person.announced = person.received
        try:
            person.check.recv(_CHUNK)
        except BlockingIOError:
            continue


def _message(size: int) -> bytes:
    return b":^" + b"x" * (size - 1) + b"\n"


def _dial(port: int, first: str) -> socket.socket:
    sock = socket.create_connection(("127.0.0.1", port), _PATIENCE)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.sendall(first.encode())
    return sock


def _until(sock: socket.socket, word: bytes) -> bytes:
    heard = b""
    while word not in heard or not heard.endswith(b"\n"):
        data = sock.recv(_CHUNK)
        if not data:
            raise ConnectionError(f"closed while waiting for {word!r}, after {heard!r}")
        heard += data
    return heard[heard.index(word) :]
