"""What a client knows, while it runs, of the other devices of its account: how far it was told what they say, and which
chat one of them holds.
"""

from __future__ import annotations

from dataclasses import dataclass

from duologue.core.streams import chat_of

MOST_OWN_STREAMS = 1000
"""Streams of the account that are remembered, said here or elsewhere: what a server tells twice is far newer."""


@dataclass(slots=True)
class ChatOfOthers:
    """A chat with `partner` that another device holds, or with `is_free` none any more: it can be taken."""

    partner: str
    id: str
    is_free: bool = False


class OtherDevices:
    """`device` is the name under which we have logged in, "" without one: then nothing is known of others.

    `cursor` is the number up to which all has been told, `chat` the chat that is on elsewhere.
    """

    def __init__(self) -> None:
        self.device = ""
        self.cursor: int | None = None
        self.chat: ChatOfOthers | None = None
        self._spoken: dict[str, None] = {}
        self._told: dict[str, int] = {}
        self._stream = ""

    def speaks_in(self, stream: str) -> None:
        """Note a stream in which this device speaks."""
        self._spoken.pop(stream, None)
        self._spoken[stream] = None
        if len(self._spoken) > MOST_OWN_STREAMS:
            del self._spoken[next(iter(self._spoken))]

    def is_news(self, stream: str, position: int) -> bool:
        """Note a message of our account. Return whether it was said elsewhere, and is told for the first time."""
        if stream in self._spoken or position <= self._told.get(stream, 0):
            return False
        self._told.pop(stream, None)
        self._told[stream] = position
        if len(self._told) > MOST_OWN_STREAMS:
            del self._told[next(iter(self._told))]
        return True

    def ended(self, chat: str) -> None:
        """Note that a chat is over."""
        if self.chat and self.chat.id == chat:
            self.chat = None

    def partner_speaks_in(self, stream: str) -> None:
        """Note the stream of somebody else's message: if it is the chat's, that is where it goes on."""
        self._stream = stream

    def stream_of(self, chat: str) -> str:
        """Return the stream in which the partner was last heard in this chat, "" if that was in none."""
        return self._stream if chat_of(self._stream) == chat else ""
