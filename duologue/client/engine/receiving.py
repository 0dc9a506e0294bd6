"""Messages received in one session: identified, checked for repeats, and acknowledged.

Sans-I/O. A message that has arrived is acknowledged when it is finished: when its recipient has dealt with it.
"""

from __future__ import annotations

from collections import deque

from duologue.client.engine.memory import Memory
from duologue.client.engine.memory_store import ChatMemory
from duologue.core.commands.chat import Ping
from duologue.protocols.native.commands import encode_ping


class Receiving:
    """The messages received. Those of a chat carry no number: they are counted from where a stream begins."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._stream = ""
        self._number = 0
        self._arrived: dict[tuple[str, str], int] = {}
        self._unfinished: deque[tuple[str, str, int]] = deque()
        self._news: dict[tuple[str, str], None] = {}

    @property
    def has_news(self) -> bool:
        """Return whether there is something to acknowledge."""
        return bool(self._news)

    def begin(self, stream: str, first: int) -> None:
        """Number what the partner says from here on as the messages `first`, `first` + 1, … of `stream`."""
        self._stream, self._number = stream, first - 1

    def arrives_in_chat(self, partner: str) -> bool:
        """Note the next message. Return False if we have had it."""
        self._number += 1
        return self.arrives(partner, self._stream, self._number)

    def arrives(self, sender: str, stream: str, number: int) -> bool:
        """Note a message. Return False if we have had it."""
        key = (sender, stream)
        if number <= self._arrived.get(key, self._memory.received(*key)):
            self._news[key] = None  # our acknowledgement was lost: it is sent again
            return False
        self._arrived[key] = number
        self._unfinished.append((*key, number))
        return True

    def finished(self, live: ChatMemory | None) -> None:
        """Finish the oldest message that is not finished: it never comes again, even after a kill."""
        sender, stream, number = self._unfinished.popleft()
        self._memory.receive(sender, stream, number)
        self._news[sender, stream] = None
        if live and stream.startswith(f"{live.id}."):
            self._memory.hear(live, stream)

    def pings(self, live: ChatMemory | None) -> bytes:
        """Return lines that acknowledge all that is finished; without news, a sign of life."""
        news, self._news = self._news, {}
        if news:
            return b"".join(encode_ping(Ping(self._memory.received(*key), key[1])) for key in news)
        if live is None:
            return encode_ping(Ping(0))
        return encode_ping(Ping(self._memory.received(live.partner, self._stream), self._stream))
