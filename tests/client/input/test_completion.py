"""What Tab offers."""

from __future__ import annotations

import pytest

from duologue.client.input.completion import completions

MET = {"alice", "albert", "bob"}
GUESTS = {"~Bob", "bella", "~Ann"}
ROOMS = {"#tea", "#technics", "#ops"}


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("/ch", ["/chat "]),
        ("/c", ["/cancel ", "/chat ", "/clear", "/conversations"]),
        ("/history b", ["bob"]),
        ("/export al", ["albert", "alice"]),
        ("/search b", []),
        ("/se", ["/search "]),
        ("/who", ["/who ", "/whois "]),
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
        ("/m", ["/me ", "/msg "]),
        ("/msg b", ["bob"]),
        ("/msg bob a", []),
        ("/msg ", ["albert", "alice", "bob"]),
        ("/msg #t", []),
    ],
)
def test_offers(typed: str, offered: list[str]) -> None:
    assert completions(typed, MET) == offered


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("/join ", ["#ops", "#tea", "#technics"]),
        ("/join te", ["#tea", "#technics"]),
        ("/join #TEA", ["#tea"]),
        ("/join #tea secret", []),
        ("/part o", ["#ops"]),
        ("/names #o", ["#ops"]),
        ("/topic #o", ["#ops"]),
        ("/topic #ops o", []),
        ("/msg #t", ["#tea", "#technics"]),
        ("/history #o", ["#ops"]),
        ("/export #o", ["#ops"]),
        ("/chat b", ["bella", "~Bob"]),
        ("/chat ~", ["~Ann", "~Bob"]),
        ("/chat ~b", ["~Bob"]),
        ("/rooms #", []),
        ("/p", ["/part "]),
    ],
)
def test_offers_of_rooms_and_guests(typed: str, offered: list[str]) -> None:
    assert completions(typed, GUESTS, ROOMS) == offered
