"""A desk at which alice has logged in, and the steps of its tests."""

from __future__ import annotations

import pytest

from duologue.client.events import Happening
from duologue.client.window.news import Happened, Progress
from duologue.client.window.presenter import Presenter
from duologue.client.window.state import Changes
from duologue.core.events.chat import Acknowledged

NOW = 1_700_000_000.0


@pytest.fixture
def presenter() -> Presenter:
    presenter = Presenter(lambda: NOW)
    presenter.log_in("alice")
    return presenter


def hear(presenter: Presenter, *events: Happening, progress: Progress | None = None) -> Changes:
    """The changes of the last."""
    changes: Changes = []
    for event in events:
        changes = presenter.hear(Happened(event, progress or presenter.progress))
    return changes


def lines(presenter: Presenter, place: str) -> list[str]:
    blocks = presenter.talk(place).scroll.blocks()
    return ["".join(text for text, _ in block)[7:].rstrip("\n") for block in blocks[1:]]


def live(acknowledged: Acknowledged) -> Progress:
    """One message was said in the chat with bob."""
    return Progress("bob", True, True, 1, acknowledged)
