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
