"""The operator's own socket: only its owner asks, and whatever else comes does no harm."""

from __future__ import annotations

import asyncio
import os
import socket
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duologue.server.net.control import Control, ControlError, ask, control_path
from duologue.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(port=12345, data=tmp_path / "data")


@pytest.fixture
def path(settings: Settings) -> Path:
    return control_path(settings, settings.port)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def who() -> object:
    return {"rows": ["ä", 1, True]}


@pytest.fixture
async def control(path: Path) -> AsyncIterator[Control]:
    control = Control({"who": who})
    await control.open(path)
    yield control
    await control.close()


@pytest.mark.usefixtures("control")
async def test_a_question_is_answered(settings: Settings) -> None:
    assert await asyncio.to_thread(ask, settings, "who") == {"rows": ["ä", 1, True]}


@pytest.mark.usefixtures("control")
@pytest.mark.parametrize("question", ["what", "", "who else", "x" * 100_000, "\x00", "who\x1b"])
async def test_what_is_no_question_gets_no_answer(settings: Settings, question: str) -> None:
    with pytest.raises(ControlError):
        await asyncio.to_thread(ask, settings, question)
    assert await asyncio.to_thread(ask, settings, "who")


@pytest.mark.usefixtures("control")
async def test_one_who_asks_nothing_keeps_nobody_waiting(settings: Settings, path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(path))
        silent.sendall(b"wh")
        assert await asyncio.to_thread(ask, settings, "who")


@pytest.mark.usefixtures("control")
async def test_only_its_owner_can_open_it(path: Path) -> None:
    assert [mode(path), mode(path.parent)] == [0o600, 0o700]


async def test_it_goes_with_the_server(control: Control, settings: Settings, path: Path) -> None:
    await control.close()
    assert list(os.scandir(path.parent)) == []
    with pytest.raises(ControlError, match="Is it running"):
        ask(settings, "who")


async def test_closing_what_was_never_open_is_harmless() -> None:
    await Control({}).close()


async def test_a_file_that_a_killed_server_left_is_replaced(settings: Settings, path: Path) -> None:
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(path))
    with pytest.raises(ControlError):
        ask(settings, "who")
    control = Control({"who": who})
    await control.open(path)
    assert await asyncio.to_thread(ask, settings, "who")
    await control.close()


def test_too_long_a_path(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="shorter --data"):
        control_path(Settings(data=tmp_path / ("x" * 100)), 12345)


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file, not a folder", encoding="ascii")
    with pytest.raises(ControlError, match="Not a directory"):
        await Control({}).open(tmp_path / "data" / "socket")


def test_servers_on_other_ports_and_hosts_have_their_own(settings: Settings) -> None:
    other = Settings(host="::1", data=settings.data)
    assert len({control_path(settings, 1), control_path(settings, 2), control_path(other, 1)}) == 3
