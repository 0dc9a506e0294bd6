"""What others notice while one client does its worst: a server with its default limits and a history, for each attack a
new one on a copy of the same store.

Pairs chat by load.c, and people ask by witnesses.py, in processes of their own.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass
from pathlib import Path

from bench import names
from bench.attackers import ATTACKS
from bench.peer import Peer, line
from bench.people import CAST, FRIEND, MALLORY, MUCH, MUCH_TOO, OWNER, PAGE, PASSWORD, READER, TRUDY, Doors, Person
from bench.people import start_chat as start
from bench.processes import BenchmarkError, Process, free_port
from bench.programs import Load, running
from bench.workloads import Bench, Figures, Measured, loaded, served
from duologue.core.names import Account
from duologue.server.auth.passwords import hash_password
from duologue.server.storage import users_file

PAIRS = 5
EXCHANGES = 40.0
"""A second, of each pair, so one begins every 5 ms: nobody may say more than 50 for long."""
SECONDS = 3.0
"""Of each attack, and of `Bench.seconds` 1: what may be spent at once is spent by then."""
PATIENCE = 20.0
SEARCHES = 20
"""Each is answered within two seconds, and most of a minute is more than any index here takes."""
SETTLES = 1.0
"""Seconds in which those who watch have been told of one another."""
WORDS = "the kettle is on and who wants tea before we go out to see whether the boat has come in again"
LINES_A_WRITE = 100
PACE = 0.002
"""Seconds between two writes, so that they are stored in many commits and not in a few."""
ROOMS_A_WRITE = 500
WATCHES = r"all up send /watch on\n"


@dataclass(frozen=True, slots=True)
class Past:
    """What the store has: one write of many messages, lines said one after another, and rooms that wait."""

    one_write: int = 87_000
    lines: int = 100_000
    rooms: int = 5_000


MUCH_PAST = Past()


@dataclass(frozen=True, slots=True)
class Files:
    """What every server of these attacks begins with."""

    folder: Path

    @property
    def users(self) -> Path:
        return self.folder / "users.csv"

    @property
    def store(self) -> Path:
        return self.folder / "store"


def attacks(bench: Bench, peer: Peer, past: Past = MUCH_PAST, only: Sequence[str] = names.UNDER_ATTACK) -> Measured:
    """One that could not be measured does not keep the others from it: it is named at the end."""
    failed = []
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        files = Files(Path(folder))
        _make_accounts(files)
        _make_store(bench, peer, files, past)
        for name in only:
            try:
                yield name, _under(bench, peer, files, name)
            except BenchmarkError as error:
                failed.append(f"{name}: {error}")
    if failed:
        raise BenchmarkError("\n".join(failed))


def _make_accounts(files: Files) -> None:
    by_number = 2 * PAIRS + max(attack.watchers for attack in ATTACKS.values())
    accounts = [Account(f"u{number:05}") for number in range(by_number)]
    accounts += [*map(Account, CAST), Account(OWNER, hash_password(PASSWORD))]
    users_file.write(files.users, accounts)


# The store


def _make_store(bench: Bench, peer: Peer, files: Files, past: Past) -> None:
    with _opened(bench, peer, files.users, files.store, "--limits", "off") as (_, doors):
        try:
            _says_it_all(doors, past)
            _makes_rooms(doors, past.rooms)
            _is_indexed(doors)
        except OSError as error:
            raise BenchmarkError(f"the store could not be filled: {error!r}") from error


def _says_it_all(doors: Doors, past: Past) -> None:
    _says(doors, MALLORY, TRUDY, [":a\n" * past.one_write], past.one_write)
    lines, more = divmod(past.lines, LINES_A_WRITE)
    writes = [f":{WORDS}\n" * LINES_A_WRITE] * lines + [f":{WORDS}\n" * more]
    _says(doors, MUCH, MUCH_TOO, writes, past.lines)
    _says(doors, FRIEND, READER, [f":{WORDS}\n"] * PAGE, PAGE)


def _says(doors: Doors, speaker: str, hearer: str, writes: Sequence[str], messages: int) -> None:
    """And all of it is stored, and has arrived."""
    with Person(doors.native, speaker, PATIENCE) as one, Person(doors.native, hearer, PATIENCE) as other:
        chat = start(one, other, hearer)
        other.up.is_drained()
        for write in writes:
            one.up.sends(write.encode())
            time.sleep(PACE)
        while int(one.check.hears("PONG ").split()[1]) < messages:
            pass
        other.check.says(f"PING {messages} {chat}")
        one.check.hears(f"PONG {messages} {messages} ")
        one.up.says("/quit")
        one.up.hears("chat_ended ")


def _makes_rooms(doors: Doors, count: int) -> None:
    """They wait for whoever made them, also when the server has started anew."""
    with Person(doors.native, TRUDY, PATIENCE) as person:
        for start_at in range(0, count, ROOMS_A_WRITE):
            numbers = range(start_at, min(start_at + ROOMS_A_WRITE, count))
            person.up.says(*(f"/join room{number}" for number in numbers))
            for _ in numbers:
                person.down.hears("room_entered ")


def _is_indexed(doors: Doors) -> None:
    """The index is made when somebody searches; before that a search would ask for it, and read nothing."""
    with Person(doors.native, MUCH_TOO, PATIENCE) as person:
        for _ in range(SEARCHES):
            person.up.says("/search kettle")
            answer = person.down.hears("ERROR search_stopped ", "recalled ")
            person.down.hears("recall_ended ")
            if answer.startswith("recalled "):
                return
    raise BenchmarkError("the index was not made in time")


@contextmanager
def _opened(bench: Bench, peer: Peer, users: Path, store: Path, *more: str) -> Iterator[tuple[Process, Doors]]:
    web, rooms_json, plain_lines = (free_port() for _ in range(3))
    ports = ["--web-port", web, "--rooms-json-port", rooms_json, "--plain-lines-port", plain_lines]
    doors = ["--protocols", "native,web,rooms_json,plain_lines", *map(str, ports)]
    options = ["--users", str(users), "--data", str(store), *doors, *more]
    with served(bench, peer, options) as (process, _):
        yield process, Doors(process.port, web, rooms_json, plain_lines)


# The attack


def _under(bench: Bench, peer: Peer, files: Files, name: str) -> Figures:
    seconds = SECONDS * bench.seconds
    with tempfile.TemporaryDirectory(prefix="bench") as folder, ExitStack() as stack:
        store = shutil.copytree(files.store, Path(folder, "store"))
        process, doors = stack.enter_context(_opened(bench, peer, files.users, store, "--limits", "on"))
        attackers = (
            [stack.enter_context(running(_python("attackers", name, *astuple(doors))))] if name in ATTACKS else []
        )
        witnesses = stack.enter_context(running(_python("witnesses", doors.native)))
        pairs = stack.enter_context(loaded(bench, peer, process, [*peer.enter, *peer.pair]))
        pairs.does("login", 2 * PAIRS)
        if attackers and ATTACKS[name].watchers:
            watch = stack.enter_context(loaded(bench, peer, process, [*peer.enter, WATCHES], 2 * PAIRS))
            watch.does("login", ATTACKS[name].watchers)
            watch.does("idle", SETTLES)
            watch.begins("idle", 2 * seconds)
        pairs.begins("pingpong", seconds, 1 / EXCHANGES, line(peer.message, names.SIZE))
        witnesses.begins("watch", seconds)
        for attacker in attackers:
            attacker.does("attack")
        return _told(pairs, witnesses, attackers)


def _python(module: str, *words: object) -> list[str]:
    return [sys.executable, "-m", f"bench.{module}", *map(str, words)]


def _told(pairs: Load, witnesses: Load, attackers: Sequence[Load]) -> Figures:
    """When all of it is over."""
    heard, waited = pairs.ends(), witnesses.ends()
    if heard["missing"] or not heard["delivered"]:
        raise BenchmarkError(f"messages of others are missing: {heard}")
    if not all(attacker.does("tell")["pushes"] for attacker in attackers):
        raise BenchmarkError("the attacker could do nothing at all")
    return {**waited, **{figure: heard[figure] for figure in ("p50_us", "p99_us", "max_us")}}
