"""Every attack that is named gets into its place at a real server, and pushes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import attackers, names
from bench.attackers import ATTACKS, Attack, Attacker
from bench.people import CAST, Doors
from duologue.core.names import Account
from tests.bound import BOUND
from tests.stage import UNPAID, opened

NOWHERE = Doors(0, 0, 0, 0)


def test_every_attack_that_is_named_is_there() -> None:
    assert list(ATTACKS) == list(names.ATTACKS)


def pushes_once(attack: Attack, doors: Doors) -> None:
    pushes = attack.play(doors, 0)
    next(pushes)
    next(pushes)
    pushes.close()  # type: ignore[attr-defined]


async def test_each_gets_into_its_place_and_pushes(tmp_path: Path) -> None:
    """All of them at one server, which takes two seconds."""
    protocols = ("native", "web", "rooms_json", "plain_lines")
    accounts = [Account(name) for name in CAST]
    async with opened(tmp_path, accounts=accounts, protocols=protocols, history=True, limits=UNPAID) as stage:
        doors = Doors(**{protocol: stage.ports[protocol] for protocol in protocols})
        for attack in ATTACKS.values():
            async with asyncio.timeout(BOUND):
                await asyncio.to_thread(pushes_once, attack, doors)


def test_who_is_thrown_out_comes_again_and_what_they_push_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attackers, "AGAIN", 0)
    comes = iter(["thrown out", "thrown out", "stays"])

    def play(_: Doors, __: int) -> Iterator[None]:
        yield
        yield
        if next(comes) == "thrown out":
            raise ConnectionError
        raise Over

    attacker = Attacker(Attack(play), NOWHERE)
    with pytest.raises(Over):
        attacker._goes_on(0)
    # The very first step is the beginning, and from then on all count.
    assert attacker.pushes == 5


class Over(Exception):
    pass


def test_an_attack_that_does_not_begin_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attackers, "BEGINS", 0.01)

    def play(_: Doors, __: int) -> Iterator[None]:
        return iter(())

    assert not Attacker(Attack(play, at_once=0), NOWHERE).begins()
