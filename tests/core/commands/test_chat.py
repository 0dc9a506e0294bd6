"""Commands: secrets stay out of logs."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from duologue.core.commands.chat import (
    AttachSocket,
    Command,
    GivePass,
    GivePassword,
    Say,
    SocketKind,
)


@pytest.mark.parametrize(
    "command", [GivePassword("sesame"), GivePass("sesame"), AttachSocket(SocketKind.CHAT, "sesame")]
)
def test_a_secret_is_masked_wherever_a_command_is_shown(command: Command) -> None:
    assert "sesame" not in f"{command} {command!r} {[command]}"


def test_a_command_cannot_be_changed_after_it_was_checked() -> None:
    with pytest.raises(FrozenInstanceError):
        Say("hello").text = "bye"  # type: ignore[misc]
