"""What Tab offers."""

from __future__ import annotations

import pytest

from duologue.client.completion import completions

MET = {"alice", "albert", "bob"}


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("/ch", ["/chat "]),
        ("/c", ["/cancel ", "/chat ", "/clear"]),
        ("/history b", ["bob"]),
        ("/export al", ["albert", "alice"]),
        ("/search b", []),
        ("/se", ["/search "]),
        ("/who", ["/who"]),
        ("/nothing", []),
        ("", []),
        ("hello", []),
        ("/chat ", ["albert", "alice", "bob"]),
        ("/chat al", ["albert", "alice"]),
        ("/chat AL", ["albert", "alice"]),
        ("/accept b", ["bob"]),
        ("/chat bob ", []),
        ("/who b", []),
        ("tell b", []),
        ("/nothing b", []),
        ("/m", ["/msg "]),
        ("/msg b", ["bob"]),
        ("/msg bob a", []),
    ],
)
def test_offers(typed: str, offered: list[str]) -> None:
    assert completions(typed, MET) == offered
