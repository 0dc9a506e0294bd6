"""A row of the table of commands that are typed at the front doors of old systems, and the shapes that rows share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from duologue.core.commands.chat import Command
from duologue.protocols.legacy.user_state import UserState
from duologue.protocols.legacy.wording import Wording

Means = Callable[[UserState, str], Command | None]
"""Makes a command of what follows the word, without blanks around it. None: it does not fit. Raises PeerError for a
mistake.
"""


@dataclass(frozen=True, slots=True)
class TypedRow:
    """One command: its words, what follows them, a short help, and its meaning."""

    words: tuple[str, ...]
    takes: str
    help: str
    means: Means

    def usage(self, wording: Wording) -> str:
        word = wording.end if wording.end in self.words else self.words[0]
        return f"{wording.word(word)} {self.takes}".rstrip()


def nothing(command: Callable[[], Command]) -> Means:
    return lambda _, rest: None if rest else command()


def one(command: Callable[[str], Command]) -> Means:
    return lambda _, rest: command(rest) if is_word(rest) else None


def maybe_one(command: Callable[[str | None], Command]) -> Means:
    return lambda _, rest: command(rest) if is_word(rest) else None if rest else command(None)


def is_word(rest: str) -> bool:
    return len(rest.split()) == 1
