"""Editing by graphemes (`graphemes`), and handling of `hidden` text, in prompt_toolkit's terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate

from prompt_toolkit import utils
from prompt_toolkit.application.current import get_app
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition, has_selection
from prompt_toolkit.formatted_text import StyleAndTextTuples, fragment_list_to_text
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.bindings.named_commands import get_by_name
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments
from wcwidth import iter_graphemes

from duologue.client.input.hidden import where_hidden, without_hidden
from duologue.client.view.graphemes import (
    columns_of,
    end_of_grapheme,
    nearest_boundary,
    start_of_grapheme,
)

MASK = "*"

_DELETE = {
    ("backspace",): "backward-delete-char",
    ("delete",): "delete-char",
    ("c-delete",): "kill-word",
    ("escape", "d"): "kill-word",
    ("escape", "backspace"): "backward-kill-word",
    ("c-w",): "unix-word-rubout",
}


def keep_whole(buffer: Buffer) -> None:
    """Keep the cursor of `buffer` out of the middle of a grapheme, whichever key moves it."""
    cursor = buffer.cursor_position

    def typed(changed: Buffer) -> None:
        nonlocal cursor
        cursor = changed.cursor_position  # a family arrives one code point after the other

    def moved(changed: Buffer) -> None:
        nonlocal cursor
        before, cursor = cursor, changed.cursor_position
        if cursor != before:
            cursor = nearest_boundary(changed.text, cursor, before)
            changed.cursor_position = cursor

    buffer.on_text_changed += typed
    buffer.on_cursor_position_changed += moved


def editing_keys() -> KeyBindings:
    """Return keys that delete, each of them whole graphemes."""
    keys = KeyBindings()
    for typed, command in _DELETE.items():
        keys.add(*typed, filter=~has_selection)(_deleting(command))
    keys.add("c-d", filter=Condition(lambda: bool(get_app().current_buffer.text)))(_deleting("delete-char"))
    keys.add("c-t")(_swap)
    return keys


def _deleting(command: str) -> Callable[[KeyPressEvent], None]:
    """Delete as prompt_toolkit does; a grapheme of which a part is gone goes entirely."""
    delete = get_by_name(command)

    def handle(event: KeyPressEvent) -> None:
        buffer, text = event.current_buffer, event.current_buffer.text
        delete.call(event)
        start = buffer.cursor_position
        end = start + len(text) - len(buffer.text)
        if end > start:
            start, end = start_of_grapheme(text, start + 1), end_of_grapheme(text, end - 1)
            buffer.document = Document(text[:start] + text[end:], start)

    return handle


def _swap(event: KeyPressEvent) -> None:
    """Swap the grapheme before the cursor with the one after it; at the end, the last two."""
    buffer, text, middle = event.current_buffer, event.current_buffer.text, event.current_buffer.cursor_position
    if middle == len(text):
        middle = start_of_grapheme(text, middle)
    start, end = start_of_grapheme(text, middle), end_of_grapheme(text, middle)
    if start < middle:
        buffer.document = Document(text[:start] + text[middle:end] + text[start:middle] + text[end:], end)


class Forgetful(InMemoryHistory):
    """The input history, without what is hidden in it."""

    def append_string(self, string: str) -> None:
        super().append_string(without_hidden(string))


class Masked(Processor):
    """Shows that something is typed where it is hidden."""

    def apply_transformation(self, shown: TransformationInput) -> Transformation:
        start = where_hidden(shown.document.text)
        if start is None:
            return Transformation(shown.fragments)
        left = max(0, start - shown.document.translate_row_col_to_index(shown.lineno, 0))
        fragments = explode_text_fragments(shown.fragments)
        return Transformation([*fragments[:left], *((style, MASK) for style, *_ in fragments[left:])])


class Unseen(Processor):
    """Shows nothing at all of what is typed, not even its length."""

    def apply_transformation(self, _: TransformationInput) -> Transformation:
        return Transformation([], source_to_display=lambda _: 0, display_to_source=lambda _: 0)


class Whole(Processor):
    """Draws each grapheme as one, and as wide as `terminal` draws it."""

    def __init__(self, terminal: str | None) -> None:
        self._terminal = terminal

    def apply_transformation(self, shown: TransformationInput) -> Transformation:
        text = fragment_list_to_text(shown.fragments)
        if text.isascii():
            return Transformation(shown.fragments)
        graphemes = [*iter_graphemes(text)]
        starts = [0, *accumulate(map(len, graphemes))]
        cells = [cell for cell, grapheme in enumerate(graphemes) for _ in grapheme]
        styles = [style for style, *_ in explode_text_fragments(shown.fragments)]
        fragments: StyleAndTextTuples = [
            (styles[start], self._drawn(grapheme)) for start, grapheme in zip(starts, graphemes, strict=False)
        ]
        return Transformation(
            fragments,
            source_to_display=lambda at: cells[at] if at < len(cells) else len(graphemes) + at - len(cells),
            display_to_source=lambda at: starts[at] if at < len(starts) else starts[-1] + at - len(graphemes),
        )

    def _drawn(self, grapheme: str) -> str:
        if len(grapheme) == 1:
            return grapheme
        # prompt_toolkit adds up the widths of code points, unless it remembers another width.
        utils._CHAR_SIZES_CACHE[grapheme] = columns_of(grapheme, self._terminal)
        return _Cell(grapheme)


class _Cell(str):
    """A text that iterates as a single character."""

    __slots__ = ()

    def __iter__(self) -> Iterator[str]:
        yield self
