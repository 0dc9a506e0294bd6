"""Defences taken out of the server or the client, one by one: without each of them the checker must find a fault.

A control that finds none says that the checker, or the way it was tried, could not have found one either.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from math import inf
from typing import Any

from duologue.client.engine.receiving import Receiving
from duologue.core.chat_rules import ChatRules
from duologue.core.commands.chat import ResumeChat
from duologue.core.effects import Effect
from duologue.core.streams import Direction, Resumption, Stream
from duologue.server.hub import Hub
from duologue.server.storage import store_file, writer

COMMIT_TAKES = 0.1
"""Seconds by which a commit is late where the acknowledgement does not wait for it."""


def ack_before_commit() -> None:
    """The server answers for a message before it is on the disk."""
    tell = writer.Writer._tell
    commit = writer.commit

    def late(connection: sqlite3.Connection, batch: Any, mailroom: Any) -> Any:
        time.sleep(COMMIT_TAKES)
        return commit(connection, batch, mailroom)

    def write(self: writer.Writer, batch: Any) -> None:
        self._batches.put(batch)
        if not batch.questions:
            tell(self, self._done, batch, [])

    def told(self: writer.Writer, callback: Callable[..., None], *arguments: Any) -> None:
        if callback != self._done or arguments[0].questions:
            tell(self, callback, *arguments)

    writer.commit = late
    writer.Writer.write = write  # type: ignore[method-assign]
    writer.Writer._tell = told  # type: ignore[method-assign]


def no_sync() -> None:
    """A commit returns before the disk has it: `synchronous=NORMAL`."""
    original = store_file.StoreFile.writer

    def without(self: store_file.StoreFile) -> sqlite3.Connection:
        connection = original(self)
        connection.execute("PRAGMA synchronous=NORMAL")
        return connection

    store_file.StoreFile.writer = without  # type: ignore[method-assign]


def no_fencing() -> None:
    """A newer session leaves the older one as it is, and takes the chat though that one holds it."""
    Hub._make_room = lambda *_: None  # type: ignore[method-assign]
    agree = ChatRules.agree

    def without(self: ChatRules, nickname: str, session: int, command: ResumeChat, **how: Any) -> list[Effect]:
        chat = self.of(nickname)
        if chat and chat.holders.pop(nickname, None) is not None:
            chat.away[nickname] = inf
        return agree(self, nickname, session, command, **how)

    ChatRules.agree = without  # type: ignore[method-assign]


def replay_from_the_start() -> None:
    """The server hands a stream over anew, whatever the recipient holds of it."""
    returns = Direction.recipient_returns

    def without(self: Direction, held: Any, *, by_device: bool = False) -> Any:
        news = returns(self, held, by_device=by_device)
        self._at = self.pushed = 0
        return news

    Direction.recipient_returns = without  # type: ignore[method-assign]


def no_duplicate_check() -> None:
    """The client takes whatever comes, under whatever number."""

    def without(self: Receiving, sender: str, stream: str, number: int) -> bool:
        self._unfinished.append((sender, stream, number))
        return True

    Receiving.arrives = without  # type: ignore[method-assign]


def no_count_of_what_came() -> None:
    """The server goes by what the sender knows to be stored, not by what it has itself: that is sent again.

    It takes the recipient's word too, or it would find that more was received than it has counted, and throw them out.
    """

    def without(self: Direction, held: Any) -> Resumption:
        self.current.sent = held.upto if held else 0
        return Resumption(self.current.sent, self.current, is_new=False)

    def trusting(self: Direction, stream: Stream, upto: int) -> bool:
        is_news = upto > stream.received
        stream.received = max(stream.received, upto)
        return is_news

    Direction.sender_returns = without  # type: ignore[method-assign]
    Direction.acknowledge = trusting  # type: ignore[method-assign]


TAKEN_OUT: dict[str, Callable[[], None]] = {
    "ack before commit": ack_before_commit,
    "no sync": no_sync,
    "no fencing": no_fencing,
    "replay from the start": replay_from_the_start,
    "no duplicate check": no_duplicate_check,
    "no count of what came": no_count_of_what_came,
}
