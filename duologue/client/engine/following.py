"""Following in one session: what is said by and to the account on other devices, told in the order of the store.

Sans-I/O. Rules of docs/protocol.md, section 14.
"""

from __future__ import annotations

from duologue.client.engine.memory import Memory
from duologue.client.engine.receiving import Receiving
from duologue.client.events import Happening, MessageKept, SaidElsewhere
from duologue.core.commands.chat import Ping
from duologue.core.commands.devices import Follow
from duologue.core.events.devices import ConversationsEnded, Cursor, Feed, Following, Kept
from duologue.core.room_rules import is_room
from duologue.protocols.native.commands import encode_command, encode_ping

ALL_STREAMS = "*"
"""Acknowledges all that waited for the account, up to a number of the store (14.4)."""


class FollowingSession:
    """What is due to be sent is added to `to_chat` and `to_check`. Each method about an event returns the events to
    report.
    """

    def __init__(self, memory: Memory, received: Receiving, to_chat: bytearray, to_check: bytearray) -> None:
        self._memory = memory
        self._received = received
        self._to_chat = to_chat
        self._to_check = to_check
        self._anew: int | None = None

    def begin(self) -> None:
        """Follow, if we have named a device: from the cursor on, if this program has one."""
        others = self._memory.others
        if others.device:
            self._to_chat += encode_command(Follow(others.cursor))

    def follows(self, event: Following) -> list[Happening]:
        others = self._memory.others
        if event.feed is Feed.OFF:  # where no history is kept an account has one session, which is pushed its letters
            others.device = ""
            return [event]
        others.cursor = event.number
        if event.feed is Feed.ANEW:
            self._anew = event.number
        return [event]

    def has_list(self, event: ConversationsEnded) -> list[Happening]:
        """What waited has arrived, once the list says so: it is read from there."""
        if self._anew is not None:
            self._to_check += encode_ping(Ping(self._anew, ALL_STREAMS))
            self._anew = None
        return [event]

    def told_up_to(self, event: Cursor) -> list[Happening]:
        self._memory.others.cursor = event.number
        return [event]

    def kept(self, event: Kept) -> list[Happening]:
        """Report a message once; what we have said here is known already, and rooms tell of themselves."""
        others = self._memory.others
        if is_room(event.conversation):
            return []
        if event.sender == self._memory.account:
            if not others.is_news(event.stream, event.position):
                return []
            return [SaidElsewhere(event.conversation, event.sender, event.at, event.number, event.text)]
        others.partner_speaks_in(event.stream)
        if not self._received.arrives(event.sender, event.stream, event.position):
            return []
        return [MessageKept(event.sender, event.at, event.stream, event.position, event.text, event.number)]
