"""What the hub asks of its fellow servers, and the smallest that works: there are none."""

from __future__ import annotations

from typing import Protocol

from duologue.core.events import Event


class Cluster(Protocol):
    """The other servers that this one shares its users with. Called on the event loop, so it MUST NOT block."""

    def arrived(self, nickname: str) -> None:
        """`nickname` is logged in here from now on."""

    def left(self, nickname: str) -> None:
        """`nickname` is not here any more."""

    def tell(self, nickname: str, event: Event) -> None:
        """Pass `event` to somebody who is not connected here."""


class OneNode:
    """A server on its own: whoever is not connected here is not connected."""

    def arrived(self, nickname: str) -> None:
        pass

    def left(self, nickname: str) -> None:
        pass

    def tell(self, nickname: str, event: Event) -> None:
        pass
