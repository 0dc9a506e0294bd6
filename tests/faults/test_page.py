"""docs/faults.md says what the figures say, and the figures what was promised."""

from __future__ import annotations

import json

import pytest

from docs import make_faults
from tests.faults.cells import FAULTS, STEPS
from tests.faults.checker import Verdict

pytestmark = pytest.mark.skipif(not make_faults.FIGURES.exists(), reason="`make faults` has not been run")


@pytest.fixture
def figures() -> dict[str, dict[str, object]]:
    figures: dict[str, dict[str, object]] = json.loads(make_faults.FIGURES.read_text(encoding="utf-8"))
    return figures


def test_the_page_is_current(figures: dict[str, dict[str, object]]) -> None:
    assert make_faults.page(figures) == make_faults.PAGE.read_text(encoding="utf-8"), "run python -m docs.make_faults"


@pytest.mark.parametrize("part", make_faults.PARTS)
def test_no_part_found_a_fault(part: str, figures: dict[str, dict[str, object]]) -> None:
    verdict = Verdict(**figures[part]["verdict"])  # type: ignore[arg-type]
    assert verdict.faults == 0
    assert verdict.is_complete
    assert not figures[part].get("failed")


def test_no_piece_broke(figures: dict[str, dict[str, dict[str, object]]]) -> None:
    assert [name for name, played in figures.get("played", {}).items() if played["broken"]] == []


def test_the_matrix_that_was_played_is_the_one_of_today(figures: dict[str, dict[str, object]]) -> None:
    assert (figures["matrix"]["steps"], figures["matrix"]["faults"]) == ([*STEPS], [*FAULTS])
