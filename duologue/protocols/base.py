"""The table of front doors: every protocol that this server can speak. A new one is a file here and a row below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from duologue.protocols.legacy.desktop_lines import DesktopLinesCodec
from duologue.protocols.legacy.nickname_lines import NicknameLinesCodec
from duologue.protocols.legacy.plain_lines import PlainLinesCodec
from duologue.protocols.legacy.rooms_json import RoomsJsonCodec
from duologue.protocols.legacy.simplechat import SimpleChat, is_simplechat
from duologue.protocols.native.codec import NativeCodec
from duologue.protocols.web.codec import Site, WebCodec

Clock = Callable[[], str]
"""Returns the time of day, as HH:MM:SS."""
IsHere = Callable[[str], bool]
"""Tells whether somebody who is shown by this name is here."""
UnframedCodec = RoomsJsonCodec | PlainLinesCodec | NicknameLinesCodec | DesktopLinesCodec


@dataclass(frozen=True, slots=True)
class NativeDoor:
    """The native front door. `make` gives the codec of one new socket; `port_setting` names the field of Settings with
    the port.
    """

    name: str
    port_setting: str
    make: Callable[[], NativeCodec]


@dataclass(frozen=True, slots=True)
class WebDoor:
    """The front door for browsers. `make` is given the site that answers their HTTP requests."""

    name: str
    port_setting: str
    make: Callable[[Site], WebCodec]


@dataclass(frozen=True, slots=True)
class GuestDoor:
    """A front door without accounts: everybody is a guest. One read of such a client is one message."""

    name: str
    port_setting: str
    make: Callable[[Clock, IsHere], UnframedCodec]


@dataclass(frozen=True, slots=True)
class SharedDoor:
    """A front door at the port of another. `recognises` tells its clients from the other's by their first bytes, and
    returns None where it is too early. `make` gives what all of its sockets have in common.
    """

    name: str
    port_setting: str
    recognises: Callable[[bytes], bool | None]
    make: Callable[[], SimpleChat]


OwnDoor = NativeDoor | WebDoor | GuestDoor
"""A front door with a port of its own."""
FrontDoor = OwnDoor | SharedDoor

FRONT_DOORS: dict[str, FrontDoor] = {
    door.name: door
    for door in (
        NativeDoor("native", "port", NativeCodec),
        SharedDoor("simplechat", "port", is_simplechat, SimpleChat),
        WebDoor("web", "web_port", WebCodec),
        GuestDoor("rooms_json", "rooms_json_port", RoomsJsonCodec),
        GuestDoor("plain_lines", "plain_lines_port", lambda clock, _: PlainLinesCodec(clock)),
        GuestDoor("nickname_lines", "nickname_lines_port", lambda clock, _: NicknameLinesCodec(clock)),
        GuestDoor("desktop_lines", "desktop_lines_port", lambda _, is_here: DesktopLinesCodec(is_here)),
    )
}
