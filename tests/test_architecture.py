"""Imports point one way, the sans-I/O core does no I/O, and the client never loads what only the server needs."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent

# From top to bottom. A part may import itself, its own row and every row below it; the client stands apart.
LAYERS = (
    ("server.cli", "server.admin"),
    ("server.server",),
    ("server.net",),
    ("server.accounts",),
    ("server.pastes",),
    (
        "server.dispatch",
        "server.costs",
        "server.hub",
        "server.registry",
        "server.auth.login",
        "server.heartbeat",
        "server.unfinished",
        "server.kept",
    ),
    ("server.chats.service", "server.chats.late_lines", "server.rooms", "server.people.service"),
    (
        *("server.chats.delivery", "server.chats.mailbox", "server.chats.acknowledgements", "server.history"),
        *("server.chats.following", "server.conversations"),
        *("server.people.watchers", "server.people.presence_watchers", "server.backpressure", "server.metering"),
    ),
    (
        *("server.people.directory", "server.people.guests", "server.tasks"),
        *("server.chats.relay", "server.chats.long_chunks", "server.chats.receipts", "server.chats.reporter"),
        "server.chats.bookkeeping",
        *("server.chats.rest", "server.session", "server.handed", "server.goodbyes"),
        *(
            "server.auth.passwords",
            "server.auth.session_tokens",
            "server.metrics",
            "server.tables",
            "server.exposure",
            "server.files",
        ),
    ),
    ("protocols", "server.storage"),
    ("settings", "logs", "durable", "server.fair_pool", "server.turns", "server.permissions", "server.access"),
    ("core",),
)
RANK = {part: len(LAYERS) - depth for depth, row in enumerate(LAYERS) for part in row}
CLIENT_MAY_IMPORT = {"client", "protocols", "core", "logs", "durable"}
# Side by side, yet none of them may know of another.
STRANGERS = {"protocols", "server.storage", "logs"}
SANS_IO = {"core", "protocols"}
NOT_SANS_IO = set(
    "asyncio concurrent datetime fcntl glob io logging multiprocessing os pathlib pandas random select selectors "
    "shutil signal socket sqlite3 ssl subprocess sys tempfile threading time uvloop".split()
)
BUILTINS_THAT_DO_IO = {"open", "print", "input"}

Modules = Mapping[str, str]  # dotted name to source text


def modules() -> Modules:
    """Return every module of the project by its dotted name: the package, server.py and client.py."""
    files = [*(TOP / "duologue").rglob("*.py"), *(TOP / name for name in ("server.py", "client.py"))]
    return {dotted(path): path.read_text(encoding="utf-8") for path in files if path.exists()}


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(TOP).with_suffix("").parts).removesuffix(".__init__")


def imported(source: str) -> Iterator[str]:
    """Return every name that a source imports, `from a import b` as a.b, wherever in the file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def part(name: str) -> str | None:
    """Return the part of a module: `duologue.server.net.outbox` is in server.net; one outside duologue/ is in none."""
    words = name.split(".")[1:]
    if not words or not name.startswith("duologue."):
        return None
    prefixes = (".".join(words[:length]) for length in range(len(words), 0, -1))
    return next((prefix for prefix in prefixes if prefix in RANK or prefix == "client"), ".".join(words))


def may_import(importer: str, target: str) -> bool:
    if "client" in (importer, target):
        return importer == "client" and target in CLIENT_MAY_IMPORT
    if importer in STRANGERS and RANK[importer] == RANK.get(target):
        return importer == target
    return RANK.get(importer, 0) >= RANK.get(target, 0)  # without a place: another test reports it


def crossings(found: Modules) -> list[str]:
    """Return the imports that cross the layers."""
    return [
        f"{name} imports {target}"
        for name, source in found.items()
        for target in imported(source)
        if (importer := part(name)) and (to := part(target)) and to != "__version__" and not may_import(importer, to)
    ]


def impurities(found: Modules) -> list[str]:
    """Return what a sans-I/O module uses that touches a socket, a clock, a file or the loop."""
    return [f"{name}: {what}" for name, source in found.items() if part(name) in SANS_IO for what in reaches(source)]


def reaches(source: str) -> Iterator[str]:
    yield from (target for target in imported(source) if target.split(".")[0] in NOT_SANS_IO)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BUILTINS_THAT_DO_IO:
            yield f"{node.func.id}()"


def decisions(found: Modules) -> list[str]:
    """Return where a module of sockets asks what kind a value is of, or reaches into the services of the hub."""
    return [
        f"{name}: line {node.lineno}"
        for name, source in found.items()
        if part(name) == "server.net"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Match)
        or (isinstance(node, ast.Name) and node.id == "isinstance")
        or (isinstance(node, ast.Attribute) and node.attr in {"chats", "people", "rooms", "switchboard"})
    ]


def graph(found: Modules) -> dict[str, set[str]]:
    """Return which module imports which, by the closest name that is a module."""
    return {name: {closest(target, found) for target in imported(source)} - {name} for name, source in found.items()}


def closest(target: str, found: Modules) -> str:
    """Return the module that a target is in; of one that is not ours, its library."""
    while target not in found and "." in target:
        target = target.rpartition(".")[0]
    return target


def all_that_loads_with(starts: Iterable[str], found: Modules) -> set[str]:
    links, seen, waiting = graph(found), set[str](), [*starts]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(links.get(name, ()))
    return seen


def test_every_part_has_its_place() -> None:
    packages = {"duologue", *(f"duologue.server{of}" for of in ("", ".auth", ".chats", ".people"))}
    parts = {found for name in modules() if name not in packages and (found := part(name))}
    assert parts - RANK.keys() - {"client"} == set(), "give the part a row in LAYERS"


def test_the_top_has_five_rooms() -> None:
    top = {path.name for path in (TOP / "duologue").iterdir() if path.name != "__pycache__"}
    assert top - {"__init__.py", "__main__.py", "py.typed", "settings.py", "logs.py", "durable.py"} == {
        *("core", "protocols", "server", "client", "page")
    }


def test_imports_point_one_way() -> None:
    assert crossings(modules()) == []


def test_imports_make_no_circle() -> None:
    TopologicalSorter(graph(modules())).prepare()


def test_core_and_protocols_touch_no_socket_clock_file_or_loop() -> None:
    assert impurities(modules()) == []


def test_sockets_decide_nothing_by_the_kind_of_what_they_carry() -> None:
    """A codec says what an event or a command means to its client, and the hub what is done about it."""
    found = modules()
    assert "duologue.server.net.paced_connection" in found
    assert decisions(found) == []


def test_imports_are_absolute() -> None:
    found = modules().items()
    assert [name for name, source in found if any(target.startswith(".") for target in imported(source))] == []


def test_the_client_loads_no_pandas() -> None:
    found = modules()
    loaded = all_that_loads_with((name for name in found if part(name) == "client"), found)
    assert {"pandas", "duologue.server.tables", "duologue.server.hub"} & loaded == set()


@pytest.mark.parametrize("library", ["pandas", "numpy", "confusable_homoglyphs", "prometheus_client", "tkinter"])
def test_a_server_that_starts_loads_nothing_that_nobody_may_ask_for(library: str) -> None:
    code = f"import duologue.server.cli, sys; sys.exit({library!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=TOP, check=False).returncode == 0


def test_what_a_window_shows_is_decided_without_tk() -> None:
    found = modules()
    names = "presenter state hear_people hear_rooms hear_talks changes news people scroll talk words worker".split()
    decides = [f"duologue.client.window.{name}" for name in names]
    assert [name for name in decides if name not in found] == []
    assert "tkinter" not in all_that_loads_with(decides, found)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("duologue.core.requests", "import duologue.server.hub"),
        ("duologue.core.requests", "from duologue.server import hub"),
        ("duologue.core.requests", "def late():\n    from duologue.server.hub import Hub"),
        ("duologue.core.requests", "from duologue.settings import Settings"),
        ("duologue.server.hub", "from duologue.server.net.listener import Listener"),
        ("duologue.server.chats.relay", "from duologue.server.hub import Hub"),
        ("duologue.server.chats.delivery", "from duologue.server.hub import Hub"),
        ("duologue.server.chats.mailbox", "from duologue.server.chats.service import Conversations"),
        ("duologue.protocols.native.codec", "from duologue.server.storage.base import Store"),
        ("duologue.client.connection", "from duologue.server.tables import Users"),
        ("duologue.server.hub", "from duologue.client.engine.session import Session"),
    ],
)
def test_an_import_against_the_layers_is_caught(name: str, source: str) -> None:
    assert len(crossings({name: source})) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("duologue.server.cli", "from duologue.server.net.listener import Listener"),
        ("duologue.server.hub", "from duologue.server.auth.login import LoginService"),
        ("duologue.settings", "from duologue.core.limits import Limits"),
        ("duologue.client.engine.session", "from duologue.protocols.native.codec import Lines"),
        ("duologue.server.cli", "from duologue import __version__"),
        ("client", "from duologue.client.terminal.app import main"),
    ],
)
def test_an_import_along_the_layers_is_allowed(name: str, source: str) -> None:
    assert crossings({name: source}) == []


@pytest.mark.parametrize(
    "source", ["import socket", "from time import monotonic", "import os.path", "def f():\n    open('x')"]
)
@pytest.mark.parametrize("name", ["duologue.core.requests", "duologue.protocols.native.codec"])
def test_input_and_output_in_the_core_is_caught(name: str, source: str) -> None:
    assert len(impurities({name: source})) == 1
    assert impurities({"duologue.server.net.listener": source}) == []


@pytest.mark.parametrize(
    "source",
    [
        "match event:\n    case Probe():\n        pass",
        "if isinstance(event, Probe):\n    pass",
        "self._hub.chats.mailbox.received('alice', 's', 1)",
    ],
)
def test_a_socket_that_decides_is_caught(source: str) -> None:
    assert len(decisions({"duologue.server.net.web_connection": source})) == 1
    assert decisions({"duologue.server.hub": source}) == []


def test_a_circle_is_caught() -> None:
    circle = {
        "duologue.server.hub": "from duologue.server.auth.login import LoginService",
        "duologue.server.auth.login": "from duologue.server.hub import Hub",
    }
    with pytest.raises(CycleError):
        TopologicalSorter(graph(circle)).prepare()


@pytest.mark.parametrize("marks", ["from pandas import DataFrame", "import pandas as pd", "import pandas.testing"])
def test_pandas_behind_three_doors_is_caught(marks: str) -> None:
    found = {
        "duologue.client.connection": "from duologue.core import text",
        "duologue.core.text": "import duologue.core.marks",
        "duologue.core.marks": marks,
    }
    assert "pandas" in all_that_loads_with(["duologue.client.connection"], found)
