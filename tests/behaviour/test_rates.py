"""Who sends too fast is told so once, is read more slowly, and loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.behaviour.house import GUEST_DOORS, opened_house

BURST = 10


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_guest_who_sends_too_fast(tmp_path: Path, door: str) -> None:
    async with opened_house(tmp_path, limits={"message_burst": BURST, "message_rate": 100.0}) as house:
        alice = await house.alice()
        guest = house.guest(door)
        await house.joins_lobby(guest, alice)
        for number in range(BURST + 5):
            await guest.says_to_all(f"message {number}")
            await house.has_read(guest)
            await alice.heard(guest, f"message {number}")
        slow_down = "You send more than 100 messages a second; the rest is taken at that rate."
        texts = [await guest.next() for _ in range(BURST + 6 if guest.hears_itself else 1)]
        assert [text.endswith(slow_down) for text in texts].count(True) == 1
