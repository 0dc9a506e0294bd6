"""Joiners stay in a text and take no room."""

from __future__ import annotations

import tkinter

from duologue.client.window.joiners import TAG, hide_joiners, pieces, prepare

FAMILY = "👩‍👩‍👧"


def test_joiners_are_pieces_of_their_own() -> None:
    assert [*pieces("plain", "message")] == [("plain", "message")]
    assert [*pieces(f"a{FAMILY}\n", "message")] == [
        ("a👩", "message"),
        ("\u200d", TAG),
        ("👩", "message"),
        ("\u200d", TAG),
        ("👧\n", "message"),
    ]
    assert "".join(text for text, _ in pieces(f"❤\ufe0f{FAMILY}", "x")) == f"❤\ufe0f{FAMILY}"


def test_what_is_edited_hides_them_too(root: tkinter.Tk) -> None:
    text = tkinter.Text(root)
    prepare(text)
    text.insert("1.0", f"a\n{FAMILY}b")
    hide_joiners(text)
    hidden = [*map(str, text.tag_ranges(TAG))]
    assert [text.get(first, last) for first, last in zip(hidden[::2], hidden[1::2], strict=True)] == ["\u200d"] * 2
    assert text.get("1.0", "end-1c") == f"a\n{FAMILY}b"
    text.delete("1.0", "end")
    hide_joiners(text)
    assert not text.tag_ranges(TAG)
