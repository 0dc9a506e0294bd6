"""How long people wait for what they ask of the server: a page of their history, their mailbox at a login, a login with
a password. The longest of each counts.

    python -m bench.witnesses PORT

Spoken to like load.c: `watch SECONDS`, with a tab between, is answered with `history_s`, `mailbox_s` and `login_s`.
"""

from __future__ import annotations

import contextlib
import signal
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Protocol

from bench.people import ABSENT, FRIEND, OWNER, PAGE, PASSWORD, READER, SENDER, Person, knock

LIFETIME = 120
PATIENCE = 10.0
"""Seconds after which nobody waits any more; that long it took at least."""
AGAIN = 0.05
"""Seconds after which somebody who was turned away tries again, and is still waiting."""
BETWEEN = 0.1
"""Seconds from an answer to the next question: no faster than anybody may ask."""


class Witness(Protocol):
    def prepares(self) -> None:
        """What comes before the question, and nobody waits for."""

    def asks(self) -> None:
        """Until the answer is there. Raises OSError when there is none."""

    def leaves(self) -> None: ...


def longest(witness: Witness, seconds: float, clock: Callable[[], float], sleep: Callable[[float], None]) -> float:
    """The longest that it waited, of all that it asked within so many seconds."""
    end, most = clock() + seconds, 0.0
    while clock() < end:
        try:
            witness.prepares()
        except OSError:  # so there cannot be an answer
            return PATIENCE
        most = max(most, _waited(witness.asks, clock, sleep))
        sleep(BETWEEN)
    return most


def _waited(ask: Callable[[], None], clock: Callable[[], float], sleep: Callable[[float], None]) -> float:
    begin = clock()
    while clock() - begin < PATIENCE:
        try:
            ask()
            break
        except OSError:  # turned away, or cut off
            sleep(AGAIN)
    return clock() - begin


class _Lasting:
    """Somebody who stays, and comes back when the connection is lost."""

    def __init__(self, port: int, nickname: str) -> None:
        self._port = port
        self._nickname = nickname
        self._person: Person | None = None

    def here(self) -> Person:
        if self._person is None:
            self._person = Person(self._port, self._nickname, PATIENCE)
        return self._person

    def asks(self, question: str, *answers: str) -> str:
        try:
            person = self.here()
            person.up.says(question)
            return person.down.hears(*answers)
        except OSError:
            self.leaves()
            raise

    def leaves(self) -> None:
        if self._person:
            self._person.breaks()
        self._person = None


class Reader:
    def __init__(self, port: int) -> None:
        self._reader = _Lasting(port, READER)

    def prepares(self) -> None:
        self._reader.here()

    def asks(self) -> None:
        self._reader.asks(f"/history {FRIEND} {PAGE}", "recall_ended ")

    def leaves(self) -> None:
        self._reader.leaves()


class Absent:
    """A letter waits for somebody who logs in, behind all others that do."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._sender = _Lasting(port, SENDER)
        self._numbers = count()
        self._letter = ""
        self._person: Person | None = None

    def prepares(self) -> None:
        self._goes()
        self._letter = f"letter{next(self._numbers):06}"
        answer = self._sender.asks(f"/msg {ABSENT} {self._letter} 1 :hello", "kept_for ", "not_kept ")
        if answer.startswith("not_kept"):
            raise RuntimeError(f"nobody can write to {ABSENT}: {answer}")

    def asks(self) -> None:
        self._person = person = Person(self._port, ABSENT, PATIENCE)
        stream = ""
        while stream != self._letter:
            _, _, _, stream, number, *_ = person.down.hears("message_from ").split(" ", 5)
            person.check.says(f"PING {number} {stream}")

    def leaves(self) -> None:
        self._goes()
        self._sender.leaves()

    def _goes(self) -> None:
        """In good order, so that what it says that it has is heard."""
        if self._person:
            with contextlib.suppress(OSError), self._person as person:
                person.up.says("/exit")
                person.down.hears("disconnected ")
            self._person = None


class Owner:
    def __init__(self, port: int) -> None:
        self._port = port

    def prepares(self) -> None:
        pass

    def asks(self) -> None:
        wire, _ = knock(self._port, OWNER, PATIENCE, PASSWORD)
        wire.breaks()

    def leaves(self) -> None:
        pass


WITNESSES: dict[str, Callable[[int], Witness]] = {"history_s": Reader, "mailbox_s": Absent, "login_s": Owner}


def watch(port: int, seconds: float) -> dict[str, float]:
    """All of them ask at the same time; for each figure the longest that it took."""
    with ThreadPoolExecutor(len(WITNESSES)) as threads:
        waits = {figure: threads.submit(_asked, witness(port), seconds) for figure, witness in WITNESSES.items()}
        return {figure: wait.result() for figure, wait in waits.items()}


def _asked(witness: Witness, seconds: float) -> float:
    try:
        return longest(witness, seconds, time.monotonic, time.sleep)
    finally:
        witness.leaves()


def main(argv: Sequence[str]) -> None:
    signal.alarm(LIFETIME)  # nobody may be left behind
    for line in sys.stdin:
        _, seconds = line.split("\t")
        print(*(f"{figure}={value:.4f}" for figure, value in watch(int(argv[0]), float(seconds)).items()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
