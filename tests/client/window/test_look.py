"""What can be read: text on its background."""

from __future__ import annotations

import tkinter
from tkinter.font import nametofont

import pytest

from duologue.client.window.look import COLOURS, STATE_COLOURS, centre, centre_on_screen, dress


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def contrast(one: str, other: str) -> float:
    dark, light = sorted(map(luminance, (one, other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize(
    ("ink", "background"),
    [
        *(
            (ink, background)
            for ink in (COLOURS.ink, COLOURS.faint, COLOURS.trouble)
            for background in (COLOURS.background, COLOURS.paper)
        ),
        *((ink, COLOURS.paper) for ink in (COLOURS.own, COLOURS.other, *STATE_COLOURS.values())),
        (COLOURS.on_accent, COLOURS.accent),
        (COLOURS.on_warning, COLOURS.warning),
        (COLOURS.ink, COLOURS.chosen),
    ],
)
def test_contrast_is_that_of_wcag_aa(ink: str, background: str) -> None:
    assert contrast(ink, background) >= 4.5


def test_fonts_are_there_once_dressed(root: tkinter.Tk) -> None:
    dress(root)
    assert nametofont("DuologueBold", root).actual()["weight"] == "bold"
    assert nametofont("DuologueTitle", root).actual()["size"] > nametofont("TkTextFont", root).actual()["size"]


def test_windows_are_put_where_they_are_seen(root: tkinter.Tk) -> None:
    centre_on_screen(root, 400, 300)
    root.update()
    assert root.winfo_rootx() == (root.winfo_screenwidth() - 400) // 2
    top = tkinter.Toplevel(root)
    centre(top, root)
    root.update()
    assert root.winfo_rootx() < top.winfo_rootx() + top.winfo_width() // 2 < root.winfo_rootx() + 400
