"""Every change that the presenter can decide on is one that the windows know how to show."""

from __future__ import annotations

from typing import get_args

from duologue.client.window.changes import Change


def test_every_change_has_its_widget() -> None:
    from duologue.client.window.windows import _APPLY

    assert set(_APPLY) == set(get_args(Change))
