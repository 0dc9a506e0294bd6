"""Writes docs/commands.md from the client's table of commands: `python docs/make_commands.py`."""

from __future__ import annotations

import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from duologue.client.commands import ENTRIES, NOTES, Entry  # noqa: E402

HEAD = """\
# What can be typed

Made by `make_commands.py` from the table that runs the commands (`duologue/client/commands.py`); `/help` shows
the same.

| typed | does |
|---|---|
"""

RULES = """
## Yes, no, exit

- Outside a chat, bare `yes` or `no` answers the request that waits; when several wait, the client asks which
  one is meant, and `/accept NICK` or `/decline NICK` says it. Bare `exit` leaves the app while a request
  waits.
- In a chat all three are messages, unless the client has just asked whether to send many lines.
- Text outside a chat is sent to nobody, and the client says so. An unknown `/word` is never sent.

## Keys

| key | does |
|---|---|
| Enter | sends |
| Alt+Enter | starts a new line in the same message; so does a line break in a paste |
| Up, Down | what was typed before; it is kept in memory only |
| Tab | completes commands and nicknames |
| Ctrl+C | clears the line; twice on an empty line, leaves the app |
| Ctrl+D | on an empty line, leaves the app |

## Without a terminal

`client.py --plain` reads lines and writes lines: no prompt, no colours, no times. It is what runs when the
input or the output is not a terminal, or `TERM` is `dumb`. Further lines of one message are moved in by four
blanks, so nothing in a message can be taken for a line of the client.

From a pipe, without `--nickname`, the first line is the nickname; where the account has a password, the next
one is the password. After `/chat`, `yes`, `/accept`, `/quit`, `/who` and `/requests` the client reads on when
the answer is there; at the end of the input it waits until the server has everything, and leaves. While the
connection is lost it reads nothing. So this works:

    printf '/chat bob\\nhello\\n/quit\\n' | python client.py --nickname alice

## Exit codes

| code | means |
|---|---|
| 0 | left as wanted |
| 1 | could not connect or log in, or the session ended for good |
| 2 | wrong arguments |
| 130 | Ctrl+C at a question |
| 128 + n | ended by signal n |
"""


def document() -> str:
    return HEAD + "".join(map(_row, ENTRIES)) + "\n" + "".join(f"{note}\n" for note in NOTES) + RULES


def _row(entry: Entry) -> str:
    words = " or ".join(f"`{word}`" for word in entry.words)
    takes = f" `{entry.takes.value}`" if entry.takes.value else ""
    return f"| {words}{takes} | {entry.help} |\n"


if __name__ == "__main__":
    (TOP / "docs" / "commands.md").write_text(document())
