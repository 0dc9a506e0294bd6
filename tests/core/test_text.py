"""Text that is shown cannot hide, reorder or command; text that people write stays as it is."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.text import MARKS_IN_A_ROW, action_in, is_invisible, listed, shortened, visible

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()))
# Text made mostly of what is dangerous, so that the dangerous things meet each other.
NASTY = st.text(
    st.sampled_from(
        "a \t\n\r\x1b\x7f\x85\x9b\u0301\u200c\u200d\u200e\u202e\u2066\u2028\ufeff\ufe0f"
        "\U0001f3f4\U000e0067\U000e007f\ud800"
    )
)
REORDERING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello, world",
        "naïve café",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",  # family
        "\U0001f9d1\U0001f3fd\u200d\U0001f4bb \U0001f3f3\ufe0f\u200d\U0001f308",  # technologist, rainbow flag
        "\U0001f441\ufe0f\u200d\U0001f5e8\ufe0f 1\ufe0f\u20e3",  # eye in speech bubble, keycap
        "\U0001f1eb\U0001f1f7",  # France, by regional indicators
        "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",  # England, by tags
        "क्‍ष हिन्दी",
        "می‌خواهم مرحبا",
        "שלום עולם",
        "a\u200e\u200f\u061cb",
        "日本語　テキスト",
        "\ue000 private use",
        "\U0001fae9",  # an emoji of Unicode 16, unassigned to older tables
        "\u0600123",  # Arabic number sign, a format character that is seen
        "e" + "\u0301" * MARKS_IN_A_ROW,
    ],
)
def test_what_people_write_stays(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31m", "␛[31m"),
        ("a\r\nb", "a␍␊b"),
        ("\0\x08\x7f", "␀␈␡"),
        ("a\tb", "a    b"),
        ("\x85\x9b", "<U+0085><U+009B>"),
        ("abc\u202edef", "abc<U+202E>def"),
        ("\u2028\u2029\ufeff", "<U+2028><U+2029><U+FEFF>"),
        ("pass\u200bword\u00ad", "pass<U+200B>word<U+00AD>"),
        ("\ud800x", "<U+D800>x"),
        ("\U000e0041\U000e007f", "<U+E0041><U+E007F>"),
        ("\U0001f3f4\U000e0067", "\U0001f3f4<U+E0067>"),  # a flag that never ends is none
        ("\uffff\ufdd0\u2065\ufff0", "<U+FFFF><U+FDD0><U+2065><U+FFF0>"),
    ],
)
def test_what_hides_or_commands_is_replaced(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\u200dab", "<U+200D>ab"),
        ("a \u200c b", "a <U+200C> b"),
        ("a\u200d\u200db", "a\u200d<U+200D>b"),
        ("!\u200d", "!<U+200D>"),
    ],
)
def test_a_joiner_that_joins_nothing_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_marks_past_the_eighth_in_a_row_are_cut() -> None:
    assert visible("a" + "\u0301" * 50 + "b" + "\u0302") == "a" + "\u0301" * 8 + "b\u0302"


@pytest.mark.parametrize("between", ["\u200d", "\u200e"])
def test_an_unseen_character_does_not_start_a_new_stack_of_marks(between: str) -> None:
    assert visible("a" + ("\u0301" + between) * 50).count("\u0301") == 8


def test_only_the_characters_to_keep_are_kept() -> None:
    assert visible("a\nb\tc\r", keep="\n") == "a\nb    c␍"
    assert visible("a\nb\tc", keep="\n\t") == "a\nb\tc"


@given(ANY_TEXT | NASTY)
def test_no_control_or_reordering_character_comes_out(text: str) -> None:
    shown = visible(text)
    assert not [char for char in shown if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")]
    assert not set(shown) & set(REORDERING + "\ufeff")


@given(ANY_TEXT | NASTY, st.sampled_from(["", "\n", "\n\t"]))
def test_showing_twice_is_showing_once(text: str, keep: str) -> None:
    assert visible(visible(text, keep=keep), keep=keep) == visible(text, keep=keep)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"])))
def test_letters_digits_punctuation_and_symbols_stay(text: str) -> None:
    assert visible(text) == text


def test_letters_that_draw_nothing_are_known() -> None:
    assert all(map(is_invisible, "\u3164\u115f\u1160\ufe0f\u034f\U000e0100"))
    assert not any(map(is_invisible, "aé한\u0301-"))


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("/me waves", "waves"),
        ("/me  waves", " waves"),
        ("/me", None),
        ("/me  ", None),
        ("hi /me waves", None),
        ("", None),
    ],
)
def test_an_action_begins_as_it_is_typed(text: str, action: str | None) -> None:
    assert action_in(text) == action


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["alice"], "alice"),
        (["alice", "bob"], "alice and bob"),
        (["alice", "bob", "carol"], "alice, bob and carol"),
        (["alice", "bob", "carol", "dave"], "alice, bob, carol and 1 more"),
    ],
)
def test_names_are_listed_as_people_say_them(names: list[str], said: str) -> None:
    assert listed(names, most=3) == said


def test_words_that_a_sentence_repeats_are_short_and_draw_nothing_but_themselves() -> None:
    assert shortened("abc") == "abc"
    assert shortened("\x1b[31m" + "x" * 40) == "␛[31m" + "x" * 35 + "…"


@given(st.text(max_size=500))
def test_what_is_shown_of_somebodys_words_is_short_and_moves_no_cursor(text: str) -> None:
    assert visible(shortened(text)) == shortened(text)
    assert len(shortened(text)) < 400
