"""Completion by the Tab key: command words, and the nicknames and rooms that have been met. Knows no keyboard."""

from __future__ import annotations

from collections.abc import Iterable

from duologue.client.input.commands import ENTRY_OF
from duologue.core.names import bare
from duologue.core.room_rules import ROOM_MARK, is_room


def completions(text: str, nicknames: Iterable[str], rooms: Iterable[str] = ()) -> list[str]:
    """Return replacements for the last word of `text`, which is everything left of the cursor."""
    word, space, argument = text.partition(" ")
    if not space:
        return [_with_space(known) for known in sorted(ENTRY_OF) if word.startswith("/") and known.startswith(word)]
    entry = ENTRY_OF.get(word)
    if entry is None or " " in argument:
        return []
    if "ROOM" in entry.takes or ("NICK" in entry.takes and is_room(argument)):
        begun = argument.casefold().removeprefix(ROOM_MARK)
        return sorted(room for room in rooms if room.startswith(ROOM_MARK + begun))
    if "NICK" in entry.takes:
        return sorted(nickname for nickname in nicknames if _begins(nickname, argument.casefold()))
    return []


def _begins(nickname: str, begun: str) -> bool:
    """Return whether a name begins so. A guest's begins with a mark and has capitals; neither has to be typed."""
    name = nickname.casefold()
    return name.startswith(begun) or bare(name).startswith(begun)


def _with_space(word: str) -> str:
    return word if not ENTRY_OF[word].takes else f"{word} "
