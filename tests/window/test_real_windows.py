"""client.py --gui as people have it: processes on a display, real keys and clicks; seen by who is at the other end."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from duologue.client import ChatEnded, ChatRequested, ChatStarted, MessageFrom, RequestAnswered, RoomSaid, Said
from tests.bound import BOUND
from tests.terminal.programs import ROOT, Server
from tests.window.conftest import OpenGui
from tests.window.display import Gui
from tests.window.person import Person


async def log_in(open_gui: OpenGui, port: int, nickname: str, *arguments: str) -> Gui:
    gui = open_gui(port, "--nickname", nickname, *arguments)
    await asyncio.to_thread(gui.focus, f"{nickname} - Duologue")
    return gui


async def test_the_login_is_typed(server: Server, open_gui: OpenGui) -> None:
    async with Person("bob", server.port) as bob:
        await bob.client.join("#lobby")
        gui = open_gui(server.port)
        gui.focus("Log in")
        gui.type("alice")
        gui.key("Return")
        await asyncio.to_thread(gui.focus, "alice - Duologue")
        gui.type("hello, all")
        gui.key("shift+Return")
        gui.type("of you")
        gui.key("Return")
        assert (await bob.gets(RoomSaid)).text == "hello, all\nof you"


async def test_two_windows_and_a_terminal_talk(server: Server, open_gui: OpenGui) -> None:
    """user1 and user2 in windows, bob in another kind of client."""
    async with Person("bob", server.port) as bob:
        await bob.client.join("#lobby")
        one, two = [await log_in(open_gui, server.port, nickname) for nickname in ("user1", "user2")]
        one.focus("user1 - Duologue")
        one.type("from one")
        one.key("Return")
        await bob.gets(RoomSaid, nickname="user1", text="from one")
        two.focus("user2 - Duologue")
        two.type("from two")
        two.key("Return")
        await bob.gets(RoomSaid, nickname="user2", text="from two")
        await bob.client.ask("user2")
        await asyncio.to_thread(two.window, "bob wants to chat")
        two.key("F8", "Return")  # the request by keys: go to it, accept
        await bob.gets(ChatStarted, nickname="user2")
        await asyncio.to_thread(two.focus, "bob - Duologue")
        two.type("only for bob")
        two.key("Return")
        await bob.gets(Said, nickname="user2", text="only for bob")


async def test_a_request_does_not_take_the_keyboard(server: Server, open_gui: OpenGui) -> None:
    async with Person("bob", server.port) as bob, Person("user1", server.port) as other:
        await bob.client.join("#lobby")
        gui = await log_in(open_gui, server.port, "alice")
        text = "typed while somebody asks for a chat and another does too 0123456789"
        typing = asyncio.create_task(asyncio.to_thread(gui.type, text))
        await bob.client.ask("alice")
        await other.client.ask("alice")
        await asyncio.to_thread(gui.window, "bob wants to chat")
        await asyncio.to_thread(gui.window, "user1 wants to chat")
        await typing
        gui.key("Return")
        assert (await bob.gets(RoomSaid)).text == text
        assert "alice - Duologue" in gui.focused()


async def test_a_double_click_asks(server: Server, open_gui: OpenGui) -> None:
    async with Person("bob", server.port) as bob:
        gui = await log_in(open_gui, server.port, "alice")
        await double_click_until_asked(gui, bob)
        await bob.client.accept("alice")
        await asyncio.to_thread(gui.focus, "bob - Duologue")
        gui.type("hi bob")
        gui.key("Return")
        await bob.gets(Said, text="hi bob")
        gui.key("Escape")  # closes the window, so it asks
        await asyncio.to_thread(gui.focus, "Chat with bob")
        gui.key("Return")
        await bob.gets(ChatEnded)
        await asyncio.to_thread(gui.gone, "bob - Duologue")


async def double_click_until_asked(gui: Gui, bob: Person) -> None:
    """On the first row of the list, which comes some moments after the login. Asking twice is asking once."""
    main = gui.focus("alice - Duologue")
    async with asyncio.timeout(BOUND):
        while not any(isinstance(event, ChatRequested) for event in bob.events):
            await asyncio.to_thread(gui.click, main, 700, 85, times=2)


async def test_what_is_typed_at_once_after_a_dialog_is_for_its_window(server: Server, open_gui: OpenGui) -> None:
    async with Person("bob", server.port) as bob:
        gui = await log_in(open_gui, server.port, "alice")
        gui.type_at_once("ctrl+n", "bob", "Return", "typed at once", "Return")
        assert (await bob.gets(MessageFrom)).text == "typed at once"


async def test_what_is_typed_to_find_goes_to_nobody(server: Server, open_gui: OpenGui) -> None:
    async with Person("bob", server.port) as bob:
        gui = await log_in(open_gui, server.port, "alice")
        gui.type_at_once(
            "ctrl+n", "bob", "Return", "ctrl+f", "secret", "Return", "Escape", "ctrl+k", "secret", "Return"
        )
        gui.key("ctrl+a", "BackSpace")
        gui.type("for bob")
        gui.key("Return")
        assert (await bob.gets(MessageFrom)).text == "for bob"


async def test_what_is_typed_from_the_first_moment_is_written(server: Server, open_gui: OpenGui) -> None:
    async with Person("bob", server.port) as bob:
        await bob.client.join("#lobby")
        gui = open_gui(server.port, "--nickname", "user9")
        gui.focus(".*Duologue")
        text = "".join(map(str, range(100)))
        gui.type(text)
        await asyncio.to_thread(gui.window, "user9 - Duologue")
        gui.key("Return")
        assert (await bob.gets(RoomSaid)).text == text


async def test_sigterm_leaves_the_server(server: Server, open_gui: OpenGui) -> None:
    async with Person("carol", server.port) as carol:  # who has not asked for a chat so often yet that it is too often
        gui = await log_in(open_gui, server.port, "user7")
        await carol.client.ask("user7")
        await asyncio.to_thread(gui.window, "carol wants to chat")
        gui.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(gui.wait) == (128 + signal.SIGTERM, "")
        await carol.gets(RequestAnswered)


async def test_the_keyboard_quits(server: Server, open_gui: OpenGui) -> None:
    gui = await log_in(open_gui, server.port, "alice")
    gui.key("ctrl+q")
    assert await asyncio.to_thread(gui.wait) == (0, "")


def start_without(tmp_path: Path, port: int, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "client.py", "127.0.0.1", str(port), "--gui", "--nickname", "alice"]
    everything = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), **environ}
    return subprocess.run(command, cwd=ROOT, env=everything, capture_output=True, text=True, timeout=BOUND, check=False)


def test_no_tkinter_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "tkinter.py").write_text("raise ImportError('no module named _tkinter')")
    done = start_without(tmp_path, 1, PYTHONPATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert "apt install python3-tk" in done.stderr
    assert done.stderr.count("\n") == 1


def test_no_display_is_one_line(tmp_path: Path) -> None:
    pytest.importorskip("tkinter")
    done = start_without(tmp_path, 1)
    assert (done.returncode, done.stdout) == (1, "")
    assert "There is no display" in done.stderr
    assert done.stderr.count("\n") == 1
