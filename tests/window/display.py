"""A virtual X display for these tests, and real keys and clicks on it by xdotool."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bound import BOUND
from tests.terminal.programs import ROOT

NEEDED = ("Xvfb", "xdotool")
SIZE = "1400x1000x24"


def missing() -> str:
    """Why there can be no display; empty where there can."""
    gone = [program for program in NEEDED if shutil.which(program) is None]
    try:
        import tkinter  # noqa: F401
    except ImportError:
        gone.append("tkinter")
    return f"{', '.join(gone)} not installed" if gone else ""


@contextmanager
def virtual_display() -> Iterator[str]:
    """Its name, for the environment variable DISPLAY."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", SIZE, "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        with os.fdopen(reading) as ready:
            yield f":{ready.readline().strip()}"
    finally:
        server.terminate()
        server.wait(BOUND)


class Gui:
    """client.py --gui as a process. Its windows are found by their titles."""

    def __init__(self, display: str, port: int, *arguments: str) -> None:
        self._environ = {**os.environ, "DISPLAY": display}
        command = [sys.executable, "client.py", "127.0.0.1", str(port), "--gui", "--no-memory", *arguments]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=self._environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def _xdotool(self, *arguments: str) -> str:
        done = subprocess.run(
            ["xdotool", *arguments], env=self._environ, capture_output=True, text=True, timeout=BOUND, check=False
        )
        return done.stdout.strip()

    def windows(self, title: str) -> list[str]:
        """Those that are shown with a title that begins so, a count in brackets aside."""
        return self._xdotool("search", "--onlyvisible", "--name", rf"^(\([0-9]+\) )?{title}").split()

    def title(self, window: str) -> str:
        return self._xdotool("getwindowname", window)

    def window(self, title: str) -> str:
        """Wait for it."""
        deadline = time.monotonic() + BOUND
        while not (found := self.windows(title)):
            if time.monotonic() > deadline or self._process.poll() is not None:
                raise AssertionError(f"no window {title!r}, but {self.titles()}")
            time.sleep(0.05)
        return found[-1]

    def gone(self, title: str) -> None:
        """Wait until there is none."""
        deadline = time.monotonic() + BOUND
        while self.windows(title):
            if time.monotonic() > deadline:
                raise AssertionError(f"still a window {title!r}")
            time.sleep(0.05)

    def titles(self) -> list[str]:
        return [self.title(window) for window in self.windows(".*Duologue")]

    def focus(self, title: str) -> str:
        window = self.window(title)
        self._xdotool("windowraise", window, "windowfocus", "--sync", window)
        return window

    def focused(self) -> str:
        return self._xdotool("getwindowfocus", "getwindowname")

    def type(self, text: str) -> None:
        self._xdotool("type", "--delay", "10", text)

    def key(self, *keys: str) -> None:
        self._xdotool("key", "--delay", "10", *keys)

    def type_at_once(self, *keys_and_texts: str) -> None:
        """Faster than any window can follow: names of keys (`ctrl+n`, `Return`, `Escape`) and texts in turn."""
        commands = []
        for one in keys_and_texts:
            is_key = one.startswith("ctrl+") or one in ("Return", "Escape")
            commands += [*(("key",) if is_key else ("type", "--args", "1")), "--delay", "0", one]
        self._xdotool(*commands)

    def click(self, window: str, x: int, y: int, times: int = 1) -> None:
        """Pixels from the window's upper left corner."""
        self._xdotool("mousemove", "--window", window, str(x), str(y))
        self._xdotool("click", "--repeat", str(times), "--delay", "60", "1")

    def send_signal(self, number: int) -> None:
        self._process.send_signal(number)

    def wait(self) -> tuple[int, str]:
        """Exit code and all that it has written."""
        output, _ = self._process.communicate(timeout=BOUND)
        return self._process.returncode, output

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        if self._process.stdout and not self._process.stdout.closed:
            self._process.communicate(timeout=BOUND)
