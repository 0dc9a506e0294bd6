"""The benchmark of attacks at its smallest, for real: a store is filled, somebody attacks, and others are measured."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from bench import attacks, names, ours
from bench.attacks import Past
from bench.processes import BenchmarkError
from bench.programs import Load, build
from bench.workloads import Bench

LITTLE = Past(one_write=100, lines=250, rooms=3)
HEARD = {"delivered": 10.0, "missing": 0.0, "p50_us": 1.0, "p99_us": 2.0, "max_us": 3.0}


@pytest.mark.skipif(not shutil.which("cc"), reason="the load generator needs a C compiler")
def test_others_are_measured_while_somebody_attacks(tmp_path: Path) -> None:
    """Two servers and three other programs are started, one after the other: that takes some seconds."""
    _, history, _ = ours.duologue(ours.OURS)
    bench = Bench(build(tmp_path), tmp_path, seconds=0.3)
    ((name, figures),) = attacks.attacks(bench, history, LITTLE, [names.LETTERS])
    assert name == names.LETTERS
    assert figures.keys() == {"p50_us", "p99_us", "max_us", "history_s", "mailbox_s", "login_s"}
    assert 0 < figures["p50_us"] <= figures["p99_us"] <= figures["max_us"]
    assert all(figures[each] > 0 for each in ("history_s", "mailbox_s", "login_s"))


def test_the_server_has_its_default_limits(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What stands further behind is what counts."""
    commands: list[list[str]] = []

    def started(command: list[str], *_: Any) -> Any:
        commands.append(command)
        raise BenchmarkError("not for real")

    monkeypatch.setattr("bench.workloads.started", started)
    nobody: Any = None
    (tmp_path / "store").mkdir()
    files = attacks.Files(tmp_path)
    with pytest.raises(BenchmarkError):
        attacks._under(Bench(nobody, tmp_path, 1.0), ours.duologue(["server"])[1], files, names.PINGS)
    [command] = commands
    assert last(command, "--limits") == "on"
    assert last(command, "--users") == str(files.users)
    assert last(command, "--history") == "on"
    assert last(command, "--data") != str(files.store)


def last(command: list[str], flag: str) -> str:
    return [word for before, word in pairwise(command) if before == flag][-1]


class Canned(Load):
    def __init__(self, **said: float) -> None:
        self.said = said

    def begins(self, *_: object) -> None:
        pass

    def ends(self) -> dict[str, float]:
        return self.said


@pytest.mark.parametrize("what", [{"missing": 1.0}, {"delivered": 0.0}])
def test_messages_of_others_that_are_lost_fail_the_run(what: dict[str, float]) -> None:
    lost = Canned(**{**HEARD, **what})
    with pytest.raises(BenchmarkError, match="missing"):
        attacks._told(lost, Canned(login_s=1.0), [])


def test_an_attack_of_which_nothing_came_is_not_withstood() -> None:
    with pytest.raises(BenchmarkError, match="nothing"):
        attacks._told(Canned(**HEARD), Canned(login_s=1.0), [Canned(pushes=0)])
    assert attacks._told(Canned(**HEARD), Canned(login_s=1.0), [Canned(pushes=1)]) == {
        "login_s": 1.0,
        "p50_us": 1.0,
        "p99_us": 2.0,
        "max_us": 3.0,
    }


def test_one_that_cannot_be_measured_is_named_after_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def under(*args: Any) -> dict[str, float]:
        if args[-1] == names.PINGS:
            raise BenchmarkError("gone")
        return {"login_s": 1.0}

    monkeypatch.setattr(attacks, "_under", under)
    monkeypatch.setattr(attacks, "_make_store", lambda *_: None)
    monkeypatch.setattr(attacks, "_make_accounts", lambda *_: None)
    nobody: Any = None
    played = attacks.attacks(nobody, nobody, LITTLE, [names.PINGS, names.LETTERS])
    assert next(played) == (names.LETTERS, {"login_s": 1.0})
    with pytest.raises(BenchmarkError, match=f"{names.PINGS}: gone"):
        next(played)
