"""A browser for each file of scenes, a server for each scene. Without Chromium they are skipped, save in CI."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.page.house import CHROMIUM, FLAGS, Native, Person, Server, is_ci

Enter = Callable[..., Person]
AtNative = Callable[[str], Native]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """For one file only: while it is open no event loop can run here, and other tests want one."""
    if not CHROMIUM and not is_ci():
        pytest.skip("there is no Chromium here; on Debian and Ubuntu: apt install chromium")
    assert CHROMIUM, "install chromium: in CI nothing is skipped"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture
def enter(browser: Browser, server: Server) -> Iterator[Enter]:
    """Opens the page for somebody who logs in and, at a desk, opens the lobby (`opens`: another conversation, or none,
    ""). At the end nobody's page has complained of anything.
    """
    people: list[Person] = []

    def enter(nickname: str, *, opens: str = "#lobby", **how: Any) -> Person:
        person = Person(browser, server.url, nickname, **how)
        people.append(person)
        person.logs_in()
        if opens and not how.get("is_phone"):
            person.goes_to(opens)
        return person

    yield enter
    for person in people:
        person.context.close()
    assert [trouble for person in people for trouble in person.troubles] == []


@pytest.fixture
def native(server: Server) -> Iterator[AtNative]:
    """Somebody at a native client."""
    clients: list[Native] = []

    def native(nickname: str) -> Native:
        clients.append(Native(server.port, nickname))
        return clients[-1]

    yield native
    for client in clients:
        client.leaves()
