"""Words on top, what was found below."""

from __future__ import annotations

import tkinter

from duologue.client.window.look import dress
from duologue.client.window.search_window import SearchWindow


def test_words_are_searched_and_results_shown(root: tkinter.Tk) -> None:
    dress(root)
    asked: list[str] = []
    window = SearchWindow(root, asked.append)
    root.update()
    window.words.event_generate("<Return>")
    window.words.insert(0, "  two   words ")
    window.words.event_generate("<Return>")
    assert asked == ["two words"]
    window.show([(("found\n", "message"),)], "1 message found.")
    assert window.found.text.get("1.0", "end-1c") == "found\n"
    assert str(window._hint["text"]) == "1 message found."
