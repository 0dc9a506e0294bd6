"""Start of the window client from the command line: what is missing is reported in one line."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path

from duologue.client.address import Address

CANNOT = 1
"""Exit code if no window is possible."""

ENDED_BY_SIGNAL = 128
"""Added to the number of a signal that ended the client, as shells do."""

_NO_TKINTER = (
    "The window needs Python's tkinter, which is not installed. Debian, Ubuntu: apt install python3-tk. "
    "Fedora: dnf install python3-tkinter. macOS: brew install python-tk. Or leave --gui out: the terminal needs none."
)
_NO_DISPLAY = "There is no display to open a window on ({}). Leave --gui out to chat in the terminal."


def run_window(
    address: Address,
    nickname: str | None,
    memory_of: Callable[[Address, str], Path | None],
    *,
    has_bell: bool = True,
) -> int:
    """Run until the window is closed; return the exit code. With a `nickname` it logs in at once."""
    try:
        import tkinter
    except ImportError:
        return _cannot(_NO_TKINTER)
    try:
        root = tkinter.Tk(className="Duologue")
    except tkinter.TclError as error:
        return _cannot(_NO_DISPLAY.format(error))
    from duologue.client.window.app import App

    app = App(root, address, memory_of, has_bell=has_bell)
    ended_by: list[int] = []

    def end(number: int, _: object) -> None:
        ended_by.append(number)
        root.after_idle(app.leave)  # not here, in the middle of something else

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end)
    try:
        app.begin(nickname)
        root.mainloop()
    finally:
        app.leave()
    return ENDED_BY_SIGNAL + ended_by[0] if ended_by else 0


def _cannot(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return CANNOT
