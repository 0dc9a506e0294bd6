"""A nickname has one spelling, nobody can pass for somebody else, and no name is a signal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.errors import PeerError
from duologue.core.names import (
    NICKNAME_BYTES,
    NICKNAME_LENGTH,
    Account,
    BadNickname,
    bare,
    guest_name,
    is_guest,
    looks_of,
    name_key,
    nickname_key,
    skeleton,
    spelling_of,
)

SHIPPED = [*(f"user{n}" for n in range(1, 11)), "alice", "bob", "carol", "dave"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("alice", "alice"),
        ("ALICE", "alice"),
        ("ａｌｉｃｅ", "alice"),
        ("Straße", "strasse"),
        ("e\u0301lan", "élan"),
        ("Ολγα", "ολγα"),
        ("محمد", "محمد"),
        ("हिन्दी", "हिन्दी"),
        ("日本", "日本"),
        ("7of9_a-b.c", "7of9_a-b.c"),
        ("x" * NICKNAME_LENGTH, "x" * NICKNAME_LENGTH),
        ("é" * 32, "é" * 32),
        ("e\u0301" * 32, "é" * 32),
    ],
)
def test_a_name_has_one_spelling(text: str, key: str) -> None:
    assert nickname_key(text) == key


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"),
        ("x" * 33, "too long (33"),
        ("x" * 5000, "too long"),
        ("中" * 22, f"{NICKNAME_BYTES} bytes"),
        ("two words", "' '"),
        (" alice", "' '"),
        ("al\u00a0ice", "' '"),
        ("al\nice", "U+000A"),
        ("al\u202eice", "U+202E"),
        ("al\u200dice", "U+200D"),
        ("al\u3164ice", "U+1160"),
        ("al\ufe0fice", "U+FE0F"),
        ("al\ud800ice", "U+D800"),
        ("al😀ice", "'😀'"),
        ("al:ice", "':'"),
        ("al/ice", "'/'"),
        ("_alice", "begin with '_'"),
        (".alice", "begin with '.'"),
        ("\u0301alice", "begin with"),
        ("a" + "\u0323" * 10, "marks"),
    ],
)
def test_what_cannot_be_a_name_is_refused_with_the_reason(text: str, why: str) -> None:
    with pytest.raises(BadNickname) as refusal:
        nickname_key(text)
    assert why in refusal.value.text
    assert refusal.value.code == "bad_nickname"
    assert isinstance(refusal.value, PeerError)


def test_a_refusal_says_what_is_allowed() -> None:
    with pytest.raises(
        BadNickname, match=r"1 to 32 letters, digits or any of _ - \. and begins with a letter or digit"
    ):
        nickname_key("no spaces")


SIGNALS = [
    "login_socket", "chat_socket", "check_socket", "AUTH_SUCCESS", "AUTH_DENIED", "want_chat_with_you",
    "start_chat", "chat_ended", "chat_requested", "chat_request_ended", "chat_paused", "chat_resumed",
    "disconnected", "ERROR", "PING", "PONG", "PASSWORD", "NICKNAME", "users", "server", "duologue", "yes", "no",
    "me", "lobby", "everyone", "guest", "Guest-4711", "guests", "ＰＩＮＧ", "sеrver", "n0",
]  # fmt: skip


@pytest.mark.parametrize("word", SIGNALS)
def test_words_that_programs_read_and_their_lookalikes_are_nobodys_name(word: str) -> None:
    with pytest.raises(BadNickname, match="keeps for itself"):
        nickname_key(word)


@given(st.text(max_size=40))
def test_a_key_is_its_own_key(text: str) -> None:
    try:
        key = nickname_key(text)
    except BadNickname:
        return
    assert nickname_key(key) == key
    assert 1 <= len(key) <= NICKNAME_LENGTH
    assert len(key.encode()) <= NICKNAME_BYTES
    assert not [c for c in key if unicodedata.category(c)[0] in "CZSP" and c not in "_-."]


@given(st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=10))
def test_case_and_composition_make_no_other_name(text: str) -> None:
    try:
        key = nickname_key(text)
    except BadNickname:
        return
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert nickname_key(unicodedata.normalize(form, text)) == key
    assert nickname_key(text.casefold()) == key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("user1", "userl"),
        ("user10", "user1o"),
        ("bob", "b0b"),
        ("bob", "bоb"),  # Cyrillic о
        ("alice", "аlice"),  # Cyrillic а
        ("modern", "modem"),
        ("paris", "раris"),
        ("olga", "οlga"),  # Greek omicron
        ("ısa", "isa"),  # dotless i
        ("aether", "æther"),
        ("vo", "νo"),  # Greek nu
    ],
)
def test_names_that_look_alike_have_one_skeleton(one: str, other: str) -> None:
    assert nickname_key(one) != nickname_key(other)
    assert skeleton(nickname_key(one)) == skeleton(nickname_key(other))


@pytest.mark.parametrize(("one", "other"), [("alice", "aiice"), ("ann", "anne"), ("jose", "josé"), ("a_b", "a-b")])
def test_names_that_look_different_have_two(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_numbered_names_and_the_shipped_ones_all_go_together() -> None:
    names = {*SHIPPED, *(f"user{n}" for n in range(1, 100_000, 7))}
    assert len({skeleton(nickname_key(name)) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("text", "nickname"),
    [
        ("Bob", "~Bob"),
        ("BOB", "~BOB"),
        ("Ｂｏｂ", "~Bob"),
        ("E\u0301lan", "~Élan"),
        ("Straße", "~Straße"),
        ("日本", "~日本"),
        ("7of9_a-b.c", "~7of9_a-b.c"),
        ("X" * NICKNAME_LENGTH, "~" + "X" * NICKNAME_LENGTH),
    ],
)
def test_a_guest_has_the_capitals_that_were_typed_and_the_mark(text: str, nickname: str) -> None:
    assert guest_name(text) == nickname
    assert is_guest(nickname)
    assert bare(nickname) == nickname[1:]


@pytest.mark.parametrize("text", ["alice", *SHIPPED])
def test_an_account_is_no_guest_and_bare_as_it_is(text: str) -> None:
    assert not is_guest(nickname_key(text))
    assert bare(nickname_key(text)) == text


@pytest.mark.parametrize("text", ["~bob", "～bob", "~", guest_name("Bob")])
def test_nobody_types_the_mark_into_a_name(text: str) -> None:
    """So no account has it, and no guest two of it."""
    for name in (nickname_key, guest_name):
        with pytest.raises(BadNickname, match="'~' cannot be part"):
            name(text)


@pytest.mark.parametrize(
    "text",
    ["", "two words", "al\nice", "al\u202eice", "[users]", "#tea", "a,b", "x" * 33, "_alice", "al\ud800ice", *SIGNALS],
)
def test_what_nobody_may_be_called_no_guest_is_called(text: str) -> None:
    with pytest.raises(BadNickname):
        guest_name(text)


@pytest.mark.parametrize("text", ["SERVER", "Iobby", "GUESt-1", "PING", "NICKNAME"])
def test_no_guest_looks_like_a_word_that_is_kept_with_capitals_either(text: str) -> None:
    with pytest.raises(BadNickname, match="keeps for itself"):
        guest_name(text)


@given(st.text(max_size=40) | st.text(st.characters(categories=["L", "Nd"]), min_size=1, max_size=10))
def test_a_guests_name_is_as_clean_as_any(text: str) -> None:
    try:
        nickname = guest_name(text)
    except BadNickname:
        return
    name = bare(nickname)
    assert guest_name(name) == nickname
    assert nickname_key(name) == nickname_key(text)
    assert 1 <= len(name) <= NICKNAME_LENGTH
    assert len(name.encode()) <= NICKNAME_BYTES
    assert not [c for c in name if unicodedata.category(c)[0] in "CZSP" and c not in "_-."]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("~Bob", "bob"),
        ("~BOB", "~bob"),
        ("~B0B", "bob"),
        ("~aIice", "alice"),  # a capital i where it is shown
        ("~Iris", "lris"),
        ("~Ian", "~lan"),
        ("~Ian", "~ian"),
        ("~Вob", "bob"),  # Cyrillic В
        ("~Guest-4711", "~Guest-4711"),
    ],
)
def test_whom_a_guest_can_be_mistaken_for(one: str, other: str) -> None:
    assert looks_of(one) & looks_of(other)


@pytest.mark.parametrize(("one", "other"), [("~Bob", "~Rob"), ("~Ian", "jan"), ("~Guest-1", "~Guest-2"), ("~Al", "ai")])
def test_whom_a_guest_cannot_be_mistaken_for(one: str, other: str) -> None:
    assert not looks_of(one) & looks_of(other)


def test_an_account_looks_like_its_skeleton_and_nothing_else() -> None:
    assert looks_of("bob") == {skeleton("bob")}


def test_a_name_of_another_kind_has_the_same_rules_in_its_own_words() -> None:
    def refusal(text: str) -> PeerError:
        return PeerError("bad_boat", text)

    assert name_key("SERVER", "boat", refusal) == "server"
    for text in ("", "a b", "_a", "x" * 33, "中" * 22, "a" + "\u0323" * 10):
        with pytest.raises(PeerError, match=r"^bad_boat: .*\bboat\b") as refused:
            name_key(text, "boat", refusal)
        assert "nickname" not in refused.value.text


def test_an_account_does_not_show_its_hash() -> None:
    account = Account("bob", "$argon2id$secret", "2026-01-02", disabled=True)
    assert "secret" not in repr(account)
    assert "bob" in repr(account)


@pytest.mark.parametrize(
    ("written", "spelling"),
    [("νίκος", "νίκος"), ("Bob", "Bob"), ("Ｂob", "Bob"), ("bob", ""), ("STRASSE", "STRASSE"), ("straße", "straße")],
)
def test_an_account_spells_itself_as_it_was_written(written: str, spelling: str) -> None:
    assert spelling_of(written, nickname_key(written)) == spelling
    assert Account(nickname_key(written), spelling=spelling).shown == (spelling or nickname_key(written))


@given(st.text(max_size=40))
def test_a_spelling_is_another_way_to_write_the_same_name(text: str) -> None:
    try:
        key = nickname_key(text)
    except BadNickname:
        return
    assert nickname_key(spelling_of(text, key) or key) == key
