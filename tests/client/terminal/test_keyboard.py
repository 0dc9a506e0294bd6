"""What is typed while nobody reads is not seen, and not lost."""

from __future__ import annotations

import os
import pty
import termios
from collections.abc import Iterator

import pytest

from duologue.client.terminal.keyboard import echo_off


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """The person's end, and the program's."""
    person, program = pty.openpty()
    yield person, program
    os.close(person)
    os.close(program)


@pytest.mark.parametrize("by_line", [True, False])
def test_it_is_not_echoed_and_waits(terminal: tuple[int, int], by_line: bool) -> None:
    person, program = terminal
    before = termios.tcgetattr(program)
    with echo_off(program, by_line=by_line):
        os.write(person, b"secret\n")
        assert os.read(program, 100) == b"secret\n"
    assert termios.tcgetattr(program) == before
    os.write(person, b"seen\n")
    assert os.read(person, 100) == b"seen\r\n"


def test_ctrl_c_is_still_a_signal_and_keys_come_at_once(terminal: tuple[int, int]) -> None:
    person, program = terminal
    with echo_off(program, by_line=False):
        assert termios.tcgetattr(program)[3] & termios.ISIG
        os.write(person, b"x")
        assert os.read(program, 100) == b"x"


def test_what_is_no_terminal_is_left_alone() -> None:
    reading, writing = os.pipe()
    with echo_off(reading):
        os.write(writing, b"x")
    assert os.read(reading, 1) == b"x"
    os.close(reading)
    os.close(writing)
