"""Where the page lives, and what it says when no chat can be opened."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.bound import BOUND
from tests.page.conftest import Enter
from tests.page.house import Person, Server

FOLDER = "/chat"
END = b"\r\n\r\n"


class Proxy:
    """A reverse proxy that has the server in a folder, as `location /chat/ { proxy_pass http://…/; }` does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.elsewhere: list[str] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._port), timeout=BOUND) as server:
            server.settimeout(None)
            threading.Thread(target=self._pump, args=(server, client), daemon=True).start()
            with contextlib.suppress(OSError):
                self._pass_requests_on(client, server)
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)

    def _pass_requests_on(self, client: socket.socket, server: socket.socket) -> None:
        """One after the other, until there is a WebSocket."""
        waiting = b""
        while data := client.recv(16 * 1024):
            waiting += data
            while END in waiting:
                head, _, waiting = waiting.partition(END)
                method, path, rest = head.split(b" ", 2)
                if not path.startswith(f"{FOLDER}/".encode()):
                    self.elsewhere.append(path.decode())
                    client.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    return
                server.sendall(b" ".join((method, path.removeprefix(FOLDER.encode()), rest)) + END)
                if b"upgrade: websocket" in rest.lower():
                    self._pump(client, server)
                    return

    @staticmethod
    def _pump(source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(64 * 1024):
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def proxy(server: Server) -> Iterator[Proxy]:
    proxy = Proxy(server.web_port)
    yield proxy
    proxy.close()


def test_behind_a_proxy_everything_stays_in_its_folder(browser: Browser, server: Server, proxy: Proxy) -> None:
    server.stop()
    server.start("--web-origins", proxy.url, "--allow-passwordless")
    alice = Person(browser, f"{proxy.url}{FOLDER}/", "alice")
    alice.logs_in()
    alice.goes_to("#lobby")
    alice.types("hello")
    alice.reads("hello")
    alice.page.reload()
    alice.reads("hello")
    assert [path for path in proxy.elsewhere if path != "/favicon.ico"] == []
    kept = alice.page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert kept
    assert [key for key in kept if FOLDER not in key] == []  # another server may be in the next folder
    assert alice.troubles == []
    alice.context.close()


def test_a_wrong_origin_is_said_to_be_one(browser: Browser, server: Server, proxy: Proxy) -> None:
    alice = Person(browser, f"{proxy.url}{FOLDER}/", "alice")
    alice.page.fill("#nickname", "alice")
    alice.page.click("#login button")
    denied = alice.page.locator("#denied")
    expect(denied).to_contain_text(f"its origin is {proxy.url}, which is not that of this server's page")
    expect(denied).to_contain_text(f"--web-origins {proxy.url}")
    alice.context.close()


@pytest.mark.parametrize(
    ("status", "content_type", "body", "said"),
    [
        (HTTPStatus.SERVICE_UNAVAILABLE, "text/plain", "The server is full.", "The server is full."),
        (HTTPStatus.TOO_MANY_REQUESTS, "text/plain", "Too many connections.", "Too many connections."),
        (
            HTTPStatus.BAD_GATEWAY,
            "text/html",
            "<h1>nginx</h1>",
            "cannot be reached. A proxy in front of it answers 502.",
        ),
        (HTTPStatus.OK, "text/plain", "ok", "does not pass WebSockets on"),
    ],
)
def test_what_can_be_known_of_why_is_said(
    browser: Browser, server: Server, status: HTTPStatus, content_type: str, body: str, said: str
) -> None:
    alice = Person(browser, server.url, "alice")

    def answer(route: Route) -> None:
        route.fulfill(status=status, content_type=content_type, body=body)

    alice.page.route("**/status?*", answer)
    alice.page.route_web_socket("**/socket", lambda socket: socket.close())
    alice.page.fill("#nickname", "alice")
    alice.page.click("#login button")
    expect(alice.page.locator("#denied")).to_contain_text(said)
    alice.context.close()


def test_why_a_lost_connection_does_not_come_back_is_said(enter: Enter, server: Server) -> None:
    alice = enter("alice")
    alice.page.route("**/status?*", lambda route: route.fulfill(status=503, content_type="text/plain", body="Full."))
    server.kill()
    expect(alice.page.locator("#link")).to_contain_text("Connection lost. What you write is kept. Full.")
    server.start()
    expect(alice.page.locator("#link")).to_be_empty()


def test_a_reload_while_the_server_is_away_says_so(enter: Enter) -> None:
    alice = enter("alice")
    alice.page.route_web_socket("**/socket", lambda socket: socket.close())
    alice.page.reload()
    expect(alice.page.locator("#loading")).to_contain_text("Trying again")
