"""Every command has its price."""

from __future__ import annotations

from typing import get_args

from duologue.core.commands.chat import Command
from duologue.core.costs import COSTS


def test_every_command_costs_something() -> None:
    assert {*get_args(Command)} == {*COSTS}
    assert all(cost > 0 for cost in COSTS.values())
