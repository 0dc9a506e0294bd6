"""Words on top, what was found below."""

from __future__ import annotations

import tkinter
from dataclasses import replace

from duologue.client.window.look import dress
from duologue.client.window.search_window import SearchWindow
from duologue.core.events.chat import Recalled

_HIT = Recalled(1, 1_700_000_000, "bob", "#tea", "found")


def test_words_are_searched_and_results_shown(root: tkinter.Tk) -> None:
    dress(root)
    asked: list[str] = []
    chosen: list[Recalled] = []
    window = SearchWindow(root, asked.append, chosen.append)
    root.update()
    window.words.event_generate("<Return>")
    window.words.insert(0, "  two   words ")
    window.words.event_generate("<Return>")
    assert asked == ["two words"]
    window.show([(("found\n", "message"),)], [_HIT], "1 message found.")
    assert window.found.text.get("1.0", "end-1c") == "found\n"
    assert str(window._hint["text"]).startswith("1 message found.")
    assert chosen == []


def test_what_was_found_is_opened_by_keys_and_clicks(root: tkinter.Tk) -> None:
    dress(root)
    chosen: list[Recalled] = []
    window = SearchWindow(root, lambda _: None, chosen.append)
    hits = [replace(_HIT, number=number) for number in (1, 2, 3)]
    day = (("— Monday —\n", "day"),)
    blocks = [day, (("one\n", "message"),), (("two\nlines\n", "message"),), day, (("three\n", "message"),)]
    window.show(blocks, hits, "3 messages found.")
    root.update()
    window.words.event_generate("<Down>")
    root.update()
    window.found.text.event_generate("<Return>")
    for _ in range(5):
        window.found.text.event_generate("<Up>")
    window.found.text.event_generate("<Return>")
    x, y, _, _ = window.found.text.bbox("4.0") or (0, 0, 0, 0)  # the second line of the second
    for _ in range(2):
        window.found.text.event_generate("<Button-1>", x=x + 2, y=y + 2)
    assert [hit.number for hit in chosen] == [3, 1, 2]
    window.show([], [], "Nothing found.")
    window.found.text.event_generate("<Return>")
    assert len(chosen) == 3
