"""server.py and client.py as processes, the client in a pseudo-terminal whose screen can be read."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pyte
from ptyprocess import PtyProcess

from tests.bound import BOUND
from tests.forked import ForkedClient, ForkedServer

ROOT = Path(__file__).parents[2]
ENTER = "\r"
TAB = "\t"
UP = "\x1b[A"
CTRL_C = "\x03"
CTRL_D = "\x04"
ALT_ENTER = "\x1b\r"


class Server:
    """server.py on a port of its own choice; restarted on the same one."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self._data = data
        self._arguments = arguments
        self._process: ForkedServer | None = None
        self.port = 0
        self.users = data / "users.csv"
        self.users.write_text((ROOT / "users.csv").read_text())

    def start(self) -> None:
        where = [
            "--port",
            str(self.port),
            "--web-port",
            "0",
            "--users",
            str(self.users),
            "--data",
            str(self._data),
            *self._arguments,
        ]
        self._process = ForkedServer(where)
        for line in self._process.stderr:
            if found := re.search(r"listening .*port=(\d+)", line):
                self.port = int(found[1])
                break
        else:
            raise AssertionError("server.py ended before it listened")
        self._drain = threading.Thread(target=self._process.stderr.read, daemon=True)  # so that its log never blocks it
        self._drain.start()

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Harmless when it has ended already."""
        self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        assert self._process
        self._process.send_signal(number)
        self._process.wait(BOUND)
        self._drain.join(BOUND)
        self._process.stderr.close()


@contextlib.contextmanager
def running(data: Path, *arguments: str) -> Iterator[Server]:
    """A server that is stopped whatever happens."""
    server = Server(data, *arguments)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class _Screen(pyte.Screen):
    """Answers what a program asks its terminal, such as where the cursor is."""

    def __init__(self, columns: int, lines: int, answer: Callable[[str], None]) -> None:
        super().__init__(columns, lines)
        self._answer = answer

    def write_process_input(self, data: str) -> None:
        self._answer(data)


class StartedClient:
    """client.py started by itself, for a test that shows that it can be. As `ForkedClient`."""

    def __init__(self, arguments: Sequence[str], environ: Mapping[str, str], size: tuple[int, int]) -> None:
        command = [sys.executable, "client.py", *arguments]
        self._process = PtyProcess.spawn(command, cwd=ROOT, env=dict(environ), dimensions=size)
        self.fd: int = self._process.fd
        self.setwinsize: Callable[[int, int], None] = self._process.setwinsize
        self.kill: Callable[[int], None] = self._process.kill
        self.close: Callable[[], None] = self._process.close

    def wait(self, timeout: float) -> int | None:
        latest = time.monotonic() + timeout
        while self._process.isalive() and time.monotonic() < latest:
            time.sleep(0.05)
        code: int | None = self._process.exitstatus
        return code

    def terminate(self) -> None:
        self._process.terminate(force=True)


class Terminal:
    """client.py in a pseudo-terminal. `shows` waits, with a bound, for what the screen should show."""

    def __init__(self, process: ForkedClient | StartedClient, columns: int, lines: int) -> None:
        self.screen = _Screen(columns, lines, self.type)
        self.raw = b""
        self._stream = pyte.ByteStream(self.screen)
        self._changed = threading.Condition()
        self._process = process
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._process.fd, 65536)
            except OSError:  # the program has ended
                return
            with self._changed:
                self.raw += data
                self._stream.feed(data)
                self._changed.notify_all()

    def type(self, text: str) -> None:
        self.type_bytes(text.encode())

    def type_bytes(self, data: bytes) -> None:
        os.write(self._process.fd, data)

    def enter(self, text: str) -> None:
        self.type(text + ENTER)

    def paste(self, text: str) -> None:
        """A bracketed paste; terminals send line breaks as CR."""
        self.type("\x1b[200~" + text.replace("\n", "\r") + "\x1b[201~")

    @property
    def display(self) -> list[str]:
        """The lines of the screen without trailing blanks, up to the last that has any text."""
        lines = [re.sub(r"\s+$", "", line) for line in self.screen.display]
        while lines and not lines[-1]:
            lines.pop()
        return lines

    @property
    def transcript(self) -> list[str]:
        """The same without the times."""
        return [re.sub(r"^\d\d:\d\d ", "", line) for line in self.display]

    def shows(self, text: str, times: int = 1) -> None:
        """Wait until `text` stands on the screen so many times. Blanks before an LF and times do not count."""
        text = re.sub(r" +$", "", text, flags=re.MULTILINE)
        with self._changed:
            if not self._changed.wait_for(lambda: "\n".join(self.transcript).count(text) >= times, BOUND):
                raise AssertionError(f"not shown: {text!r}\n" + "\n".join(self.display))

    def shows_not(self, text: str) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: text not in "\n".join(self.transcript), BOUND):
                raise AssertionError(f"still shown: {text!r}\n" + "\n".join(self.display))

    def has_its_cursor_at(self, column: int) -> None:
        """Wait until the cursor is there: it may be put there after the text has been written."""
        with self._changed:
            if not self._changed.wait_for(lambda: self.screen.cursor.x == column, BOUND):
                raise AssertionError(f"the cursor is at {self.screen.cursor.x}\n" + "\n".join(self.display))

    def resize(self, columns: int, lines: int) -> None:
        with self._changed:
            self.screen.resize(lines, columns)
        self._process.setwinsize(lines, columns)

    def exit_code(self) -> int:
        code = self._process.wait(BOUND)
        if code is None:
            raise AssertionError("still running\n" + "\n".join(self.display))
        return code

    def send_signal(self, number: int) -> None:
        self._process.kill(number)

    def close(self) -> None:
        self._process.terminate()
        self._reader.join(BOUND)
        self._process.close()


def client(
    port: int, *arguments: str, columns: int = 80, lines: int = 24, is_forked: bool = True, **environ: str
) -> Terminal:
    """client.py in a terminal of a well-known kind, whatever the tests themselves run in.

    It remembers nothing, unless XDG_DATA_HOME says where.
    """
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "TERM")}
    if "XDG_DATA_HOME" not in environ:
        arguments = ("--no-memory", *arguments)
    start = ForkedClient if is_forked else StartedClient
    process = start(
        ["127.0.0.1", str(port), *arguments], {**kept, "TERM": "xterm-256color", **environ}, (lines, columns)
    )
    return Terminal(process, columns, lines)
