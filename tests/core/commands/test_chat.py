"""Commands, those about people and rooms too: secrets stay out of logs, and none can change after it was checked."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, is_dataclass, replace
from typing import get_args

import pytest

from duologue.core.commands.chat import (
    AttachSocket,
    Command,
    GivePass,
    GivePassword,
    SocketKind,
)


@pytest.mark.parametrize(
    "command", [GivePassword("sesame"), GivePass("sesame"), AttachSocket(SocketKind.CHAT, "sesame")]
)
def test_a_secret_is_masked_wherever_a_command_is_shown(command: Command) -> None:
    assert "sesame" not in f"{command} {command!r} {[command]}"


@pytest.mark.parametrize("kind", get_args(Command), ids=lambda kind: kind.__name__)
def test_a_command_is_one_value_that_nobody_can_change_after_it_was_checked(kind: type) -> None:
    assert is_dataclass(kind)
    values = [name.name for name in fields(kind)]
    command = kind(*values)
    assert command == kind(*values)
    assert hash(command) == hash(kind(*values))
    for name in values:
        assert command != replace(command, **{name: "another value"}), f"told apart by {name}"
        with pytest.raises(FrozenInstanceError):
            setattr(command, name, "another value")
