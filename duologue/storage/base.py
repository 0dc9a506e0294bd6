"""What the server asks of a store of messages, and the smallest that works: one that remembers nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from duologue.core.chat import Chat, ChatEnd


class Stored(NamedTuple):
    """The store answers for the messages 1 to `upto` that `sender` sent in `chat`, so their sender may forget them."""

    chat: str
    sender: str
    upto: int


Report = Callable[[Sequence[Stored]], None]


class Store(Protocol):
    """Keeps the messages of chats. Called on the event loop, so nothing here blocks."""

    def chat_started(self, chat: Chat) -> None: ...

    def chat_ended(self, chat: Chat, reason: ChatEnd) -> None: ...

    def append(self, chat: str, sender: str, lines: bytes, count: int) -> None:
        """Take `count` message lines as they came from `sender`; they follow the ones that came before in this chat."""

    def received(self, chat: str, sender: str, upto: int) -> None:
        """The partner holds the messages 1 to `upto` of `sender`."""

    async def close(self) -> None:
        """Keep all that was given, then let go."""


class RemembersNothing:
    """`--history off`: answers for a message when the partner holds it, and keeps no copy. `report` is told so."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def chat_started(self, chat: Chat) -> None:
        pass

    def chat_ended(self, chat: Chat, reason: ChatEnd) -> None:
        pass

    def append(self, chat: str, sender: str, lines: bytes, count: int) -> None:
        pass

    def received(self, chat: str, sender: str, upto: int) -> None:
        self._report([Stored(chat, sender, upto)])

    async def close(self) -> None:
        pass
