"""What the Tab key can put in: command words, and the nicknames that have been met. Knows no keyboard."""

from __future__ import annotations

from collections.abc import Iterable

from duologue.client.commands import ENTRY_OF


def completions(text: str, nicknames: Iterable[str]) -> list[str]:
    """What may stand instead of the last word of `text`, which is all that is left of the cursor."""
    word, space, argument = text.partition(" ")
    if not space:
        return [_with_space(known) for known in sorted(ENTRY_OF) if word.startswith("/") and known.startswith(word)]
    entry = ENTRY_OF.get(word)
    if entry is None or "NICK" not in entry.takes or " " in argument:
        return []
    return sorted(nickname for nickname in nicknames if nickname.startswith(argument.casefold()))


def _with_space(word: str) -> str:
    return word if not ENTRY_OF[word].takes else f"{word} "
