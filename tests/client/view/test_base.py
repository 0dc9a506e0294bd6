"""Both views are views: a conversation can be held through either."""

from __future__ import annotations

from typing import get_type_hints

import pytest

from duologue.client.terminal.app import TerminalView
from duologue.client.terminal.plain import PlainView
from duologue.client.view.base import Interrupted, Kind, Line, View


@pytest.mark.parametrize("view", [PlainView, TerminalView])
def test_every_part_of_a_view_is_there(view: type) -> None:
    parts = {name for name in vars(View) if not name.startswith("_")} | set(get_type_hints(View))
    missing = {name for name in parts if not hasattr(view, name)} - {"is_interactive"}
    assert missing == set()


def test_a_line_that_nobody_says_has_no_speaker() -> None:
    assert Line(Kind.NOTICE, "x").speaker == ""


def test_an_interruption_does_not_end_the_event_loop() -> None:
    assert issubclass(Interrupted, Exception)  # KeyboardInterrupt is not
