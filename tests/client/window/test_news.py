"""News are values."""

from __future__ import annotations

from duologue.client.window.news import Progress
from duologue.core.events.chat import Acknowledged


def test_before_the_first_session_nothing_was_sent() -> None:
    assert Progress() == Progress(None, False, False, 0, Acknowledged(), 0)
