"""Printing of lines on a terminal, above a prompt that stays intact. Knows colours and columns, not keys or chats."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

from prompt_toolkit.application.current import get_app_or_none
from prompt_toolkit.formatted_text import FormattedText, fragment_list_to_text
from prompt_toolkit.output import ColorDepth, Output
from prompt_toolkit.renderer import print_formatted_text
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from duologue.client.history.transcript import with_speaker
from duologue.client.view.base import Kind, Line

STYLE = Style.from_dict(
    {
        "time": "dim",
        "prompt": "bold",
        "placeholder": "dim",
        "speaker": "bold ansigreen",
        "message": "",
        "action": "",
        "notice": "ansicyan",
        "request": "bold ansiyellow",
        "trouble": "ansired",
        "hint": "",
        "day": "dim",
    }
)

MOST_INDENT = 24
"""Most columns by which the further lines of a message are indented: a long nickname must leave room for text."""


def time_of_day() -> str:
    return datetime.now().astimezone().strftime("%H:%M")


class Painter:
    """Prints lines. `clock` returns the time as HH:MM. Lines shown while the prompt is being painted come after that,
    in one go.
    """

    def __init__(self, output: Output, color_depth: ColorDepth | None, clock: Callable[[], str]) -> None:
        self._output = output
        self._color_depth = color_depth
        self._clock = clock
        self._pending: list[Callable[[], None]] = []
        self._painting: asyncio.Task[None] | None = None

    def show(self, line: Line) -> None:
        fragments = self._fragments(line)
        self._paint(lambda: self._print(fragments))

    def ring(self) -> None:
        self._paint(self._output.bell)

    def clear(self) -> None:
        self._paint(self._output.erase_screen)
        self._paint(lambda: self._output.cursor_goto(0, 0))

    def _paint(self, paint: Callable[[], None]) -> None:
        """Print above the prompt, with everything that comes while the prompt is away in one go."""
        self._pending.append(paint)
        if self._painting is None or self._painting.done():
            self._painting = asyncio.create_task(self._paint_pending())

    async def _paint_pending(self) -> None:
        """Print what is pending. Not with run_in_terminal: that turns the terminal's echo on meanwhile, and a fast
        typist's keys show twice.
        """
        while self._pending:
            app = get_app_or_none()
            if app and app.output.responds_to_cpr:
                await app.renderer.wait_for_cpr_responses()  # where the cursor was, before it moves
            self._paint_all()

    def _paint_all(self) -> None:
        app = get_app_or_none()
        if app and app.is_running:
            app.renderer.erase()
        while self._pending:  # each stays until it is painted, so none is lost with a terminal that fails
            self._pending[0]()
            del self._pending[0]
        self._output.flush()
        if app and app.is_running:
            app.renderer.request_absolute_cursor_position()
            app.invalidate()

    async def settle(self) -> None:
        """Raise OSError if the terminal is gone."""
        if self._painting:
            await asyncio.shield(self._painting)

    def _fragments(self, line: Line) -> FormattedText:
        time = f"{line.time or self._clock()} "
        if not line.speaker:
            head = [("class:time", time)] if line.kind not in (Kind.HINT, Kind.DAY) else []
            return FormattedText([*head, (f"class:{line.kind.value}", f"{line.text}\n")])
        speaker = with_speaker(line)
        indent = "\n" + " " * min(MOST_INDENT, get_cwidth(time + speaker))
        text = line.text.replace("\n", indent)
        return FormattedText(
            [("class:time", time), ("class:speaker", speaker), (f"class:{line.kind.value}", f"{text}\n")]
        )

    def _print(self, fragments: FormattedText) -> None:
        # The renderer's own function: the one in shortcuts goes through run_in_terminal (see _paint_pending).
        try:
            print_formatted_text(self._output, fragments, STYLE, color_depth=self._color_depth)
        except OSError:
            raise
        except Exception:  # without colours rather than not at all, and it must not obstruct what follows
            self._output.write(fragment_list_to_text(fragments))
