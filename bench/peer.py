"""What a server is to the benchmark: how it is started, how its clients log in, and what a message is on its wire."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ANY = 1 << 30
"""No limit that a workload would reach."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server is to run: an empty folder and a free port. `options` are for ours only."""

    folder: Path
    port: int
    certificate: Path
    """A PEM file with the key and the chain."""
    options: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Peer:
    """`{text}` and `{size}` stand in `message` and `room_message` for the text and its length in bytes.

    `like` is whose measurements it takes part in. `longest` is the most text in a message.
    """

    name: str
    like: str
    command: Callable[[Place], list[str]]
    enter: Sequence[str]
    message: str
    pair: Sequence[str] = ()
    room: Sequence[str] = ()
    room_message: str = ""
    goodbye: str = ""
    longest: int = ANY
    widest: int = ANY
    """The most messages that each pair has in flight, where a workload asks for more."""
    tls: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    stores: bool = False
    """Whether a message counts when it is synced to disk, and not when it has arrived."""
    all_at_once: bool = False
    """Whether clients log in all at once: InspIRCd looks only once a second at who waits."""


def line(template: str, size: int) -> str:
    """One message of `size` bytes of text, as load.c takes it."""
    return template.replace("{text}", "^" + "x" * (size - 1)).replace("{size}", str(size))
