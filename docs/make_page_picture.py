"""Draws docs/page.png: a real server, the page in a real Chromium, and what it shows. `make picture`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.page.house import CHROMIUM, FLAGS, Person, Server

PICTURE = Path(__file__).with_name("page.png")


def play(browser: Browser, server: Server) -> None:
    """The conversation of the picture; alice's page is what it shows."""
    alice, bob, carol, dave = (
        Person(browser, server.url, name).logs_in() for name in ("alice", "bob", "carol", "dave")
    )
    for person in (alice, bob, carol, dave):
        person.goes_to("#lobby")
    carol.types("Has anybody seen the new build?")
    dave.types("/me is looking at it right now")
    dave.types("/away back after lunch")
    bob.types("Yes. All green!")
    alice.chats_with(bob)
    alice.types("That was quick, thank you.\nShall we tell the others?")
    bob.goes_to("alice")
    bob.types("After lunch. Noon, the usual place?")
    alice.types("Noon it is.")
    carol.row("alice").click()
    carol.types("Can you have a look at my draft, when there is time?")
    expect(alice.page.locator("#rows .message")).to_have_count(3)
    expect(alice.row("carol")).to_contain_text("1")
    alice.page.screenshot(path=PICTURE)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = Server(Path(folder))
        server.start()
        try:
            with playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS) as browser:
                play(browser, server)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
