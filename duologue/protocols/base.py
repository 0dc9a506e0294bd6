"""The table of front doors: every protocol that this server can speak. A new one is a file here and a row below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from duologue.protocols.desktop_lines import DesktopLinesSocket
from duologue.protocols.native import NativeSocket
from duologue.protocols.nickname_lines import NicknameLinesSocket
from duologue.protocols.plain_lines import PlainLinesSocket
from duologue.protocols.rooms_json import RoomsJsonSocket

Clock = Callable[[], str]
"""The time of day, as HH:MM:SS."""
UnframedSocket = RoomsJsonSocket | PlainLinesSocket | NicknameLinesSocket | DesktopLinesSocket


@dataclass(frozen=True, slots=True)
class NativeDoor:
    """`make` gives the sans-I/O end of one new socket; `port_setting` names the field of Settings with the port."""

    name: str
    port_setting: str
    make: Callable[[], NativeSocket]


@dataclass(frozen=True, slots=True)
class GuestDoor:
    """The same, where nobody has an account: everybody is a guest. One read of such a client is one message to it."""

    name: str
    port_setting: str
    make: Callable[[Clock], UnframedSocket]


FrontDoor = NativeDoor | GuestDoor

FRONT_DOORS: dict[str, FrontDoor] = {
    door.name: door
    for door in (
        NativeDoor("native", "port", NativeSocket),
        GuestDoor("rooms_json", "rooms_json_port", RoomsJsonSocket),
        GuestDoor("plain_lines", "plain_lines_port", PlainLinesSocket),
        GuestDoor("nickname_lines", "nickname_lines_port", NicknameLinesSocket),
        GuestDoor("desktop_lines", "desktop_lines_port", DesktopLinesSocket),
    )
}
