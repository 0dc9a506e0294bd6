"""Chats, letters and mailboxes in memory, as `--history off` has them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from duologue.server.storage.backlog import Backlog
from duologue.server.storage.base import StreamProgress
from duologue.server.storage.held_lines import HeldLines


@dataclass(slots=True, eq=False)
class HeldStream:
    name: str
    backlog: Backlog
    recipient: str
    received: int = 0
    held: HeldLines = field(default_factory=HeldLines)

    @property
    def sender(self) -> str:
        return self.backlog.sender

    @property
    def unreceived(self) -> int:
        return max(0, self.held.last - self.received)

    @property
    def progress(self) -> StreamProgress:
        return StreamProgress(self.name, self.sender, self.recipient, self.received, self.received)


@dataclass(slots=True, eq=False)
class HeldChat:
    """A chat. `reason` is None while it is live; `gone` are those of the two whose account has gone since then, while
    somebody else has the name.
    """

    id: str
    asker: str
    target: str
    reason: str | None = None
    streams: list[HeldStream] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)

    def said_by(self, sender: str, stream: str | None = None) -> HeldStream | None:
        """Return the stream of this name, or the last."""
        mine = (one for one in reversed(self.streams) if one.sender == sender and stream in (None, one.name))
        return next(mine, None)

    def partner_of(self, nickname: str) -> str:
        return self.target if nickname == self.asker else self.asker


@dataclass(slots=True, eq=False)
class HeldMailbox:
    """The messages that wait for one person: by number of arrival, a stream and the first and last
    message that came.
    """

    arrivals: dict[int, tuple[HeldStream, int, int]] = field(default_factory=dict)


class Unheard(NamedTuple):
    """The answer to a sender whom the recipient has blocked, for a stream in which `last` was their last message."""

    progress: StreamProgress
    last: int


class UnreceivedReplay:
    """A replay from memory."""

    def __init__(self, held: HeldLines, after: int) -> None:
        self._held = held
        self._after = after

    async def read(self, limit_bytes: int) -> tuple[bytes, int]:
        lines: list[bytes] = []
        size, start = 0, self._after
        while size < limit_bytes and (part := self._held.part(self._after, limit_bytes - size, limit_bytes)):
            lines.append(part.lines)
            size += len(part.lines)
            self._after = part.first + part.messages - 1
        return b"".join(lines), self._after - start
