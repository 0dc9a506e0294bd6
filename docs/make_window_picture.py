"""Draws docs/window.png: a real server, and the desktop client's windows on a virtual display. `make picture`; needs
Xvfb, and `import` of ImageMagick.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
import tkinter
from pathlib import Path

from duologue.client.api import connect
from duologue.core.events.chat import Said
from tests.terminal.programs import running
from tests.window.desktop import Desktop
from tests.window.display import virtual_display

PICTURE = Path(__file__).with_name("window.png")
SIZE = "900x660"


async def play(desktop: Desktop, port: int) -> None:
    """The conversation of the picture; alice's windows are what it shows."""
    await desktop.shows("alice · online")
    async with (
        connect("bob", port=port) as bob,
        connect("carol", port=port) as carol,
        connect("dave", port=port) as dave,
    ):
        for other in (bob, carol, dave):
            await other.join("#lobby")
        for other, text in (
            (carol, "Has anybody seen the new build?"),
            (dave, "/me is looking at it right now"),
            (bob, "Yes. All green!"),
        ):
            await other.say_in("#lobby", text)
            await desktop.shows(text.removeprefix("/me "))
        await dave.away("back after lunch")
        await desktop.shows("back after lunch")
        desktop.double_click("bob")
        await desktop.has_window("bob")
        await bob.accept("alice")
        await desktop.shows("In a chat with bob")
        desktop.write("bob", "That was quick, thank you.")
        await bob.say("Shall we tell the others?")
        await desktop.shows("tell the others?")
        desktop.write("bob", "After lunch. Noon, the usual place?")
        async for event in bob:
            if isinstance(event, Said) and "Noon" in event.text:
                break
        await bob.say("Noon it is.")
        await carol.write("alice", "Can you have a look at my draft?")
        await desktop.shows("carol  (1)")
        _arrange(desktop)
        _photograph()


def _arrange(desktop: Desktop) -> None:
    desktop.root.geometry(f"{SIZE}+0+0")
    desktop.window("bob").geometry("520x380+40+265")
    desktop.root.update()
    desktop.window("bob").lift()
    desktop.root.update()


def _photograph() -> None:
    subprocess.run(["import", "-window", "root", "-crop", f"{SIZE}+0+0", "+repage", PICTURE], check=True)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, virtual_display() as name, running(Path(folder)) as server:
        os.environ["DISPLAY"] = name
        desktop = Desktop(tkinter.Tk(className="Duologue"), server.port, "alice")
        try:
            asyncio.run(play(desktop, server.port))
        finally:
            desktop.close()


if __name__ == "__main__":
    main()
