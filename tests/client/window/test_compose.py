"""Where one writes."""

from __future__ import annotations

import tkinter

import pytest

from duologue.client.window.compose import MOST_LINES, Compose, whole_characters
from duologue.client.window.look import dress


@pytest.fixture
def sent() -> list[str]:
    return []


@pytest.fixture
def compose(root: tkinter.Tk, sent: list[str]) -> Compose:
    dress(root)
    compose = Compose(root, sent.append)
    compose.pack()
    root.update()
    compose.field.focus_force()
    root.update()
    return compose


def test_enter_sends_and_shift_enter_breaks(compose: Compose, sent: list[str]) -> None:
    compose.field.insert("end", "one")
    compose.field.event_generate("<Shift-Return>")
    compose.field.insert("end", "two")
    compose.field.event_generate("<Return>")
    assert sent == ["one\ntwo"]
    assert compose.text == ""


def test_blanks_are_no_message(compose: Compose, sent: list[str]) -> None:
    compose.field.insert("end", " \n ")
    compose.submit()
    assert sent == []


def test_a_paste_keeps_its_lines_and_replaces_what_is_selected(compose: Compose, sent: list[str]) -> None:
    compose.clipboard_clear()
    compose.clipboard_append("a\n  b\nc")
    compose.field.insert("end", "gone")
    compose.field.tag_add("sel", "1.0", "end-1c")
    compose.field.event_generate("<<Paste>>")
    compose.update()
    compose.submit()
    assert sent == ["a\n  b\nc"]


def test_what_is_too_long_is_said_and_stays(compose: Compose, sent: list[str]) -> None:
    compose.field.insert("end", "x" * 9000)
    compose.update()
    compose.submit()
    assert sent == []
    assert "send it in parts" in str(compose._trouble["text"])
    assert compose._trouble.winfo_manager()
    assert len(compose.text) == 9000
    compose.field.insert("end", "y")
    compose.update()
    assert not compose._trouble.winfo_manager()


def test_where_nothing_can_be_sent_it_stays(compose: Compose, sent: list[str]) -> None:
    compose.allow(False)
    compose.field.insert("end", "hi")
    compose.submit()
    assert (sent, compose.text) == ([], "hi")
    assert "stays" in str(compose._trouble["text"])
    compose.allow(True)
    compose.submit()
    assert sent == ["hi"]


def test_the_field_grows_to_a_bound(compose: Compose) -> None:
    compose.field.insert("end", "a\nb\nc\nd")
    compose.update()
    assert compose.field["height"] == 4
    compose.field.insert("end", "\n" * 50)
    compose.update()
    assert compose.field["height"] == MOST_LINES


def test_tab_goes_to_the_button_and_back(compose: Compose) -> None:
    compose.field.event_generate("<Tab>")
    compose.update()
    assert compose.focus_get() is compose._button
    compose.field.focus_force()
    compose.field.event_generate("<ISO_Left_Tab>")
    compose.update()
    assert compose.text == ""


@pytest.mark.parametrize("text", ["😀👩‍👩‍👧🏴󠁧󠁢󠁥󠁮󠁧󠁿", "שלום مرحبا", "e\u0301"])
def test_what_people_write_comes_out_as_it_is(compose: Compose, sent: list[str], text: str) -> None:
    compose.field.insert("end", text)
    compose.submit()
    assert sent == [text]


def test_halves_of_characters() -> None:
    assert whole_characters("\ud83d\ude00!") == "😀!"
    assert whole_characters("a\ud83db") == "a\ufffdb"


@pytest.mark.parametrize("keys", ["<Control-Return>", "<KP_Enter>"])
def test_other_enters_send(compose: Compose, sent: list[str], keys: str) -> None:
    compose.field.insert("end", "hi")
    compose.field.event_generate(keys)
    assert sent == ["hi"]


@pytest.mark.parametrize("keys", ["<Alt-Return>", "<Shift-KP_Enter>"])
def test_other_breaks_break(compose: Compose, sent: list[str], keys: str) -> None:
    compose.field.insert("end", "one")
    compose.field.event_generate(keys)
    assert (sent, compose.text) == ([], "one\n")


def test_after_a_key_that_does_nothing_here_enter_asks_first(compose: Compose, sent: list[str]) -> None:
    compose.note_stray("Ctrl+K")
    assert str(compose._trouble["text"]) == "Ctrl+K does nothing here."
    compose.field.insert("end", "carol")
    compose.field.event_generate("<Return>")
    assert (sent, compose.text) == ([], "carol")
    assert "was not sent" in str(compose._trouble["text"])
    compose.field.event_generate("<Return>")
    assert sent == ["carol"]


def test_who_clicks_or_begins_anew_means_this_field(compose: Compose, sent: list[str]) -> None:
    compose.note_stray("Ctrl+K")
    compose.field.event_generate("<Button-1>")
    compose.field.insert("end", "one")
    compose.field.event_generate("<Return>")
    compose.note_stray("Ctrl+K")
    compose.field.insert("end", "carol")
    compose.update()
    compose.field.delete("1.0", "end")
    compose.update()
    compose.field.insert("end", "two")
    compose.field.event_generate("<Return>")
    assert sent == ["one", "two"]


def test_what_was_sent_is_not_undone(compose: Compose) -> None:
    compose.field.insert("end", "hi")
    compose.submit()
    compose.field.event_generate("<Control-z>")
    assert compose.text == ""


def test_a_picture_is_not_pasted_and_said_so(
    compose: Compose, sent: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duologue.client.window.compose.holds_only_files", lambda _: True)
    compose.clipboard_clear()
    compose.clipboard_append("/home/alice/cat.png")
    compose.field.insert("end", "look: ")
    compose.field.event_generate("<<Paste>>")
    compose.update()
    assert compose.text == "look: "
    assert "cannot be sent yet" in str(compose._trouble["text"])
