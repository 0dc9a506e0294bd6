"""Keys at a prompt, from a pipe: each does what it does to whole characters, and what is hidden is not shown."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from prompt_toolkit import PromptSession
from prompt_toolkit.data_structures import Size
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from duologue.client.terminal.editing import Forgetful, Masked, Unseen, Whole, editing_keys, keep_whole
from tests.client.view.test_graphemes import FAMILY, FLAG

LEFT, RIGHT, UP, HOME, DELETE = "\x1b[D", "\x1b[C", "\x1b[A", "\x1b[H", "\x1b[3~"
BACKSPACE, CTRL_D, CTRL_T, CTRL_W = "\x7f", "\x04", "\x14", "\x17"
ALT_D, ALT_BACKSPACE, ALT_B, ALT_F = "\x1bd", "\x1b\x7f", "\x1bb", "\x1bf"
ACCENTED = "cafe\u0301"


@contextmanager
def prompt() -> Iterator[tuple[PromptSession[str], PipeInput, io.StringIO]]:
    screen = io.StringIO()
    with create_pipe_input() as keys:
        session: PromptSession[str] = PromptSession(
            history=Forgetful(),
            input_processors=[Masked(), Whole("foot")],
            key_bindings=editing_keys(),
            input=keys,
            output=Vt100_Output(screen, lambda: Size(24, 80), enable_cpr=False),
        )
        keep_whole(session.default_buffer)
        yield session, keys, screen


async def typed(text: str) -> str:
    with prompt() as (session, keys, _):
        keys.send_text(f"{text}\r")
        return await session.prompt_async("> ")


@pytest.mark.parametrize("one", [FAMILY, FLAG, "e\u0301", "\u2764\ufe0f", "\u1100\u1161\u11a8", "\U0001f44d\U0001f3fd"])
@pytest.mark.parametrize(
    ("keys", "left"),
    [
        (f"{BACKSPACE}c", "abc"),
        (f"{LEFT}c", "abc{}"),
        (f"{LEFT}{LEFT}{RIGHT}{RIGHT}c", "ab{}c"),
        (f"{LEFT}{DELETE}c", "abc"),
        (f"{LEFT}{CTRL_D}c", "abc"),
        (f"{LEFT}{LEFT}{RIGHT}{BACKSPACE}", "a{}"),
        (f"{CTRL_T}", "a{}b"),
        (f"{HOME}{RIGHT}{CTRL_T}{RIGHT}{BACKSPACE}", "ba"),
        (f"{BACKSPACE}{BACKSPACE}{BACKSPACE}{BACKSPACE}c", "c"),
        (f"{HOME}{CTRL_T}{BACKSPACE}{DELETE}{DELETE}{DELETE}c", "c"),
    ],
)
async def test_one_character_is_one_for_every_key(one: str, keys: str, left: str) -> None:
    assert await typed(f"ab{one}{keys}") == left.format(one)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"{ACCENTED} ole{ALT_BACKSPACE}x", f"{ACCENTED} x"),
        (f"{ACCENTED}{ALT_BACKSPACE}x", "cafx"),
        (f"{ACCENTED}!{HOME}{ALT_D}x", "x!"),
        (f"{ACCENTED}!{HOME}{ALT_F}x", f"{ACCENTED}x!"),
        (f"one {FAMILY}{CTRL_W}x", "one x"),
        (f"{CTRL_W}{ALT_D}{BACKSPACE}x", "x"),
    ],
)
async def test_words_end_between_characters(text: str, left: str) -> None:
    assert await typed(text) == left


async def test_a_family_that_is_typed_before_another_stays_where_it_is_typed() -> None:
    assert await typed(f"{FAMILY}{LEFT}{FAMILY}x") == f"{FAMILY}x{FAMILY}"


async def test_what_is_selected_is_deleted_as_it_was() -> None:
    assert await typed(f"ab{FAMILY}c\x00{LEFT}{LEFT}{DELETE}x") == "abx"


@pytest.mark.parametrize(("one", "columns"), [(FAMILY, 2), ("e\u0301", 1), (FLAG, 2)])
async def test_the_cursor_is_where_the_terminal_draws_the_character(one: str, columns: int) -> None:
    with prompt() as (session, keys, screen):
        keys.send_text(f"{one}\r")
        await session.prompt_async("> ")
    back_to_the_first_column = f"\x1b[{columns + len('> ')}D"
    assert f"{one}{back_to_the_first_column}" in screen.getvalue(), "however often it was drawn"


async def test_a_rooms_password_is_masked_and_not_remembered() -> None:
    with prompt() as (session, keys, screen):
        keys.send_text("/join tea open sesame\r")
        assert await session.prompt_async("> ") == "/join tea open sesame"
        keys.send_text(f"{UP}!\r")
        assert await session.prompt_async("> ") == "/join tea!"
    assert "***********" in screen.getvalue()
    assert "sesame"[1:] not in screen.getvalue()


async def test_what_is_unseen_is_not_seen() -> None:
    screen = io.StringIO()
    with create_pipe_input() as keys:
        session: PromptSession[str] = PromptSession(
            input_processors=[Unseen()],
            input=keys,
            output=Vt100_Output(screen, lambda: Size(24, 80), enable_cpr=False),
        )
        keys.send_text("secret\r")
        assert await session.prompt_async("> ") == "secret"
    assert "s" not in screen.getvalue().partition("> ")[2].replace("\x1b[?12l", "")
