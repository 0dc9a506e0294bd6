"""Both faces are faces: a conversation can be held through either."""

from __future__ import annotations

from typing import get_type_hints

import pytest

from duologue.client.terminal.app import TerminalFace
from duologue.client.terminal.plain import PlainFace
from duologue.client.view.base import Face, Interrupted, Kind, Line


@pytest.mark.parametrize("face", [PlainFace, TerminalFace])
def test_every_part_of_a_face_is_there(face: type) -> None:
    parts = {name for name in vars(Face) if not name.startswith("_")} | set(get_type_hints(Face))
    missing = {name for name in parts if not hasattr(face, name)} - {"is_interactive"}
    assert missing == set()


def test_a_line_that_nobody_says_has_no_speaker() -> None:
    assert Line(Kind.NOTICE, "x").speaker == ""


def test_an_interruption_does_not_end_the_event_loop() -> None:
    assert issubclass(Interrupted, Exception)  # KeyboardInterrupt is not
