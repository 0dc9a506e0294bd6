"""Texts that want to be more than text: shown as they were typed, and nothing happens."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.page.conftest import AtNative, Enter
from tests.page.house import Server, fetch

CORPUS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><iframe src="javascript:alert(1)"></iframe>',
    "javascript:alert(1)",
    "{{constructor.constructor('alert(1)')()}}",
    "${alert(1)}",
    "&lt;b&gt;bold&amp;",
    "</textarea><script>alert(1)</script>",
    "<style>*{display:none}</style>",
    "'-alert(1)-'",
    '<math><mtext></table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "__proto__",
)
ELEMENTS = "script:not([src='app.js']), iframe, img, svg, math, style, #rows b:not(.who), #rows a, object, embed"


def test_messages_rooms_topics_and_away_texts_stay_texts(enter: Enter) -> None:
    alice, bob = enter("alice"), enter("bob")
    for text in CORPUS:
        alice.types(text)
        expect(bob.messages.last).to_have_text(text)
        alice.types(f"/topic {text}")
        expect(bob.page.locator("#head small")).to_have_text(text)
        alice.types(f"/away {text}")
        expect(bob.row("alice").locator("small")).to_have_text(f"away: {text}")
        bob.types(f"/me {text}")
        expect(alice.messages.last).to_have_text(f"* bob {text}")
    for person in (alice, bob):
        assert person.page.locator(ELEMENTS).count() == 0
        person.page.locator("#find").fill("alert")
        person.page.keyboard.press("Enter")
        expect(person.page.locator("#results h2")).to_contain_text("found")
        assert person.page.locator(ELEMENTS).count() == 0


def test_a_name_that_looks_like_markup_is_refused_as_typed(enter: Enter) -> None:
    alice = enter("alice")
    for text in CORPUS[:5]:
        alice.page.fill("#text", f"/join {text}")
        alice.page.press("#text", "Enter")
        expect(alice.page.locator("#hint")).to_contain_text("room name")
    assert alice.page.locator(ELEMENTS).count() == 0


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("abc\u202edef", "abc<U+202E>def"),
        ("bell\x07 and \x1b[2J", "bell␇ and ␛[2J"),
        ("z" + "\u0301" * 30, "z" + "\u0301" * 8),
        ("family 👩\u200d👩\u200d👧 flag \U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",) * 2,
        ("tag \U000e0041", "tag <U+E0041>"),
        ("שלום \u200fעולם",) * 2,
    ],
)
def test_characters_that_hide_or_reorder_are_seen(enter: Enter, native: AtNative, typed: str, shown: str) -> None:
    alice, bob = enter("alice"), native("bob")
    bob.says(f"/msg alice AAAAAAAAAAAA 1 :{typed}")
    alice.goes_to("bob")
    assert alice.messages.last.text_content() == shown


def test_the_page_allows_nothing_from_elsewhere_and_no_code_in_it(server: Server, enter: Enter) -> None:
    html = fetch(f"{server.url}/").decode()
    assert "<style" not in html
    assert " style=" not in html
    assert not re.search(r"\son\w+=", html)
    assert "http" not in html
    alice = enter("alice")
    blocked = alice.page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return false } catch (error) { return error.name } }"
    )
    assert blocked == "TypeError"
    alice.troubles.clear()  # the browser has complained of what we tried here
