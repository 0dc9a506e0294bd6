"""The table of front doors: every protocol that this server can speak. A new one is a file here and a row below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from duologue.protocols.native import NativeSocket


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """`make` gives the sans-I/O end of one new socket; `port_setting` names the field of Settings with the port."""

    name: str
    port_setting: str
    make: Callable[[], NativeSocket]


FRONT_DOORS = {door.name: door for door in (FrontDoor("native", "port", NativeSocket),)}
