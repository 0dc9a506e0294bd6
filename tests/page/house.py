"""What the scenes at the page are played with: a server, people at browsers, and one at a native client."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Locator, Page, WebSocketRoute, expect

from tests.bound import BOUND
from tests.forked import ForkedServer

ROOT = Path(__file__).parents[2]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), None)
FLAGS = [
    f"--{flag}"
    for flag in (
        "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update "
        "disable-sync"
    ).split()
]

expect.set_options(timeout=BOUND * 1000)


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


class Server:
    """server.py as a process, with the page and the native protocol, on the same ports whenever it is started."""

    def __init__(self, data: Path, *arguments: str, users: Iterable[str] = ()) -> None:
        self.users = data / "users.csv"
        names = users or ("alice", "bob", "carol", "dave")
        self.users.write_text("".join(f"{name}\n" for name in ("clientID", *names)))
        self.port, self.web_port = free_port(), free_port()
        where = f"--port {self.port} --web-port {self.web_port} --protocols native,web".split()
        self._settings = ["--users", str(self.users), "--data", str(data), *where, *arguments]
        self._process: ForkedServer | None = None
        self.is_running = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.web_port}"

    def start(self, *more: str) -> None:
        self._process = ForkedServer([*self._settings, *more])
        self.is_running = True
        heard = ""
        for line in self._process.stderr:
            heard += line
            if re.search(r"listening .*protocol=web", line):
                break
        else:
            self.is_running = False
            self._process.wait(BOUND)
            self._process.stderr.close()
            raise AssertionError(f"server.py ended before it listened: {heard}")
        self._drain = threading.Thread(target=self._process.stderr.read, daemon=True)  # so that its log never blocks it
        self._drain.start()

    def adduser(self, nickname: str, password: str) -> None:
        command = [sys.executable, "server.py", "adduser", nickname, *self._settings[:4]]
        subprocess.run(command, cwd=ROOT, input=f"{password}\n{password}\n", text=True, check=True, capture_output=True)

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        if self.is_running:
            self._end(signal.SIGTERM)

    def _end(self, number: int) -> None:
        assert self._process
        self.is_running = False
        self._process.send_signal(number)
        self._process.wait(BOUND)
        self._drain.join(BOUND)
        self._process.stderr.close()


class Person:
    """Somebody at the page, in a browser of their own."""

    def __init__(
        self, browser: Browser, url: str, nickname: str, *, is_phone: bool = False, dark: bool = False
    ) -> None:
        size = (390, 844) if is_phone else (1200, 800)
        self.context: BrowserContext = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            locale="en-GB",
            has_touch=is_phone,
            is_mobile=is_phone,
        )
        self.nickname = nickname
        self._is_phone = is_phone
        self._url = url
        self.troubles: list[str] = []
        self.page = self.opens()

    def opens(self) -> Page:
        """Another tab; what goes wrong in it is noted in `troubles`."""
        page = self.context.new_page()
        page.set_default_timeout(BOUND * 1000)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.troubles.append(str(error.stack or error)))
        page.on("dialog", self._dialog)
        page.goto(self._url)
        return page

    def _note(self, message: ConsoleMessage) -> None:
        is_of_the_network = "WebSocket connection" in message.text or "/status?" in message.location["url"]
        if message.type in ("error", "warning") and not is_of_the_network:
            self.troubles.append(message.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def logs_in(self, password: str = "") -> Person:
        self.page.fill("#nickname", self.nickname)
        self.page.click("#login button")
        if password:
            self.page.fill("#password", password)
            self.page.click("#login button")
        expect(self.page.locator("#app")).to_be_visible()
        return self

    def row(self, key: str) -> Locator:
        return self.page.locator(f'nav li button[data-key="{key}"]')

    def goes_to(self, key: str) -> None:
        self.row(key).click()
        expect(self.page.locator("#head h2")).to_have_text(key)

    def types(self, text: str) -> None:
        self.page.fill("#text", text)
        if self._is_phone:
            self.page.tap("#send")
        else:
            self.page.press("#text", "Enter")
        expect(self.page.locator("#text")).to_have_value("")

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def blocks(self, nickname: str) -> None:
        """In the dialog that asks whether that is meant."""
        self.page.get_by_role("dialog").get_by_role("button", name=f"Block {nickname}", exact=True).click()
        expect(self.page.get_by_role("dialog")).to_be_hidden()

    def leaves_the_chat(self) -> None:
        self.presses("Leave the chat")
        self.page.get_by_role("dialog").get_by_role("button", name="Leave the chat", exact=True).click()
        expect(self.page.get_by_role("dialog")).to_be_hidden()

    def keeps(self, kind: str) -> Any:
        """What is on the disk of this browser, for its first device: "chats", "letters", "received" or "drafts"."""
        return self.page.evaluate("key => JSON.parse(localStorage[key] ?? '{}')", f"duologue/{self.nickname}/d1/{kind}")

    @property
    def messages(self) -> Locator:
        return self.page.locator("#rows .message > .text")

    @property
    def notes(self) -> Locator:
        return self.page.locator("#rows .note")

    def reads(self, *texts: str) -> None:
        """All the messages in the conversation on the screen, and no others."""
        expect(self.messages).to_have_text(list(texts))

    def chats_with(self, other: Person) -> None:
        self.goes_to(other.nickname)
        self.presses("Ask for a chat")
        other.presses(f"Accept {self.nickname}")
        for person in (self, other):
            expect(person.page.locator("#head small")).to_contain_text("In a chat with you")


CONVERSATION = (":", "start_chat ", "stream_begins ", "chat_paused ", "chat_resumed ", "chat_ended ", "chat_unknown ")
"""The beginnings of lines that come on the chat socket (docs/protocol.md, section 5)."""


class Native:
    """Somebody at the native protocol, by lines (docs/protocol.md)."""

    def __init__(self, port: int, nickname: str) -> None:
        self.login = self._socket(port, "login_socket", nickname)
        token = self.hears("AUTH_SUCCESS (\\S+).*")[1]
        self.chat = self._socket(port, f"chat_socket {token}")
        self.check = self._socket(port, f"check_socket {token}")
        assert self._line(self.check).startswith("PONG")

    @staticmethod
    def _socket(port: int, kind: str, *lines: str) -> io.BufferedRWPair[Any, Any]:
        with socket.create_connection(("127.0.0.1", port), timeout=BOUND) as sock:
            sock.sendall("".join(f"{line}\n" for line in (f"duologue/1 {kind}", *lines)).encode())
            return sock.makefile("rwb")

    @staticmethod
    def _line(file: io.BufferedRWPair[Any, Any]) -> str:
        line = file.readline()
        assert line, "the server has closed the connection"
        return line.decode().removesuffix("\n")

    def says(self, *lines: str) -> None:
        self.chat.write("".join(f"{line}\n" for line in lines).encode())
        self.chat.flush()

    def acknowledges(self, stream: str) -> None:
        self.check.write(f"PING 1 {stream}\n".encode())
        self.check.flush()

    def answers(self, line: str) -> None:
        """Waits for this line on the check socket."""
        while self._line(self.check) != line:
            pass

    def hears(self, pattern: str, *, of_chat: bool = False) -> re.Match[str]:
        """The next line that is like this, on the socket that carries it; others before it are passed over. The rest of
        a chat that it has been in is `of_chat`.
        """
        file = self.chat if of_chat or pattern.startswith(CONVERSATION) else self.login
        while not (found := re.fullmatch(pattern, self._line(file))):
            pass
        return found

    def leaves(self) -> None:
        for file in (self.login, self.chat, self.check):
            file.close()


class Wire:
    """Stands between a page and its server from the next connection on: reads, holds back, leaves out and makes up
    frames."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.sent: list[dict[str, Any]] = []  # by the page
        self.lost: set[str] = set()  # types of frames of the page that the server does not get
        self.holds: set[str] = set()  # types of frames that wait in `held`
        self.held: list[str] = []
        page.route_web_socket("**/socket", self._open)
        page.reload()
        expect(page.locator("#app")).to_be_visible()

    def _open(self, socket: WebSocketRoute) -> None:
        self._socket = socket
        server = socket.connect_to_server()
        socket.on_message(lambda frame: self._up(server, str(frame)))
        server.on_message(lambda frame: self._down(socket, str(frame)))

    def _up(self, server: WebSocketRoute, frame: str) -> None:
        self.sent.append(json.loads(frame))
        if self.sent[-1]["type"] not in self.lost:
            server.send(frame)

    def _down(self, socket: WebSocketRoute, frame: str) -> None:
        if json.loads(frame)["type"] in self.holds:
            self.held.append(frame)
        else:
            socket.send(frame)

    def tells(self, kind: str, **fields: Any) -> None:
        self._socket.send(json.dumps({"type": kind, **fields}))

    def closes(self) -> None:
        self._socket.close()

    def releases(self) -> None:
        self.holds.clear()
        while self.held:
            self._socket.send(self.held.pop(0))

    def find(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        wanted = {"type": kind, **fields}
        return [frame for frame in self.sent if wanted.items() <= frame.items()]

    def has_sent(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The last such frame of the page, as soon as there is one."""
        self.until(lambda: bool(self.find(kind, **fields)))
        return self.find(kind, **fields)[-1]

    def until(self, is_so: Callable[[], bool]) -> None:
        """Lets frames pass until it is so."""
        latest = time.monotonic() + BOUND
        while not is_so():
            assert time.monotonic() < latest, f"not in {BOUND} s; the page has sent {self.sent}"
            self._page.evaluate("new Promise(requestAnimationFrame)")


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=BOUND) as answer:
        return bytes(answer.read())


def is_ci() -> bool:
    return bool(os.environ.get("CI"))
