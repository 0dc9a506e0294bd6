"""Fills in the parts of docs/web.md that are made from the code: `make docs`."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from docs.make_protocol import filled
from duologue.core.commands.chat import StreamHeld
from duologue.core.events.chat import Event
from duologue.protocols.web.json_frames import COMMANDS, NOT_TOLD, type_of, wanted

PAGE = Path(__file__).with_name("web.md")
HEAD = "| type | fields |\n|---|---|\n"
SAID = "| `said` | `nickname` text, `texts` list of text |\n"

_WORDS: dict[Any, str] = {
    str: "text",
    int: "number",
    bool: "true or false",
    type: "a type of section 4",
    StreamHeld: '`{"name": text, "upto": number}`',
}


def page(text: str) -> str:
    """`text` of the page, with every made part as it has to be now."""
    return filled(filled(text, "commands", _commands()), "events", _events())


def _commands() -> str:
    rows = (f"| `{name}` | {_fields(shape.make, shape.optional)} |\n" for name, shape in COMMANDS.items())
    return HEAD + "".join(rows)


def _events() -> str:
    told = [kind for kind in get_args(Event) if kind not in NOT_TOLD]
    return HEAD + SAID + "".join(f"| `{type_of(kind)}` | {_fields(kind, ())} |\n" for kind in told)


def _fields(kind: Any, optional: Iterable[str]) -> str:
    hints = get_type_hints(kind)
    named = (f"`{field.name}`{'?' * (field.name in optional)} {_word(hints[field.name])}" for field in wanted(kind))
    return ", ".join(named) or "none"


def _word(hint: Any) -> str:
    choices = get_args(hint)
    if get_origin(hint) is tuple:
        items = [choice for choice in choices if choice is not ...]
        return f"list of {_word(items[0])}" if len(items) == 1 else f"[{', '.join(map(_word, items))}]"
    if NoneType in choices:
        return " or ".join([*(_word(choice) for choice in choices if choice is not NoneType), "`null`"])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " ".join(f"`{choice.value}`" for choice in hint)
    return _WORDS[hint]


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
