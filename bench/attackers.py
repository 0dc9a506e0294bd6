"""One client that does its worst at a door of the server.

    python -m bench.attackers ATTACK NATIVE WEB ROOMS_JSON PLAIN_LINES        (the name of the attack, and the ports)

Spoken to like load.c: `attack` is answered when the attack has begun, and `tell` with how often it has pushed by then.
It goes on until it is stopped, or for two minutes.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, cycle
from random import choices
from string import ascii_lowercase
from threading import Event, Thread

from bench import names
from bench.people import (
    ABSENT,
    MALLORY,
    MUCH,
    PING,
    TEXT_BEGINS,
    TEXT_FRAME,
    TEXT_GOES_ON,
    TRUDY,
    Doors,
    Person,
    Tab,
    Wire,
    frame,
    knock,
    start_chat,
)

LIFETIME = 120
PATIENCE = 1.0
"""Seconds for which a push may be stuck; then the attacker leaves, and comes again."""
AGAIN = 0.01
"""Seconds after which who was thrown out comes again."""
APART = 0.05
"""Seconds after which what is sent is another read."""
BEGINS = 20.0
"""Seconds until an attack has begun at the latest."""

Pushes = Iterator[None]
"""The first step has brought the attacker into place, each further one is a push."""


@dataclass(frozen=True, slots=True)
class Attack:
    """`play` is given the doors and which of `at_once` it is; when it has ended or failed it begins anew."""

    play: Callable[[Doors, int], Pushes]
    at_once: int = 1
    watchers: int = 0
    """Others who want to know how everybody is."""


def _a_name() -> str:
    return "".join(choices(ascii_lowercase, k=10))


# At the native door


def _searching(nickname: str, words: str) -> Callable[[Doors, int], Pushes]:
    def play(doors: Doors, _: int) -> Pushes:
        with Person(doors.native, nickname, PATIENCE) as person:
            yield
            while True:
                person.up.says(*[f"/search {words}"] * 10)
                yield
                person.down.hears("recall_ended ")

    return play


def _flooding(line: str, times: int) -> Callable[[Doors, int], Pushes]:
    def play(doors: Doors, _: int) -> Pushes:
        with Person(doors.native, MALLORY, PATIENCE) as person:
            person.is_drained()
            yield
            while True:
                person.up.says(*[line] * times)
                yield

    return play


def _pings(doors: Doors, _: int) -> Pushes:
    with Person(doors.native, MALLORY, PATIENCE) as person:
        person.is_drained()
        yield
        while True:
            person.check.says(*["PING"] * 10_000)
            yield


def _comes_back(doors: Doors, _: int) -> Pushes:
    with Person(doors.native, TRUDY, PATIENCE) as partner:
        person = Person(doors.native, MALLORY, PATIENCE)
        chat = start_chat(person, partner, TRUDY)
        partner.is_drained()
        yield
        while True:
            person.up.socket.settimeout(0.05)
            try:
                person.up.says(*[":a"] * 80_000)
            except TimeoutError:
                pass
            finally:
                person.breaks()
            yield
            person = Person(doors.native, MALLORY, PATIENCE)
            person.up.says(f"/resume {chat}")


def _asks_and_cancels(doors: Doors, _: int) -> Pushes:
    with Person(doors.native, TRUDY, PATIENCE) as target:
        target.is_drained()
        yield from _flooding(f"/chat {TRUDY}\n/cancel {TRUDY}", 1_000)(doors, 0)


def _takes_rooms(doors: Doors, _: int) -> Pushes:
    """Leaves all it has taken by closing, and comes for more."""
    for number in count():
        with Person(doors.native, MALLORY, PATIENCE) as person:
            person.is_drained()
            yield
            person.up.says(*(f"/join r{number}x{each}" for each in range(20)), *["/rooms"] * 150)
            yield


def _letters(doors: Doors, _: int) -> Pushes:
    with Person(doors.native, MALLORY, PATIENCE) as person:
        person.is_drained()
        yield
        while True:
            person.up.says(*(f"/msg {ABSENT} {_a_name()}xx 1 :{'x' * 1000}" for _ in range(200)))
            yield


def _logs_in(doors: Doors, _: int) -> Pushes:
    """Under names that nobody has, as often as one connection may."""
    yield
    while True:
        with Wire(doors.native, LIFETIME) as wire:
            wire.says("duologue/1 login_socket")
            for _ in range(3):
                wire.says(_a_name())
                wire.hears("PASSWORD")
                wire.says("x")
                yield
                wire.hears("AUTH_DENIED ", "ERROR ")


def _half_a_login(doors: Doors, _: int) -> Pushes:
    login, token = knock(doors.native, MALLORY, PATIENCE)
    with login, Wire(doors.native, PATIENCE) as chat:
        chat.says(f"duologue/1 chat_socket {token}")
        yield
        while True:
            chat.says(*["x"] * 30_000)
            yield


# At the others


def _bad_json(doors: Doors, _: int) -> Pushes:
    for sign in cycle((b'"', b"{", b"\\", b'{"', b"{}")):
        with Wire(doors.rooms_json, PATIENCE) as wire:
            wire.sends(_a_name().encode())
            wire.socket.recv(1024)
            wire.is_drained()
            yield
            wire.sends(sign * (262_144 // len(sign)))
            yield


def _guest_lines(doors: Doors, _: int) -> Pushes:
    """A read is a text there, so they come one by one, as far as the server's turns allow."""
    with Wire(doors.plain_lines, PATIENCE) as wire:
        wire.sends(_a_name().encode())
        time.sleep(APART)
        wire.is_drained()
        yield
        while True:
            wire.sends(b"/people")
            yield


def _frames(*floods: bytes) -> Callable[[Doors, int], Pushes]:
    def play(doors: Doors, _: int) -> Pushes:
        for flood in cycle(floods):
            with Tab(doors.web, MALLORY, PATIENCE) as tab:
                tab.is_drained()
                yield
                for _ in range(10):
                    tab.sends(flood)
                    yield

    return play


_UNFINISHED = frame(TEXT_BEGINS) + frame(TEXT_GOES_ON) * 20_000

ATTACKS: Mapping[str, Attack] = {
    names.SEARCH_ONE_WRITE: Attack(_searching(MALLORY, "a ☃")),
    names.SEARCH_LINES: Attack(_searching(MUCH, "the ☃")),
    names.TEXT_PARTS: Attack(_flooding("/text_part :aaaa", 4_000)),
    names.BAD_JSON: Attack(_bad_json),
    names.COMING_BACK: Attack(_comes_back),
    names.ASK_AND_CANCEL: Attack(_asks_and_cancels),
    names.JOIN_AND_LIST: Attack(_takes_rooms),
    names.LETTERS: Attack(_letters),
    names.WEB_PINGS: Attack(_frames(frame(PING) * 20_000)),
    names.WEB_FRAMES: Attack(_frames(frame(TEXT_FRAME, b"[") * 10_000, _UNFINISHED)),
    names.ONE_LOGIN: Attack(_logs_in),
    names.MANY_LOGINS: Attack(_logs_in, at_once=100),
    names.HALF_A_LOGIN: Attack(_half_a_login),
    names.PINGS: Attack(_pings),
    names.PRESENCE: Attack(_flooding("/away tea\n/back", 1_000), watchers=200),
    names.PLAIN_LINES: Attack(_guest_lines),
}


@dataclass(slots=True)
class Attacker:
    attack: Attack
    doors: Doors
    pushes: int = 0
    _is_on: Event = field(default_factory=Event)

    def begins(self) -> bool:
        """All of it; False when it could not."""
        for number in range(self.attack.at_once):
            Thread(target=self._goes_on, args=(number,), daemon=True).start()
        return self._is_on.wait(BEGINS)

    def _goes_on(self, number: int) -> None:
        """Whatever the server does about it."""
        while True:
            try:
                for _ in self.attack.play(self.doors, number):
                    self.pushes += self._is_on.is_set()
                    self._is_on.set()
            except OSError:
                time.sleep(AGAIN)


def main(argv: Sequence[str]) -> None:
    signal.alarm(LIFETIME)  # nobody may be left behind
    attacker = Attacker(ATTACKS[argv[0]], Doors(*map(int, argv[1:])))
    for line in sys.stdin:
        if line.strip() == "attack" and not attacker.begins():
            sys.exit("the attack has not begun")
        print(f"pushes={attacker.pushes}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
