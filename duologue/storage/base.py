"""What the server asks of a store of messages, and the smallest that works: one that remembers nothing."""

from __future__ import annotations

from typing import Protocol

from duologue.core.chat import Chat, Stream


class Store(Protocol):
    """Keeps the messages of chats. Called on the event loop, so it MUST NOT block."""

    def append(self, chat: Chat, sender: str, lines: bytes, count: int) -> None:
        """Take `count` message lines as they came from `sender`; they follow the ones that it took before."""

    def stored(self, stream: Stream) -> int:
        """Up to which message of `stream` the server answers, so that its sender may forget."""


class RemembersNothing:
    """`--history off`: the server answers for a message when the partner holds it, and keeps no copy."""

    def append(self, chat: Chat, sender: str, lines: bytes, count: int) -> None:
        pass

    def stored(self, stream: Stream) -> int:
        return stream.received
