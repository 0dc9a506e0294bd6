"""Finds words in the text of a history and marks them: every match, and the current one."""

from __future__ import annotations

import re
import tkinter
from collections.abc import Callable, Iterator

from duologue.client.window.look import COLOURS

_ALL = "found"
_HERE = "found_here"
_LINE = "found_line"
_TIMES = frozenset({"time", "day"})
"""Parts that nobody has said."""


class Finder:
    """Finds and marks. `text` may change between two calls; then call `refresh`. `changed` hears which of how many
    matches is shown.
    """

    def __init__(self, text: tkinter.Text) -> None:
        self._text = text
        self._words = ""
        self.changed: Callable[[int, int], None] = lambda _, __: None
        text.tag_configure(_ALL, background=COLOURS.warning)
        text.tag_configure(_LINE, background=COLOURS.warning)
        text.tag_configure(_HERE, background=COLOURS.own, foreground=COLOURS.on_accent)

    def find(self, words: str) -> tuple[int, int]:
        """Find words. Return the number of the match that is shown, the newest, counted from 1, and their total; (0, 0)
        for none.
        """
        self._words = words
        self._text.tag_remove(_LINE, "1.0", "end")
        self._text.tag_remove(_HERE, "1.0", "end")
        self.refresh()
        return self._show(self._places()[-1:])

    def step(self, by: int) -> tuple[int, int]:
        """Go to an older match (-1) or a newer one (1), wrapping around at the end."""
        places = self._places()
        if not places:
            return 0, 0
        nth = (max(0, self._here(places)) + by) % len(places)
        return self._show(places[nth : nth + 1])

    def refresh(self) -> None:
        """Mark the matches in new text."""
        self._text.tag_remove(_ALL, "1.0", "end")
        if self._words:
            for first, last in self._matches():
                self._text.tag_add(_ALL, first, last)
            places = self._places()
            self.changed(self._here(places) + 1, len(places))
        self._text.tag_raise(_HERE)

    def mark(self, line: int) -> None:
        """Mark the whole line, in place of earlier matches."""
        self.clear()
        self._text.tag_add(_LINE, f"{line}.0", f"{line}.end")

    def clear(self) -> None:
        """Stop looking for anything."""
        self.find("")

    def _places(self) -> list[tuple[str, str]]:
        ends = [*map(str, self._text.tag_ranges(_ALL))]
        return [*zip(ends[::2], ends[1::2], strict=True)]

    def _here(self, places: list[tuple[str, str]]) -> int:
        """Which of them is shown, from 0; -1: none."""
        here = self._text.tag_ranges(_HERE)
        return next((nth for nth, (first, _) in enumerate(places) if here and first == str(here[0])), -1)

    def _matches(self) -> Iterator[tuple[str, str]]:
        # Tk's own search ends the program where a line has an emoji.
        words = re.compile(re.escape(self._words), re.IGNORECASE)
        for number, line in enumerate(self._text.get("1.0", "end-1c").split("\n"), 1):
            for found in words.finditer(line):
                place = self._text.index(f"{number}.0 + {found.start()} chars")
                if _TIMES.isdisjoint(self._text.tag_names(place)):
                    yield place, self._text.index(f"{number}.0 + {found.end()} chars")

    def _show(self, places: list[tuple[str, str]]) -> tuple[int, int]:
        self._text.tag_remove(_HERE, "1.0", "end")
        if not places:
            return 0, 0
        self._text.tag_add(_HERE, *places[0])
        self._text.see(places[0][0])
        return self._places().index(places[0]) + 1, len(self._places())
