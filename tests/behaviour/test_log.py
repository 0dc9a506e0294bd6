"""The operator's log says who came and who left, by whichever door, and nothing of what was said."""

from __future__ import annotations

import logging

import pytest

from tests.behaviour.house import DOORS, House


@pytest.fixture(autouse=True)
def all_records(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)


def told(caplog: pytest.LogCaptureFixture, event: str) -> list[str]:
    """Of whom."""
    return [record.__dict__["nickname"] for record in caplog.records if record.getMessage() == event]


@pytest.mark.parametrize("door", DOORS)
async def test_who_comes_and_leaves(house: House, door: str, caplog: pytest.LogCaptureFixture) -> None:
    somebody = await house.lets_in(door)
    assert told(caplog, "logged in") == [somebody.nickname]
    await somebody.leaves()
    await house.all_gone()
    assert told(caplog, "logged out") == [somebody.nickname]


@pytest.mark.parametrize("door", DOORS)
async def test_not_what_is_said(house: House, door: str, caplog: pytest.LogCaptureFixture) -> None:
    bob, somebody = await house.gathers("native:bob", door)
    await somebody.says_to_all("a word in public")
    await bob.heard(somebody, "a word in public")
    await somebody.writes_privately(bob, "a word in private")
    await bob.got_privately(somebody, "a word in private")
    assert caplog.records
    assert "a word" not in " ".join(str(record.__dict__) for record in caplog.records)
