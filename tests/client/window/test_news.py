"""News go from one thread to another: nobody changes them on the way, and they know neither toolkit nor loop."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from duologue.client.window.news import News, Progress
from tests.test_architecture import graph, modules

KINDS = (*get_args(News), Progress)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_nobody_changes_them_on_the_way(kind: type) -> None:
    values = [name.name for name in fields(kind)]
    news = kind(*values)
    for name in values:
        with pytest.raises(FrozenInstanceError):
            setattr(news, name, "another value")
    with pytest.raises((FrozenInstanceError, TypeError)):  # TypeError: CPython's, with slots
        news.remark = "one more"


def test_they_know_neither_tk_nor_asyncio() -> None:
    assert {"tkinter", "asyncio"} & graph(modules())["duologue.client.window.news"] == set()
