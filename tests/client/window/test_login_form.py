"""Who are you, and which server."""

from __future__ import annotations

import tkinter

import pytest

from duologue.client.window.login_form import LoginForm, Wish, port_of
from duologue.client.window.look import dress


@pytest.fixture
def wishes() -> list[Wish]:
    return []


@pytest.fixture
def form(root: tkinter.Tk, wishes: list[Wish]) -> LoginForm:
    dress(root)
    form = LoginForm(root, "", "127.0.0.1", 12345, "Welcome.", wishes.append)
    form.grid()
    root.update()
    return form


def fill(entry: tkinter.Entry, text: str) -> None:
    entry.delete(0, "end")
    entry.insert(0, text)


def test_a_login(form: LoginForm, wishes: list[Wish]) -> None:
    fill(form.nickname, " alice ")
    fill(form.port, "2000")
    form.submit()
    form.submit()  # while the answer is awaited
    assert wishes == [Wish("alice", "127.0.0.1", 2000)]


@pytest.mark.parametrize(
    ("field", "text", "trouble"),
    [
        ("nickname", "", "Type the nickname"),
        ("host", " ", "Type the name or the address"),
        ("port", "70000", "A port is a number from 1 to 65535."),
    ],
)
def test_what_is_wrong_is_said(form: LoginForm, wishes: list[Wish], field: str, text: str, trouble: str) -> None:
    fill(form.nickname, "alice")
    fill(getattr(form, field), text)
    form.submit()
    assert wishes == []
    assert str(form._trouble["text"]).startswith(trouble)


def test_a_password_is_asked_for_only_when_wanted(form: LoginForm, wishes: list[Wish]) -> None:
    assert not form.password.winfo_viewable()
    fill(form.nickname, "alice")
    form.submit()
    form.ask_password("alice")
    form.update()
    assert form.password.winfo_viewable()
    assert form.password["show"] == "•"
    fill(form.password, "secret")
    form.submit()
    assert wishes[-1].password == "secret"
    assert "secret" not in repr(wishes[-1])
    form.show_trouble("Wrong.")
    fill(form.nickname, "bob")
    form.submit()
    assert wishes[-1] == Wish("bob", "127.0.0.1", 12345)
    form.update()
    assert not form.password.winfo_viewable()


@pytest.mark.parametrize(
    ("text", "port"), [("1", 1), ("65535", 65535), ("0", None), ("65536", None), ("¹", None), ("x", None), ("", None)]
)
def test_ports(text: str, port: int | None) -> None:
    assert port_of(text) == port


def have_keyboard(form: LoginForm) -> None:
    """As a window manager gives it."""
    form.nickname.focus_force()
    form.update()


def press(form: LoginForm, *keys: str) -> None:
    for key in keys:
        form.event_generate(key)


def test_a_wrong_password_is_typed_anew_and_nothing_else(form: LoginForm, wishes: list[Wish]) -> None:
    fill(form.nickname, "erin")
    have_keyboard(form)
    form.submit()
    form.ask_password("erin")
    fill(form.password, "wrong")
    form.submit()
    form.show_trouble("The nickname or the password is wrong.", is_refused=True)
    form.update()
    assert (form.nickname.get(), form.password.get(), form.password["show"]) == ("erin", "", "•")
    assert form.focus_get() is form.password
    fill(form.password, "right")
    form.submit()
    assert wishes[-1] == Wish("erin", "127.0.0.1", 12345, "right")


def test_a_server_that_cannot_be_reached_has_not_seen_the_password(form: LoginForm) -> None:
    fill(form.nickname, "erin")
    form.ask_password("erin")
    fill(form.password, "right")
    form.show_trouble("Cannot reach the server.")
    assert form.password.get() == "right"


def test_another_spelling_of_the_nickname_is_asked_for_its_password_too(form: LoginForm, wishes: list[Wish]) -> None:
    fill(form.nickname, "Νίκος")
    form.submit()
    form.ask_password(wishes[-1].nickname)
    fill(form.password, "secret")
    form.submit()
    assert wishes[-1].password == "secret"


def test_what_is_typed_while_it_logs_in_is_kept(form: LoginForm, wishes: list[Wish]) -> None:
    fill(form.nickname, "alice")
    have_keyboard(form)
    form.submit()
    form.update()
    assert form.focus_get() is form
    press(form, "<h>", "<i>", "<x>", "<BackSpace>", "<Control-k>", "<Left>", "<Return>")
    assert (form.take_typed(), form.take_typed()) == ("hi\n", "")
    assert form.nickname.get() == "alice"


def test_a_password_that_is_typed_before_it_is_asked_for(form: LoginForm, wishes: list[Wish]) -> None:
    fill(form.nickname, "erin")
    have_keyboard(form)
    form.submit()
    press(form, "<p>", "<w>", "<Return>")
    form.ask_password("erin")
    assert wishes[-1].password == "pw"
    form.show_trouble("Wrong.", is_refused=True)
    form.submit()
    press(form, "<p>")
    form.ask_password("erin")
    assert form.password.get() == "p"
