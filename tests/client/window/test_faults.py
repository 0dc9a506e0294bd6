"""A fault is told and survived."""

from __future__ import annotations

import pytest

from duologue.client.window.faults import attempt


def test_what_is_done_and_what_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise LookupError("no such window")

    assert (attempt(lambda: None), attempt(fail)) == (True, False)
    told = capsys.readouterr().err
    assert told.startswith("The window goes on after a fault of its own: LookupError('no such window')\nTraceback")
    assert "in fail" in told
