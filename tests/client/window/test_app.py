"""From the login to the end. Whole conversations are in tests/window."""

from __future__ import annotations

from duologue.client.recaller import Page
from duologue.client.window.news import LoggedIn, LoginFailed, NoPage, PageCame, PasswordWanted
from duologue.core.events import Recalled
from tests.terminal.programs import Server
from tests.window.fixtures import OpenDesktop


async def test_leaving_twice_is_harmless(server: Server, open_desktop: OpenDesktop) -> None:
    desktop = open_desktop(server.port, "user3")
    await desktop.shows("user3 · online")
    desktop.app.leave()
    desktop.app.leave()


async def test_a_login_again_that_fails_is_said(server: Server, open_desktop: OpenDesktop) -> None:
    desktop = open_desktop(server.port, "user3")
    await desktop.shows("user3 · online")
    desktop.app._take(LoginFailed("Cannot reach the server."))
    await desktop.shows("Cannot reach the server.")
    await desktop.shows("Log in again")


async def test_a_login_again_that_wants_a_password_asks_for_it(server: Server, open_desktop: OpenDesktop) -> None:
    desktop = open_desktop(server.port, "user3")
    await desktop.shows("user3 · online")
    desktop.app._take(PasswordWanted())
    await desktop.shows("Password")
    assert "#lobby" not in desktop.shown()
    desktop.app._take(LoggedIn("user3"))
    await desktop.shows("#lobby")


async def test_what_was_searched_for(server: Server, open_desktop: OpenDesktop) -> None:
    desktop = open_desktop(server.port, "user3")
    await desktop.shows("user3 · online")
    page = Page((Recalled(1, 1_700_000_000, "bob", "#tea", "needle"),), None)
    desktop.app._take(PageCame(None, page))  # nobody has asked
    desktop.app.stage.actions.search()
    desktop.app._take(PageCame(None, page))
    await desktop.shows("1 message found.")
    desktop.app._take(NoPage(None, "There is no history."))
    await desktop.shows("There is no history.")
