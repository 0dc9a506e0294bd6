"""What cannot be pasted as a text is known before it is tried."""

from __future__ import annotations

import tkinter
from collections.abc import Callable

import pytest

from duologue.client.window.clipboard import holds_only_files


@pytest.fixture
def offer(root: tkinter.Tk) -> Callable[..., None]:
    """Another program's clipboard; Tk's own answers what it offers by itself, so each kind has a handler."""

    def offer(*kinds: str) -> None:
        root.selection_own(selection="CLIPBOARD")
        root.selection_handle(lambda *_: " ".join(kinds), selection="CLIPBOARD", type="TARGETS", format="ATOM")

    return offer


@pytest.mark.parametrize(
    ("kinds", "is_file"),
    [
        (("TARGETS", "image/png", "text/html"), True),
        (("TARGETS", "image/png", "UTF8_STRING"), False),
        (("TARGETS", "UTF8_STRING", "STRING"), False),
        (("TARGETS", "text/uri-list", "UTF8_STRING"), True),
        (("TARGETS", "x-special/gnome-copied-files", "STRING"), True),
        ((), False),
    ],
)
def test_pictures_and_files(
    root: tkinter.Tk, offer: Callable[..., None], kinds: tuple[str, ...], is_file: bool
) -> None:
    offer(*kinds)
    assert holds_only_files(root) is is_file


def test_an_empty_clipboard(root: tkinter.Tk) -> None:
    root.clipboard_clear()
    assert not holds_only_files(root)
