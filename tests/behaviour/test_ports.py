"""Who knows only an original client finds its server where that was."""

from __future__ import annotations

import pytest

from duologue.protocols.base import FRONT_DOORS
from duologue.settings import Settings

ORIGINAL = {
    "simplechat": 12345,
    "rooms_json": 55555,
    "plain_lines": 65432,
    "nickname_lines": 5555,
    "desktop_lines": 5050,
}


@pytest.mark.parametrize(("door", "port"), ORIGINAL.items())
def test_the_port_of_a_door_is_the_one_of_its_system(door: str, port: int) -> None:
    assert getattr(Settings(), FRONT_DOORS[door].port_setting) == port
