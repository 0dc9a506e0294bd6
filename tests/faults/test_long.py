"""`make faults` plays in pieces, goes on where it stopped, and keeps of which code each figure is.

No server is started here: the pieces are made up.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

from docs import make_faults
from tests.faults.checker import Verdict
from tests.faults.endings import ENDINGS
from tests.faults.long import __main__ as long
from tests.faults.long import playing
from tests.faults.long.checkout import NoStateError, State, state_of
from tests.faults.long.controls import Controls
from tests.faults.long.endings import Endings
from tests.faults.long.matrix import Matrix
from tests.faults.long.part import Figures
from tests.faults.long.storm import Storms
from tests.faults.long.workshop import Workshop, percentile
from tests.faults.trials import TRIALS

BEFORE = State("aaaaaaa of 2026-01-01", "a" * 40, "1" * 40)
AFTER = State("bbbbbbb of 2026-01-02", "b" * 40, "1" * 40)
GOOD = Verdict(sent=10, acknowledged=10, delivered=10)


class EmptyWorkshop:
    def __init__(self) -> None:
        self.kept: list[str] = []

    def __enter__(self) -> EmptyWorkshop:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@dataclass(frozen=True)
class Made(Endings):
    """Pieces of which each does what `happens` says of it, by its number, and is good otherwise."""

    happens: dict[int, Callable[[], object]] = field(default_factory=dict)
    played: list[int] = field(default_factory=list)

    async def play(self, workshop: Workshop) -> Figures:
        number = len(self.played)
        self.played.append(number)
        verdict = self.happens.get(number, lambda: GOOD)()
        await asyncio.sleep(0)  # where one is stopped
        assert isinstance(verdict, Verdict)
        return {"endings": [*ENDINGS], "repeats": 1, "verdict": asdict(verdict)}


def stops() -> None:
    raise KeyboardInterrupt


def breaks() -> None:
    raise AssertionError("alice: goal 10, stored 9\nand more")


def is_terminated() -> Verdict:
    os.kill(os.getpid(), signal.SIGTERM)
    return GOOD


@dataclass
class Desk:
    """Where `make faults` is called, at a commit that can be changed."""

    folder: Path
    state: State | None = BEFORE

    def look(self) -> State:
        if not self.state:
            raise NoStateError("these changes are in none: duologue/server/hub.py")
        return self.state

    def calls(self, part: Made, *arguments: str, **others: Made) -> int:
        """`others` come behind it, by their names."""
        return long.main(arguments, {"endings": part, **others}, self.look)

    @property
    def figures(self) -> dict[str, Any]:
        figures: dict[str, Any] = json.loads((self.folder / "faults.json").read_text())
        return figures

    @property
    def page(self) -> str:
        return (self.folder / "faults.md").read_text()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setattr(playing, "Workshop", EmptyWorkshop)
    monkeypatch.setattr(make_faults, "FIGURES", tmp_path / "faults.json")
    monkeypatch.setattr(make_faults, "PAGE", tmp_path / "faults.md")
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield Desk(tmp_path)
    for number, handler in before.items():
        signal.signal(number, handler)


# Going on


def test_a_job_in_the_background_is_stopped_too(desk: Desk) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell starts it
    assert desk.calls(Made(3, {1: is_terminated})) == long.STOPPED
    assert desk.figures["endings"]["repeats"] == 1


@pytest.mark.parametrize("how", [stops, is_terminated])
def test_what_is_stopped_loses_one_piece_and_goes_on(how: Callable[[], object], desk: Desk) -> None:
    stopped = Made(4, {2: how})
    assert desk.calls(stopped) == long.STOPPED
    assert desk.figures["endings"]["repeats"] == 2
    assert not desk.figures["played"]["endings"]["whole"]
    assert "Unfinished: 2 of 4 plays of each ending." in desk.page
    rest = Made(4)
    assert desk.calls(rest) == 0
    assert rest.played == [0, 1]
    assert desk.figures["endings"]["verdict"]["sent"] == 40
    assert "Unfinished" not in desk.page


def test_who_is_killed_while_the_figures_are_written_has_those_of_before(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.calls(Made(3), "--minutes", "0.000001")
    before = desk.figures

    def is_killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", is_killed)
    assert desk.calls(Made(3)) == long.STOPPED
    assert desk.figures == before


def test_a_page_that_was_not_written_is_written_by_the_next_call(desk: Desk) -> None:
    desk.calls(Made(1))
    page = desk.page
    (desk.folder / "faults.md").unlink()
    desk.calls(Made(1))
    assert desk.page == page


def test_what_is_whole_is_not_played_again(desk: Desk) -> None:
    desk.calls(Made(2))
    again = Made(2)
    assert desk.calls(again) == 0
    assert again.played == []


def test_of_all_parts_those_are_played_that_are_missing(desk: Desk) -> None:
    desk.calls(Made(1))
    first, second = Made(1), Made(2)
    assert desk.calls(first, "--minutes", "60", other=second) == 0
    assert (first.played, second.played) == ([], [0, 1])


def test_the_short_ones_come_first() -> None:
    assert [*long.FULL][-2:] == ["storm", "matrix"]


def test_more_than_was_asked_for_before_goes_on_too(desk: Desk) -> None:
    desk.calls(Made(2))
    more = Made(5)
    desk.calls(more)
    assert len(more.played) == 3


def test_the_time_is_over_after_a_piece(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    part = Made(3)
    assert desk.calls(part, "--minutes", "0.000001") == 0
    assert len(part.played) == 1
    assert "endings is not whole: 1 of 3 plays of each ending" in capsys.readouterr().err


def test_anew_forgets_what_was_played(desk: Desk) -> None:
    desk.calls(Made(3))
    again = Made(2)
    assert desk.calls(again, "--anew") == 0
    assert (len(again.played), desk.figures["endings"]["repeats"]) == (2, 2)


# Of which code


def test_figures_of_another_state_are_not_mixed(desk: Desk) -> None:
    desk.calls(Made(3, {2: stops}))
    desk.state = AFTER
    part = Made(3)
    assert desk.calls(part) == 0
    assert len(part.played) == 3
    assert desk.figures["endings"]["verdict"]["sent"] == 30
    assert desk.figures["played"]["endings"]["commits"] == [AFTER.commit]


def test_another_commit_of_the_same_state_goes_on_and_both_are_named(desk: Desk) -> None:
    desk.calls(Made(2, {1: stops}))
    desk.state = State("ccccccc of 2026-01-03", BEFORE.duologue, BEFORE.proof)
    desk.calls(Made(2))
    assert desk.figures["played"]["endings"]["commits"] == [BEFORE.commit, desk.state.commit]
    assert f"| {BEFORE.commit}, {desk.state.commit} | `{'a' * 12}` | whole |" in desk.page


def test_other_plays_of_the_same_name_are_not_mixed(desk: Desk) -> None:
    desk.calls(Made(2, {1: stops}))
    kept = desk.figures
    kept["endings"]["endings"] = ["another"]
    (desk.folder / "faults.json").write_text(json.dumps(kept))
    part = Made(2)
    desk.calls(part)
    assert len(part.played) == 2


def test_figures_that_are_kept_need_a_commit(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.state = None
    part = Made(1)
    assert desk.calls(part) == long.NOTHING_KEPT
    assert part.played == []
    assert "these changes are in none: duologue/server/hub.py" in capsys.readouterr().err


def test_figures_elsewhere_need_none_and_never_go_on(desk: Desk) -> None:
    desk.state = None
    elsewhere = desk.folder / "elsewhere.json"
    for _ in range(2):
        part = Made(2, {})
        assert desk.calls(part, "--figures", str(elsewhere)) == 0
        assert len(part.played) == 2
    assert json.loads(elsewhere.read_text())["endings"]["repeats"] == 2
    assert not (desk.folder / "faults.md").exists()


def test_a_small_run_is_kept_nowhere(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.state = None
    monkeypatch.setattr(long, "QUICK", {"endings": Made(1)})
    assert desk.calls(Made(1), "--quick") == 0
    assert [*desk.folder.iterdir()] == []


def test_code_that_changes_meanwhile_is_in_no_figure(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    def changes() -> Verdict:
        desk.state = AFTER
        return GOOD

    assert desk.calls(Made(3, {1: changes})) == long.NOTHING_KEPT
    assert desk.figures["endings"]["repeats"] == 1
    assert "the code was changed while it was played" in capsys.readouterr().err


# Faults


def test_a_fault_stays_in_the_sum(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    lost = Verdict(sent=10, acknowledged=10, delivered=9, lost=1)
    assert desk.calls(Made(2, {0: lambda: lost})) == 1
    assert desk.calls(Made(2)) == 1, "whole, and not good"
    assert desk.figures["endings"]["verdict"]["lost"] == 1
    assert "faults were found: endings" in capsys.readouterr().err


def test_a_piece_that_breaks_is_not_played_over(desk: Desk) -> None:
    assert desk.calls(Made(2, {1: breaks})) == 1
    assert desk.figures["endings"]["repeats"] == 1
    assert desk.calls(Made(2)) == 1, "it goes on, and what broke is still there"
    assert desk.figures["endings"]["repeats"] == 2
    assert "- chats that ended meanwhile: AssertionError: alice: goal 10, stored 9\n" in desk.page


def test_a_part_of_which_only_a_piece_broke_shows_no_older_figures(desk: Desk) -> None:
    desk.calls(Made(2))
    desk.state = AFTER
    assert desk.calls(Made(2, {0: breaks})) == 1
    assert "endings" not in desk.figures
    assert f"| chats that ended meanwhile | {AFTER.commit} | `{'b' * 12}` | nothing |" in desk.page


# Sums


def _sum(part: Any, pieces: Sequence[Figures]) -> Figures:
    total, *others = pieces
    for piece in others:
        total = part.add(total, piece)
    assert isinstance(total, dict)
    return total


def test_percentiles_are_those_of_all_resumes() -> None:
    times = [[5, 1000, 20], [30, 7], [2500, 1, 1, 9]]
    pieces = [
        {"pieces": 1, "seconds": 1.0, "kills": 2, "cuts": 1, "blows": {"SIGKILL server": 2, "power cut": 1}}
        | {"resume_ms": part, "verdict": asdict(GOOD)}
        for part in times
    ]
    storms = Storms(messages=30, minutes=1, kills=6, cuts=3)
    total = _sum(storms, pieces)
    everything = [taken / 1000 for part in times for taken in part]
    assert (total["resumes"], total["pieces"], total["kills"], total["cuts"]) == (9, 3, 6, 3)
    assert total["resume_p50"] == percentile(everything, 0.5)
    assert total["resume_p99"] == percentile(everything, 0.99)
    assert total["blows"] == {"SIGKILL server": 6, "power cut": 3}
    assert storms.is_whole(total)


@pytest.mark.parametrize("missing", ["kills", "cuts", "sent"])
def test_random_faults_are_whole_with_all_that_was_promised(missing: str) -> None:
    counts = {"kills": 6, "cuts": 3, "sent": 30}
    counts[missing] -= 1
    figures = {"kills": counts["kills"], "cuts": counts["cuts"], "verdict": {"sent": counts["sent"]}}
    assert not Storms(messages=30, minutes=1, kills=6, cuts=3).is_whole(figures)


def test_rounds_of_the_matrix_add_up() -> None:
    one = {"steps": ["s"], "faults": ["f", "g"], "cells": 2, "plays": 2, "fewest": 1, "failed": [["s", "f", "why"]]}
    other = one | {"failed": []}
    matrix = Matrix(repeats=2)
    total = _sum(matrix, [one | {"verdict": asdict(GOOD)}, other | {"verdict": asdict(GOOD)}])
    assert (total["plays"], total["fewest"], total["cells"]) == (4, 2, 2)
    assert total["failed"] == [["s", "f", "why"]]
    assert matrix.so_far(total) == "2 of 2 plays of each cell"
    assert matrix.is_whole(total)
    assert not matrix.is_good(total)
    assert not matrix.fits(total), "of other steps and faults than today"


def test_a_control_that_was_missed_once_is_missed() -> None:
    names = [*TRIALS]
    piece = {name: {"repeats": 1, "caught": 1, "without": asdict(GOOD), "intact": asdict(GOOD)} for name in names}
    missed = piece | {names[0]: piece[names[0]] | {"caught": 0}}
    controls = Controls(repeats=2)
    assert controls.is_good(_sum(controls, [piece, piece]))
    assert not controls.is_good(_sum(controls, [piece, missed]))
    assert controls.so_far(piece) == "1 of 2 plays of each control"


# The page


def test_parts_of_different_states_are_said_to_be() -> None:
    states = {"endings": BEFORE, "detection": AFTER}
    played: dict[str, dict[str, Any]] = {
        name: {"commits": [state.commit], "duologue": state.duologue, "whole": True, "so_far": "", "broken": []}
        for name, state in states.items()
    }
    figures: dict[str, Any] = {name: {} for name in states}
    said = make_faults.code({**figures, "played": played})
    assert "of 2 different states of `duologue/`" in said
    played["detection"]["duologue"] = BEFORE.duologue
    assert "All parts are of one state of `duologue/`." in make_faults.code({**figures, "played": played})
    del played["detection"]
    said = make_faults.code({**figures, "played": played})
    assert "of some it is not known which it was" in said
    assert "| default settings | from before this was noted |" in said
    assert "Of none of these parts" in make_faults.code(figures)


# The checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    if not shutil.which("git"):
        pytest.skip("needs git")
    for folder in ("duologue", "tests/faults", "docs"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "file").write_text("1\n")
    commit(tmp_path, "init", "--quiet")
    commit(tmp_path, "add", ".")
    commit(tmp_path, "commit", "--quiet", "--message", "first")
    return tmp_path


def commit(top: Path, *words: str) -> None:
    who = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost", "-c", "commit.gpgsign=false"]
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", *who, *words], cwd=top, env=outside | {"GIT_CONFIG_GLOBAL": os.devnull}, check=True)


def test_a_commit_elsewhere_is_the_same_state(checkout: Path) -> None:
    before = state_of(checkout)
    (checkout / "docs/file").write_text("2\n")
    assert state_of(checkout) == before, "what is not played may have changed"
    commit(checkout, "commit", "--quiet", "--all", "--message", "second")
    now = state_of(checkout)
    assert now.plays_as(before)
    assert now.commit != before.commit
    (checkout / "duologue/file").write_text("2\n")
    commit(checkout, "commit", "--quiet", "--all", "--message", "third")
    assert state_of(checkout).duologue != before.duologue


@pytest.mark.parametrize("name", ["duologue/file", "duologue/new", "tests/faults/file"])
def test_changes_that_are_in_no_commit_are_named(name: str, checkout: Path) -> None:
    (checkout / name).write_text("2\n")
    with pytest.raises(NoStateError, match=f"in none: {name}"):
        state_of(checkout)


def test_no_checkout_is_no_state(tmp_path: Path) -> None:
    with pytest.raises(NoStateError, match="--figures FILE"):
        state_of(tmp_path)
