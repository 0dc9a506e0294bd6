"""The text of /help: an overview, a group of commands, or one of them. docs/commands.md is generated from the same."""

from __future__ import annotations

from dataclasses import dataclass

from duologue.client.input.commands import ENTRIES, TypedCommand
from duologue.core.text import shortened


@dataclass(frozen=True, slots=True)
class Group:
    """A group of commands. `words` are the first of each command, `notes` are about all of them."""

    name: str
    words: tuple[str, ...]
    notes: tuple[str, ...] = ()


GROUPS = (
    Group(
        "chat",
        ("/chat", "yes", "no", "/accept", "/decline", "/cancel", "/requests", "/quit"),
        (
            "In a chat, what you type is a message, yes and no too; outside, it is for ROOM.",
            "The prompt says to whom: alice → bob>. Outside a chat, /quit leaves the app.",
        ),
    ),
    Group(
        "messages",
        ("/msg", "/reply", "/me", "/unread", "/conversations", "/history", "/search", "/export"),
        (
            "/msg, /history and /export accept #ROOM as NICK. In a chat, leave NICK out.",
            "SINCE: today, yesterday, monday, 2026-11-20, 2h",
            "//text sends /text. Alt+Enter starts a new line in the same message.",
            "A message of more than 3 lines is sent only after a yes.",
        ),
    ),
    Group(
        "rooms",
        ("/join", "/part", "/rooms", "/names", "/topic"),
        (
            "ROOM may be left out for the one in the prompt. /join switches rooms.",
            "/topic #tea asks, /topic #tea TEXT sets the topic, /topic - removes it.",
        ),
    ),
    Group(
        "people",
        ("/who", "/whois", "/watch", "/away", "/dnd", "/back", "/block", "/unblock", "/blocked", "/allow"),
    ),
    Group("app", ("/help", "/clear", "/exit")),
)

_ENTRY_OF = {word: entry for entry in ENTRIES for word in entry.words}
_GROUP_OF = {group.name: group for group in GROUPS}
_WIDTH = max(len(group.name) for group in GROUPS) + 2

OVERVIEW = "Anything else that you type is a message, to whom or where the prompt says."


def entries_of(group: Group) -> tuple[TypedCommand, ...]:
    return tuple(_ENTRY_OF[word] for word in group.words)


def help_lines(about: str = "") -> list[str]:
    """Return the overview, or the help about a group, which takes precedence, or about a command (slash optional)."""
    word = about.casefold()
    if not word:
        return _overview()
    group = _GROUP_OF.get(word)
    if group:
        return _lines_of(group)
    entry = _ENTRY_OF.get(word) or _ENTRY_OF.get(f"/{word}")
    if entry:
        return [_line(entry, 0)]
    return [f"There is no command or group {shortened(about)}. /help lists them."]


def _overview() -> list[str]:
    rows = [f"{group.name:<{_WIDTH}}{' '.join(group.words)}" for group in GROUPS]
    return [*rows, "/help rooms explains a group of them, /help /join one command.", OVERVIEW]


def _lines_of(group: Group) -> list[str]:
    entries = entries_of(group)
    width = max(len(entry.usage) for entry in entries)
    return [*(_line(entry, width) for entry in entries), *group.notes]


def _line(entry: TypedCommand, width: int) -> str:
    return f"{entry.usage:<{width}}  {entry.help}"
