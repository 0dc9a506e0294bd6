"""The table of front doors: every protocol that this server can speak. A new one is a file here and a row below; what
the server does differently for it is a trait of its row, and decided nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from duologue.protocols.legacy.desktop_lines import DesktopLinesCodec
from duologue.protocols.legacy.nickname_lines import NicknameLinesCodec
from duologue.protocols.legacy.plain_lines import PlainLinesCodec
from duologue.protocols.legacy.rooms_json import RoomsJsonCodec
from duologue.protocols.legacy.simplechat import SimpleChat, SimpleChatCodec, is_simplechat
from duologue.protocols.native.codec import NativeCodec
from duologue.protocols.web.codec import Site, WebCodec

Clock = Callable[[], str]
"""The time of day, as HH:MM:SS."""
IsHere = Callable[[str], bool]
"""Whether somebody is here who is shown by this name."""
UnframedCodec = RoomsJsonCodec | PlainLinesCodec | NicknameLinesCodec | DesktopLinesCodec | SimpleChatCodec
ServerCodec = NativeCodec | WebCodec | UnframedCodec


class Framing(Enum):
    """How a message is told from the next one on the wire."""

    LINES = "a line ends with LF"
    HTTP = "requests, and the frames of a WebSocket"
    READS = "one read of the client is one message"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is around the codec of one socket: the peer's address and port, and what a codec may ask of the server."""

    peer: tuple[str, int]
    clock: Clock
    is_here: IsHere
    site: Site | None
    """Answers what is asked by HTTP; None where nothing is."""


Make = Callable[[Surroundings], ServerCodec]
"""Makes the codec of a new socket."""


@dataclass(frozen=True, slots=True)
class FrontDoor:
    """A protocol. `port_setting` names the field of Settings with its port; `begin` is called once for each server, and
    gives what makes the codecs of its sockets.
    """

    name: str
    port_setting: str
    framing: Framing
    begin: Callable[[], Make]
    sockets: int = 1
    """How many each client has."""
    is_for_guests: bool = False
    """Nobody has an account, and clients know no TLS: without --allow-guests it is open to this machine alone."""
    recognises: Callable[[bytes], bool | None] | None = None
    """At the port of another front door: whether these first bytes are of one of its clients, None where it is too
    early to say.
    """


def _begin_simplechat() -> Make:
    chat = SimpleChat()
    return lambda around: chat.socket(*around.peer)


def _begin_web() -> Make:
    def make(around: Surroundings) -> WebCodec:
        assert around.site
        return WebCodec(around.site)

    return make


FRONT_DOORS: dict[str, FrontDoor] = {
    door.name: door
    for door in (
        FrontDoor("native", "port", Framing.LINES, lambda: lambda _: NativeCodec(), sockets=3),
        FrontDoor("simplechat", "port", Framing.READS, _begin_simplechat, sockets=3, recognises=is_simplechat),
        FrontDoor("web", "web_port", Framing.HTTP, _begin_web),
        FrontDoor(
            "rooms_json",
            "rooms_json_port",
            Framing.READS,
            lambda: lambda around: RoomsJsonCodec(around.clock, around.is_here),
            is_for_guests=True,
        ),
        FrontDoor(
            "plain_lines",
            "plain_lines_port",
            Framing.READS,
            lambda: lambda around: PlainLinesCodec(around.clock),
            is_for_guests=True,
        ),
        FrontDoor(
            "nickname_lines",
            "nickname_lines_port",
            Framing.READS,
            lambda: lambda around: NicknameLinesCodec(around.clock),
            is_for_guests=True,
        ),
        FrontDoor(
            "desktop_lines",
            "desktop_lines_port",
            Framing.READS,
            lambda: lambda around: DesktopLinesCodec(around.is_here),
            is_for_guests=True,
        ),
    )
}
