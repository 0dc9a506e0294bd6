"""Draws docs/conversation.svg: a real server, two real clients in small terminals, and what stands on their
screens at the end. `make picture`; not part of a test, as the times in it change.
"""

from __future__ import annotations

import tempfile
from html import escape
from itertools import groupby
from pathlib import Path

from pyte.screens import Char

from tests.terminal.programs import Server, Terminal, client

PICTURE = Path(__file__).with_name("conversation.svg")
COLUMNS, LINES = 58, 11
CELL_WIDTH, CELL_HEIGHT = 8.4, 19
MARGIN, TITLE, GAP = 12, 28, 16

_BACKGROUND, _BAR, _TEXT = "#16181d", "#262a33", "#d8dbe2"
_COLOURS = {
    "default": _TEXT, "black": "#5c6370", "red": "#f0727d", "green": "#98c379", "brown": "#e5c07b", "blue": "#6cb2f5",
    "magenta": "#d08be8", "cyan": "#5bc0cc", "white": "#ffffff",
}  # fmt: skip


def play(alice: Terminal, bob: Terminal) -> None:
    """The conversation of the picture."""
    alice.shows("Enter your nickname:")
    bob.shows("Enter your nickname:")
    alice.enter("alice")
    alice.shows("alice>")
    bob.enter("bob")
    bob.shows("bob>")
    alice.enter("/chat bob")
    bob.shows("alice wants to chat with you. yes/no")
    bob.enter("yes")
    alice.shows("Chat with bob started.")
    bob.shows("Chat with alice started.")
    alice.enter("hello")
    bob.shows("alice: hello")
    bob.enter("hi, how are you?")
    alice.shows("bob: hi, how")
    alice.enter("lunch at noon?")
    bob.shows("lunch at noon?")
    bob.enter("yes, the usual place")
    alice.shows("the usual place")
    alice.enter("/quit")
    bob.shows("Chat with alice ended")
    alice.shows("Chat with bob ended")
    for each in (alice, bob):
        each.enter("/exit")
        each.exit_code()


def drawn(screens: list[tuple[str, Terminal]]) -> str:
    """An SVG of terminals side by side."""
    width = COLUMNS * CELL_WIDTH + 2 * MARGIN
    height = TITLE + LINES * CELL_HEIGHT + 2 * MARGIN
    whole = len(screens) * (width + GAP) - GAP
    windows = "".join(
        _window(title, screen, n * (width + GAP), width, height) for n, (title, screen) in enumerate(screens)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole:.0f} {height:.0f}" width="{whole:.0f}" '
        'role="img" aria-label="Alice and bob have a chat in two terminals" font-size="14" '
        "font-family=\"'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace\">\n"
        f"{windows}</svg>\n"
    )


def _window(title: str, terminal: Terminal, x: float, width: float, height: float) -> str:
    lines = "".join(_line(terminal.screen.buffer[row], row) for row in range(LINES))
    return (
        f'<g transform="translate({x:.0f} 0)">'
        f'<rect width="{width:.0f}" height="{height:.0f}" rx="8" fill="{_BACKGROUND}"/>'
        f'<path d="M0 {TITLE}V8a8 8 0 0 1 8-8h{width - 16:.0f}a8 8 0 0 1 8 8v{TITLE - 8}z" fill="{_BAR}"/>'
        f'<text x="{MARGIN}" y="19" fill="#9aa1ad">{escape(title)}</text>\n{lines}</g>\n'
    )


def _line(cells: dict[int, Char], row: int) -> str:
    y = TITLE + MARGIN + row * CELL_HEIGHT + 13
    runs = groupby(range(COLUMNS), key=lambda column: _style(cells[column]))
    return "".join(_run(list(columns), cells, style, y) for style, columns in runs)


def _run(columns: list[int], cells: dict[int, Char], style: str, y: float) -> str:
    text = "".join(cells[column].data for column in columns).rstrip()
    if not text.strip():
        return ""
    x = MARGIN + columns[0] * CELL_WIDTH
    return f'<text x="{x:.1f}" y="{y}" xml:space="preserve" {style}>{escape(text)}</text>\n'


def _style(cell: Char) -> str:
    colour = _COLOURS.get(cell.fg.removeprefix("bright"), f"#{cell.fg}" if len(cell.fg) == 6 else _TEXT)
    weight = ' font-weight="bold"' if cell.bold else ""
    return f'fill="{colour}"{weight}'


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.start()
        alice = client(server.port, columns=COLUMNS, lines=LINES)
        bob = client(server.port, columns=COLUMNS, lines=LINES)
        try:
            play(alice, bob)
            PICTURE.write_text(drawn([("alice", alice), ("bob", bob)]), encoding="utf-8")
        finally:
            alice.close()
            bob.close()
            server.stop()


if __name__ == "__main__":
    main()
