"""From the login to the end. Whole conversations are in tests/window."""

from __future__ import annotations

import pytest

from duologue.client.history.pages import HistoryPage
from duologue.client.window.news import Happened, LoggedIn, LoginFailed, NoPage, PageCame, PasswordWanted
from duologue.client.window.presenter import Presenter
from duologue.client.window.state import Changes
from duologue.core.events.chat import Recalled, Said
from tests.terminal.programs import Server
from tests.window.fixtures import OpenDesktop


async def test_what_cannot_be_shown_does_not_end_the_listening(
    server: Server, open_desktop: OpenDesktop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hear = Presenter.hear
    faults = iter([LookupError("no such window")])

    def fail_once(presenter: Presenter, news: Happened) -> Changes:
        for fault in faults:
            raise fault
        return hear(presenter, news)

    monkeypatch.setattr(Presenter, "hear", fail_once)
    desktop = open_desktop(server.port, "user3")
    await desktop.shows("user3 · online")
    await desktop.until(lambda: len(desktop.app.presenter.talk("#lobby").members) == 1, "the lobby is heard of")
    assert "no such window" in capsys.readouterr().err


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
    page = HistoryPage((Recalled(1, 1_700_000_000, "bob", "#tea", "needle"),), None)
    desktop.app._take(PageCame(None, page))  # nobody has asked
    desktop.app.windows.actions.search()
    desktop.app._take(PageCame(None, page))
    await desktop.shows("1 message found.")
    desktop.app._take(NoPage(None, "There is no history."))
    await desktop.shows("There is no history.")


async def test_what_the_desk_cannot_take_is_not_acknowledged(
    server: Server, open_desktop: OpenDesktop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desktop = open_desktop(server.port, "user3")
    await desktop.shows("user3 · online")
    answers: list[bool] = []

    def fail(*_: object) -> Changes:
        raise LookupError("no such window")

    monkeypatch.setattr(Presenter, "hear", fail)
    news = Happened(Said("bob", "hi"), desktop.app.presenter.progress)
    desktop.app._hear(news, lambda is_shown=True: answers.append(is_shown))
    monkeypatch.undo()
    desktop.app._hear(news, lambda is_shown=True: answers.append(is_shown))
    desktop.app.leave()
    desktop.app._hear(news, lambda is_shown=True: answers.append(is_shown))
    assert answers == [False, True, False]
    assert "no such window" in capsys.readouterr().err


async def test_what_is_typed_during_the_login_stands_where_one_writes(
    server: Server, open_desktop: OpenDesktop
) -> None:
    desktop = open_desktop(server.port)
    form = desktop.app.form
    form.nickname.focus_force()
    form.nickname.insert(0, "user3")
    desktop.root.update()
    form.submit()
    for key in "hey":
        form.event_generate(f"<{key}>")
    await desktop.shows("user3 · online")
    field = desktop.app.windows.view.lobby.compose.field
    assert field.get("1.0", "end-1c") == "hey"
    assert desktop.root.focus_get() is field


async def test_a_wrong_password_leaves_the_name_and_an_empty_field(server: Server, open_desktop: OpenDesktop) -> None:
    desktop = open_desktop(server.port, "Nobody-Here")
    form = desktop.app.form
    await desktop.until(form.password.winfo_viewable)
    form.nickname.focus_force()
    form.password.insert(0, "wrong")
    form.submit()
    await desktop.until(lambda: str(form._trouble["text"]), "said why")
    assert (form.nickname.get(), form.password.get()) == ("Nobody-Here", "")
    assert desktop.root.focus_get() is form.password
    bottom = form.button.winfo_rooty() + form.button.winfo_height()
    assert bottom <= desktop.root.winfo_rooty() + desktop.root.winfo_height(), "nothing is cut off"
    assert "wrong" not in desktop.shown()[desktop.shown().index("Nickname") :].replace(str(form._trouble["text"]), "")
