"""One rule for names, in Python and on the page; and people are read as their accounts spell them."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import expect

from duologue.core.errors import PeerError
from duologue.core.names import BadNickname, name_key
from duologue.core.room_rules import room_key
from tests.page.conftest import AtNative, Enter
from tests.page.house import Server

NAMES = ("Νίκος", "ΝΊΚΟΣ", "νίκοσ", "STRASSE", "Straße", "Ｂob", "İstanbul", "ﬁnn", "Ꭰ", "ꭰ", "e\u0301mile", "ſam")
ROOMS = ("tea", "#Tea", "＃tea", "##tea", "#ΣΊΣΥΦΟΣ", "")
NO_NAMES = ("", "-x", "x!y", "a" * 33, "я" * 33, "漢" * 22, "a\u3164b", "a\u034fb", "#", "a b")


@cache
def assigned() -> list[str]:
    return [
        char for char in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(char) not in ("Cn", "Cs", "Co")
    ]


@cache  # two tests ask for 150,000 keys
def key(text: str) -> str:
    try:
        return name_key(text, "nickname", lambda _: BadNickname(""))
    except PeerError:
        return ""


def in_the_page(enter: Enter, function: str, texts: list[str]) -> list[str]:
    """As one text each way: of a list, Playwright looks at every item several times."""
    ask = (
        "async (texts) => { const names = await import('./names.js'); "
        f"return JSON.stringify(JSON.parse(texts).map({function})) }}"
    )
    return list(json.loads(enter("alice").page.evaluate(ask, json.dumps(texts))))


def test_every_letter_is_folded_as_the_server_folds_it(enter: Enter) -> None:
    """Some 150,000 characters, each alone and after another."""
    letters = [letter for letter in assigned() if key(f"a{letter}")]
    found = in_the_page(enter, "(text) => names.nameKey(text)", [f"a{letter}" for letter in letters])
    assert len(letters) > 100_000
    assert [(letter, mine) for letter, mine in zip(letters, found, strict=True) if mine != key(f"a{letter}")] == []


def test_what_is_a_name_here_is_one_there(enter: Enter) -> None:
    letters = [f"a{letter}" for letter in assigned() if unicodedata.normalize("NFKC", letter) == letter]
    texts = [*NAMES, *NO_NAMES, *letters]
    found = in_the_page(enter, "(text) => names.isName(names.nameKey(text)) ? names.nameKey(text) : ''", texts)
    different = [text for text, mine in zip(texts, found, strict=True) if mine != key(text)]
    # A ninth mark in a row and a newer Unicode are the server's to refuse.
    assert different == []


def test_a_room_is_folded_as_the_server_folds_it(enter: Enter) -> None:
    rooms = [room for room in ROOMS if room.strip("#＃")]
    found = in_the_page(enter, "(text) => names.roomKey(text)", rooms)
    expected = []
    for room in rooms:
        try:
            expected.append(room_key(room))
        except PeerError:
            expected.append("##tea")
    assert found == expected


@contextmanager
def served(tmp_path: Path, *names: str) -> Iterator[Server]:
    server = Server(tmp_path, users=names)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with served(tmp_path, "alice", "νίκος", "Straße") as server:
        yield server


@pytest.mark.parametrize("typed", ["νίκος", "Νίκος", "ΝΊΚΟΣ"])
def test_somebody_is_written_to_in_one_conversation_however_the_name_is_typed(
    enter: Enter, native: AtNative, typed: str
) -> None:
    alice, nikos = enter("alice"), native("νίκος")
    alice.types(f"/msg {typed} hi")
    stream = nikos.hears(r"message_from alice \S+ (\S+) .*")[1]
    assert stream
    nikos.says("/msg alice AAAAAAAAAAAA 1 :hello yourself")
    alice.reads("hi", "hello yourself")
    expect(alice.page.locator("#talks li")).to_have_count(1)
    expect(alice.page.locator("#talks .name")).to_contain_text("νίκος")
    expect(alice.page.locator("#head h2")).to_have_text("νίκος")


def test_people_are_read_as_their_accounts_spell_them(enter: Enter, native: AtNative) -> None:
    alice, nikos = enter("alice"), native("Νίκος")
    expect(alice.page.locator("#people .name")).to_contain_text("νίκος")
    nikos.says("/join lobby", "/msg #lobby AAAAAAAAAAAA 1 :hello", "/msg #lobby AAAAAAAAAAAB 1 :/me waves")
    expect(alice.notes.last).to_have_text("νίκος has joined.")
    expect(alice.messages.last).to_have_text("* νίκος waves")
    expect(alice.page.locator("#rows .who")).to_have_text("νίκος")
    nikos.says("/chat alice", "/msg alice AAAAAAAAAAAC 1 :for you")
    expect(alice.page.locator(".request b")).to_have_text("νίκος")
    alice.row("νίκοσ").click()
    expect(alice.row("νίκοσ")).to_have_attribute("title", "νίκος")
    expect(alice.page.locator("#text")).to_have_attribute("placeholder", "Message to νίκος")
    expect(alice.messages).to_have_text(["for you"])
    alice.presses("More")
    with alice.page.expect_download() as download:
        alice.presses("Save as .txt")
    assert download.value.suggested_filename == "chat-with-νίκος.txt"
    nikos.leaves()
    expect(alice.page.locator("#people li")).to_have_count(0)
    alice.page.evaluate("localStorage.removeItem('duologue/alice/spellings')")
    alice.page.reload()
    alice.types("/msg νίκος are you there?")
    expect(alice.page.locator("#head h2")).to_have_text("νίκος")  # though he is not here


def test_my_own_name_is_spelled_as_my_account_spells_it(enter: Enter) -> None:
    strasse = enter("STRASSE")
    expect(strasse.page.locator("#me")).to_contain_text("Straße")
