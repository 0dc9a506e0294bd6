"""The recipe of docs/architecture.md, "A command": whoever adds one and leaves a step out hears which."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection
from pathlib import Path
from typing import get_args

import pytest

from duologue.client.input import commands as typed
from duologue.client.input.commands import ENTRY_OF
from duologue.core.commands.chat import Command, Ping, Pong
from duologue.core.commands.words import WORDS
from duologue.core.costs import COSTS
from duologue.protocols.native.commands import encode_command
from duologue.protocols.web.json_frames import COMMANDS, NOT_FOR_PAGES, type_of
from duologue.server import dispatch

TOP = Path(__file__).parent.parent
PACKAGE = TOP / "duologue"

COMMANDS_OF_WORDS = sorted({row.command for row in WORDS}, key=lambda command: command.__name__)
"""What people and programs ask for by a word."""
BY_THE_CLIENT_ITSELF = {"ResumeChat", "SendLetter", "Follow"}
"""Nobody asks for it as such: the client says it when it is back, and sends what it keeps until that is safe."""

of_each_command = pytest.mark.parametrize("command", COMMANDS_OF_WORDS, ids=lambda command: command.__name__)


def names_in(file: Path) -> set[str]:
    return {node.id for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))) if isinstance(node, ast.Name)}


def steps_left_out(command: Callable[..., Command], steps: dict[str, Collection[object]]) -> list[str]:
    return [file for file, known in steps.items() if command not in known]


@of_each_command
def test_no_step_is_left_out(command: Callable[..., Command]) -> None:
    asked = {kind for kind in get_args(Command) if kind.__name__ in names_in(PACKAGE / "client" / "requests.py")}
    words = {row.command for row in WORDS if row.word in ENTRY_OF or not row.word.startswith("/")}
    of_clients = {kind for kind in get_args(Command) if kind.__name__ in BY_THE_CLIENT_ITSELF}
    typed_differently = {row for row in typed._NOT_TYPED if row not in of_clients}
    assert not steps_left_out(
        command,
        {
            "core/commands/": get_args(Command),
            "core/costs.py": COSTS,
            "server/dispatch.py": dispatch._FOR_CLIENTS,
            "client/input/commands.py": words | of_clients | typed_differently,
            "client/requests.py": asked | of_clients,
            "protocols/web/json_frames.py": {
                *NOT_FOR_PAGES,
                *(kind for kind in get_args(Command) if type_of(kind) in COMMANDS),
            },
        },
    )


@pytest.mark.parametrize(
    "kind", [kind for kind in get_args(Command) if kind not in NOT_FOR_PAGES], ids=lambda kind: kind.__name__
)
def test_every_command_has_a_price(kind: type) -> None:
    assert kind in COSTS


def test_a_step_that_is_left_out_is_named() -> None:
    assert steps_left_out(Ping, {"core/costs.py": [Pong], "server/dispatch.py": [Ping]}) == ["core/costs.py"]


def test_the_recipe_names_files_that_are_there() -> None:
    text = (TOP / "docs" / "architecture.md").read_text(encoding="utf-8")
    recipe = text[text.index("- **A command**") : text.index("- **A front door**")]
    named = re.findall(r"^  - `([\w/.]+)`", recipe, flags=re.MULTILINE)
    assert len(named) == 7
    assert [name for name in named if not (PACKAGE / name).exists()] == []


def test_words_of_the_wire_can_be_written() -> None:
    """A command without arguments is written by its word; of others the tests of the protocol show it."""
    for row in WORDS:
        if not row.takes.value:
            assert encode_command(row.command()).decode().split()[0] in {other.word for other in WORDS}
