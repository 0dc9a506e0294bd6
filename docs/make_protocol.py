"""Fills in the parts of docs/protocol.md that are made from the code: `make docs`."""

from __future__ import annotations

from pathlib import Path

from duologue.core.commands.chat import WORDS
from duologue.core.requests import TRANSITIONS

PAGE = Path(__file__).with_name("protocol.md")


def page(text: str) -> str:
    """`text` of the page, with every made part as it has to be now."""
    return filled(filled(text, "commands", _commands()), "requests", _requests())


def filled(text: str, name: str, made: str) -> str:
    """`text` with what stands between the two marks of `name` replaced by `made`."""
    begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->"
    return text[: text.index(begin) + len(begin)] + made + text[text.index(end) :]


def _commands() -> str:
    rows = "".join(f"| {_line(row.word, row.takes.value)} | {row.help} |\n" for row in WORDS)
    return f"| line | what it asks for |\n|---|---|\n| `:<text>` | pass this message on to the partner |\n{rows}"


def _line(word: str, takes: str) -> str:
    line = f"{word} {takes}".rstrip().replace("|", r"\|")  # in a table it would begin a cell, in code too
    return f"`{line}`"


def _requests() -> str:
    arrows = "".join(
        f"    {_id(state.value)} --> {_id(following.value)}: {cause.value}\n"
        for state, ways in TRANSITIONS.items()
        for cause, following in ways.items()
    )
    return f"```mermaid\nstateDiagram-v2\n    [*] --> asked: /chat\n{arrows}```\n"


def _id(state: str) -> str:
    return state.replace(" ", "_")


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
