"""Lines that come too late: said, or /quit, when the chat was over at the server. Each is refused once, on another
socket than the end of the chat, so a refusal can be here before that end or after it.
"""

from __future__ import annotations


class LateLines:
    """The refusals that are due to such lines. They are no news: what was said is handed in as letters."""

    def __init__(self) -> None:
        self._lines = 0
        self._quit = 0
        self._refused = 0

    def chat_begins(self) -> None:
        self._lines = self._quit = self._refused = 0

    def chat_ended(self, most: int, *, has_quit: bool) -> None:
        """Expect refusals of at most so many lines, and of a /quit that crossed the end."""
        self._lines, self._quit = most, int(has_quit)

    def counted(self, lines: int) -> None:
        """Note how many lines it was: the server has said how many it had."""
        self._lines = lines

    def explain(self, *, is_live: bool) -> bool:
        """Return whether a line that came too late is the reason of one more refusal: for sure while the chat is live,
        as its end is about to be read then.
        """
        if not is_live and self._refused >= self._lines + self._quit:
            return False
        self._refused += 1
        return True
