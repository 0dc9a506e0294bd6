"""However an operator spells the address of their page, it is the origin that browsers name."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.origin import BadOrigin, origin_of


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://chat.example.org", "https://chat.example.org"),
        ("https://chat.example.org:443", "https://chat.example.org"),
        ("https://chat.example.org:443/", "https://chat.example.org"),
        ("http://chat.example.org:80", "http://chat.example.org"),
        ("http://chat.example.org:443", "http://chat.example.org:443"),
        ("https://chat.example.org:8443", "https://chat.example.org:8443"),
        ("https://chat.example.org:08443", "https://chat.example.org:8443"),
        ("https://chat.example.org:", "https://chat.example.org"),
        (" HTTPS://Chat.Example.ORG/ ", "https://chat.example.org"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://BU\u0308CHER.example", "https://xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example"),
        ("https://straße.example", "https://xn--strae-oqa.example"),
        ("https://例え。テスト", "https://xn--r8jz45g.xn--zckzah"),
        ("https://[2001:DB8:0::1]:443", "https://[2001:db8::1]"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://my_box.lan", "http://my_box.lan"),
        ("https://chat.example.org.", "https://chat.example.org."),
    ],
)
def test_one_spelling(typed: str, origin: str) -> None:
    assert origin_of(typed) == origin
    assert origin_of(origin) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "", "null", "*", "chat.example.org", "chat.example.org:443", "//chat.example.org", "https://", "https:///",
        "https://a..b", "https://.", "https://-a.example", "https://*.example.org", "https://exa mple.org",
        "https://chat.example.org/chat/", "https://chat.example.org?x", "https://chat.example.org#x",
        "https://me:secret@chat.example.org", "https://chat.example.org:0", "https://chat.example.org:99999",
        "https://chat.example.org:https", "https://[::1", "https://[::g]", "wss://chat.example.org", "file:///etc",
        "https://a\\b", "https://a\x1b[1mb",
    ],
)  # fmt: skip
def test_what_is_none_is_refused_with_what_would_be_one(typed: str) -> None:
    with pytest.raises(BadOrigin, match=re.escape("an origin is like https://chat.example.org")) as refused:
        origin_of(typed)
    assert str(refused.value).isprintable()


@given(st.text())
def test_nothing_else_comes_of_it(typed: str) -> None:
    try:
        origin = origin_of(f"https://{typed}")
    except BadOrigin:
        return
    assert origin.isascii()
    assert origin_of(origin) == origin
