"""Lines on a terminal: their time, their indent, and what clears or rings."""

from __future__ import annotations

import io

import pytest
from prompt_toolkit.data_structures import Size
from prompt_toolkit.output.vt100 import Vt100_Output

from duologue.client.terminal.painter import Painter, time_of_day
from duologue.client.view.base import Kind, Line


class Screen(io.StringIO):
    """A terminal that `gone` has hung up on."""

    gone = False

    def write(self, text: str) -> int:
        if self.gone:
            raise OSError("gone")
        return super().write(text)


def painter() -> tuple[Painter, Screen]:
    screen = Screen()
    return Painter(Vt100_Output(screen, lambda: Size(24, 80), enable_cpr=False), None, lambda: "12:34"), screen


async def test_lines_have_the_time_and_messages_their_indent() -> None:
    view, screen = painter()
    view.show(Line(Kind.MESSAGE, "one\ntwo", "日本"))
    view.show(Line(Kind.HINT, "no time"))
    await view.settle()
    written = screen.getvalue().replace("\r\n", "\n")
    assert "12:34 " in written
    assert "\n            two" in written  # 6 for the time, 4 for two wide characters, 2 for ": "
    assert written.count("12:34") == 1


async def test_a_message_of_before_has_its_own_time_and_a_day_has_none() -> None:
    view, screen = painter()
    view.show(Line(Kind.DAY, "— Friday, 20 November 2026 —"))
    view.show(Line(Kind.MESSAGE, "hello", "bob", "09:30"))
    await view.settle()
    written = screen.getvalue()
    assert "09:30 " in written
    assert "12:34" not in written


def test_the_time_of_day_has_five_characters() -> None:
    assert len(time_of_day()) == len("12:34")


async def test_what_is_shown_together_is_painted_in_order() -> None:
    view, screen = painter()
    await view.settle()
    view.show(Line(Kind.NOTICE, "first"))
    view.ring()
    view.clear()
    view.show(Line(Kind.NOTICE, "second"))
    await view.settle()
    written = screen.getvalue()
    assert written.index("first") < written.index("\a") < written.index("\x1b[2J") < written.index("second")


async def test_what_somebody_does_begins_with_a_star_and_their_name() -> None:
    view, screen = painter()
    view.show(Line(Kind.ACTION, "waves\nagain", "bob"))
    await view.settle()
    written = screen.getvalue().replace("\r\n", "\n")
    assert "* bob " in written
    assert "\n            again" in written  # 6 for the time, 6 for "* bob "
    assert "bob:" not in written


async def test_what_could_not_be_written_is_told_to_whoever_waits_for_it_and_kept() -> None:
    view, screen = painter()
    screen.gone = True
    view.show(Line(Kind.NOTICE, "first"))
    view.show(Line(Kind.NOTICE, "second"))
    with pytest.raises(OSError, match="gone"):
        await view.settle()
    screen.gone = False
    view.show(Line(Kind.NOTICE, "third"))
    await view.settle()
    written = screen.getvalue()
    assert written.index("first") < written.index("second") < written.index("third")


async def test_a_line_that_cannot_be_painted_is_written_plainly_and_does_not_stop_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise KeyError

    view, screen = painter()
    with monkeypatch.context() as patch:
        patch.setattr("duologue.client.terminal.painter.print_formatted_text", fails)
        view.show(Line(Kind.MESSAGE, "first", "bob"))
        await view.settle()
    view.show(Line(Kind.NOTICE, "second"))
    await view.settle()
    assert "12:34 bob: first" in screen.getvalue()
    assert screen.getvalue().index("first") < screen.getvalue().index("second")
