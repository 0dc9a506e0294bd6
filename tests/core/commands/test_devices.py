"""What one of several devices can ask. That these are values which nobody changes is in test_chat.py."""

from __future__ import annotations

from typing import get_args

from duologue.core.commands.chat import Command
from duologue.core.commands.devices import DeviceCommand, Follow, ListConversations


def test_every_one_is_a_command() -> None:
    assert set(get_args(DeviceCommand)) <= set(get_args(Command))


def test_a_client_that_has_just_started_knows_no_number() -> None:
    assert (Follow().number, ListConversations().before) == (None, None)
    assert Follow() != Follow(0)
