"""The bar is there only while something is wrong."""

from __future__ import annotations

import tkinter

from duologue.client.window.bar import ConnectionBar
from duologue.client.window.look import dress


def test_the_bar_comes_and_goes(root: tkinter.Tk) -> None:
    dress(root)
    again: list[None] = []
    bar = ConnectionBar(root, lambda: again.append(None))
    root.update()
    assert not bar.winfo_viewable()
    bar.show("Connection lost.", is_over=False)
    root.update()
    assert bar.winfo_viewable()
    assert str(bar._button["text"]) == "Try now"
    bar._button.invoke()
    bar.show("Elsewhere.", is_over=True)
    root.update()
    assert str(bar._button["text"]) == "Log in again"
    bar._button.invoke()
    assert again == [None, None]
    bar.show("", is_over=False)
    root.update()
    assert not bar.winfo_viewable()
