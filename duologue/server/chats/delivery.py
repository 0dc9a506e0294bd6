"""Delivery in a chat: from socket to socket, or from the store for a recipient who is behind.

A reader that is slow, or comes back, is handed what is missing from the store and goes live again when nothing is. The
sender does not wait for it, but for the commit of the last few ms before it goes live; memory holds no more than one
send queue.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from duologue.core.costs import MESSAGE
from duologue.core.events.chat import Refused, StreamBegins
from duologue.core.requests import Chat
from duologue.core.streams import Direction, Stream
from duologue.protocols.native.wire import encode_message
from duologue.server.backpressure import Backpressure
from duologue.server.chats.bookkeeping import Bookkeeping
from duologue.server.chats.relay import Relay
from duologue.server.chats.rest import Rests
from duologue.server.metering import Metering
from duologue.server.session import Hold, Session
from duologue.server.storage.base import Replay, Store, StoreError

log = logging.getLogger(__name__)

PUT_BY_BYTES = 64 * 1024
"""Bytes that one person may say in a chat while nothing can be stored: pages from a person, who can give commands
meanwhile. Somebody who says more is not read from until messages can be stored.
"""

_LINE_OVERHEAD = 41
"""The memory that a line costs besides its bytes, in CPython 3.11."""


def nowhere(_: bytes) -> None:
    """Drop messages that are in the store and will be read from there."""


UNKEPT = Refused(
    "disk_full",
    "The server's disk is nearly full. What you say in this chat waits unsaid until there is room, and is then sent.",
)


class Flow:
    """One direction of a chat at work. It is either live or behind; without a recipient it is behind."""

    def __init__(
        self,
        chat: Chat,
        direction: Direction,
        *,
        store: Store,
        backpressure: Backpressure,
        page: int,
        rests: Rests,
        taken: Callable[[int], None],
        handed: Callable[[Session], None],
        can_keep: Callable[[], bool],
    ) -> None:
        self._rests = rests
        self._can_keep = can_keep
        self._put_by: list[bytes] = []
        self._put_by_size = 0
        self.direction = direction
        self._taken = taken
        self._handed = handed
        self._hand_over: Callable[[bytes], None] = nowhere
        self._chat = chat
        self._store = store
        self._backpressure = backpressure
        self._page = page
        self._sender: Session | None = None
        self._recipient: Session | None = None
        self._relay: Relay | None = None
        self.is_live = False
        """Whether messages go straight to the recipient."""
        self._replay: Replay | None = None
        self._pushing: asyncio.Task[None] | None = None

    # Taking part

    def sender_joins(self, session: Session, relay: Relay) -> None:
        self._sender, self._relay = session, relay
        relay.send = self._destination()
        self._listen(session, relay)

    def _listen(self, session: Session, relay: Relay) -> None:
        """Read the sender's input through `relay`; while nothing can be stored, messages come as commands and are put
        by.
        """
        session.chat_socket.receive_through(relay.reader if self._can_keep() else None)

    def sender_leaves(self) -> None:
        if self._relay:
            self._relay.settle_in_order()  # the store may be closed next
        self._put_by, self._put_by_size = [], 0
        if self._sender:
            self._sender.chat_socket.release(Hold.DISK)
            self._sender.chat_socket.release(Hold.CATCHING_UP)
            self._sender.chat_socket.receive_through(None)
        self._sender = self._relay = None

    def recipient_joins(self, session: Session) -> None:
        self._recipient = session
        session.handed.begins(self.direction)
        self._hand_over = session.chat_socket.heard_on.messages_from(self.direction.sender, self._taken)
        self.push()

    def recipient_leaves(self) -> None:
        self.fall_behind()
        self._stop_pushing()
        if self._recipient:
            self._recipient.handed.ends()
        self._recipient = None

    def say(self, line: bytes) -> None:
        """Take a message that came among commands."""
        assert self._relay
        if self._can_keep():
            self._relay.pass_on(line, 1)
        else:
            self._put(line)

    # While the disk is nearly full

    def _put(self, line: bytes) -> None:
        """Put a message by, neither passed on nor counted, so its sender keeps it; it goes on, in order, as soon as it
        can be stored.
        """
        assert self._sender
        if not self._put_by:
            self._sender.tell(UNKEPT)
        self._put_by.append(line)
        self._put_by_size += len(line) + _LINE_OVERHEAD
        if self._put_by_size > PUT_BY_BYTES:
            self._sender.chat_socket.hold(Hold.DISK)

    def can_keep_changed(self) -> None:
        if self._sender is None or self._relay is None:
            return
        self._listen(self._sender, self._relay)
        if self._can_keep() and self._put_by:
            lines, self._put_by, self._put_by_size = self._put_by, [], 0
            self._relay.pass_on(b"".join(lines), len(lines))
            self._sender.chat_socket.release(Hold.DISK)

    # Live and behind

    def fall_behind(self) -> None:
        """Serve the recipient, whose queue is full, from the store from now on."""
        if self.is_live:
            self._set_live(False)
            self.direction.now_behind()
            self._redirect()
        self._let_sender_go_on()

    def push(self) -> None:
        """Hand over what is missing, as far as there is room for it; harmless when nothing is, or nobody is there."""
        if self._recipient is None or self.is_live or self._pushing or not self._has_room(self._recipient):
            return
        if self._rests.has_to_wait(self._recipient, self.push):
            return
        if self._is_level(self._recipient):
            self._go_live()
        else:
            self._pushing = asyncio.get_running_loop().create_task(self._push(self._recipient))

    def _has_room(self, recipient: Session) -> bool:
        return not self._backpressure.is_queue_full(recipient.chat_socket.heard_on)

    def _is_level(self, recipient: Session) -> bool:
        direction = self.direction
        if self._relay:
            self._relay.settle_in_order()  # what is missing is read from the store
        while direction.is_at_end:
            self._replay = None
            handed = direction.pushed
            direction.next_stream(by_device=bool(recipient.device))
            recipient.handed.next_stream(direction, handed)
            self.announce(recipient)
        return direction.is_level

    def announce(self, recipient: Session) -> None:
        """Tell the recipient which stream follows, and from which number on."""
        direction = self.direction
        recipient.tell(StreamBegins(direction.sender, direction.at.name, direction.pushed + 1))

    async def _push(self, recipient: Session) -> None:
        try:
            while self._has_room(recipient):
                if self._is_level(recipient):
                    self._go_live()
                    return
                if not await self._push_page(recipient):
                    return
        except StoreError as error:
            log.error("messages not read", extra={"chat": self._chat.id, "reason": str(error)})
        finally:
            if self._pushing is asyncio.current_task():
                self._pushing = None

    async def _push_page(self, recipient: Session) -> bool:
        """Hand over one page; return False if there is no more to read until the store has committed more."""
        direction = self.direction
        if self._replay is None:
            self._replay = self._store.replay(self._chat.id, direction.sender, direction.at.name, direction.pushed)
        lines, count = await self._replay.read(self._page)
        if count:
            self._hand_over(lines)
            direction.pushed += count
            self._handed(recipient)
        elif direction.at.stored <= direction.pushed:
            self._await_commit()
            return False
        return True

    def _await_commit(self) -> None:
        """Let the sender wait for the commit of the last few ms, which is all that is missing; meanwhile the recipient
        goes live.
        """
        direction = self.direction
        is_near = direction.at is direction.current and direction.pushed < direction.current.sent
        if self._sender and self._recipient and is_near and self._has_room(self._recipient):
            self._sender.chat_socket.hold(Hold.CATCHING_UP)

    def _go_live(self) -> None:
        self._set_live(True)
        self._replay = None
        self._redirect()
        self._let_sender_go_on()

    def _set_live(self, is_live: bool) -> None:
        self.is_live = is_live
        if self._recipient:
            self._recipient.handed.is_live = is_live
            if is_live:
                self._handed(self._recipient)

    def _redirect(self) -> None:
        if self._relay:
            self._relay.send = self._destination()

    def _destination(self) -> Callable[[bytes], None]:
        return self._hand_over if self.is_live else nowhere

    def _let_sender_go_on(self) -> None:
        if self._sender:
            self._sender.chat_socket.release(Hold.CATCHING_UP)

    def late(self, stream: Stream, pushed: int) -> None:
        """Have the recipient handed what follows message `pushed` of an older stream, though it is further."""
        if self._recipient and self._recipient.device:
            return  # its feed tells that, which may have earlier ones of the stream still to tell
        self.fall_behind()
        handed = self.direction.pushed
        if self.direction.go_back(stream, pushed):
            self._stop_pushing()
            if self._recipient:
                self._recipient.handed.next_stream(self.direction, handed)
                self.announce(self._recipient)

    def begin(self) -> None:
        """Note that the sender has begun a new stream: what is live belongs to the one before."""
        self.fall_behind()
        self.push()

    def _stop_pushing(self) -> None:
        if self._pushing:
            self._pushing.cancel()
        self._pushing = self._replay = None


class Delivery:
    """The flows of all chats that somebody takes part in. `keeper` gives what stores the messages of somebody in one.

    `taken` is told, of a chat and a sender in it, how many more messages have reached a partner whose client does not
    say so, and `handed` who has been handed more from the store.
    """

    def __init__(
        self,
        store: Store,
        backpressure: Backpressure,
        metering: Metering,
        rests: Rests,
        bookkeeping: Bookkeeping,
        *,
        page: int,
        keeper: Callable[[str, str], Callable[[bytes, int], None]],
        taken: Callable[[Chat, str, int], None],
        handed: Callable[[Session], None],
    ) -> None:
        self._store = store
        self._backpressure = backpressure
        self._metering = metering
        self._rests = rests
        self._bookkeeping = bookkeeping
        self._page = page
        self._keeper = keeper
        self._taken = taken
        self._handed = handed
        self._can_keep = True
        self._flows: dict[tuple[str, str], Flow] = {}

    def join(self, chat: Chat, session: Session) -> None:
        """Let `session` take part from now on."""
        session.chat = chat
        session.speaks_in(chat.says(session.nickname).current.name)
        relay = self._relay(chat, session)
        self._flow(chat, session.nickname).sender_joins(session, relay)
        self._flow(chat, chat.partner_of(session.nickname)).recipient_joins(session)

    def rejoin(self, chat: Chat, session: Session, begun: Stream | None) -> None:
        """Let `session` take part again; it sends in the stream `begun`, or in the one of before."""
        if begun:
            self._flow(chat, session.nickname).begin()
        self._flow(chat, chat.partner_of(session.nickname)).announce(session)
        self.join(chat, session)

    def leave(self, chat: Chat, session: Session) -> None:
        session.chat = None
        self._flow(chat, session.nickname).sender_leaves()
        self._flow(chat, chat.partner_of(session.nickname)).recipient_leaves()

    def now_keeps(self, can_keep: bool) -> None:
        """Note whether messages can be stored from now on."""
        self._can_keep = can_keep
        for flow in self._flows.values():
            flow.can_keep_changed()

    def close(self, chat: Chat) -> None:
        for sender in (chat.asker, chat.target):
            self._flows.pop((chat.id, sender), None)

    def say(self, chat: Chat, sender: Session, text: str) -> None:
        """Take a message that came among commands."""
        self._flow(chat, sender.nickname).say(encode_message(text))

    def late(self, chat: Chat, sender: str, stream: Stream, pushed: int) -> None:
        """Note that more of an older stream has come, which is to be counted next; the partner holds up to `pushed`."""
        self._flow(chat, sender).late(stream, pushed)

    def push(self, chat: Chat, sender: str) -> None:
        """Hand the partner what is missing of what `sender` said."""
        self._flow(chat, sender).push()

    def stored(self, chat: str, sender: str) -> None:
        """Note that more messages of `sender` are in the store."""
        flow = self._flows.get((chat, sender))
        if flow and not flow.is_live:
            flow.push()

    def fall_behind(self, session: Session) -> None:
        """Note that the queue of the chat socket of `session` is full."""
        flow = self._to(session)
        if flow:
            flow.fall_behind()

    def drained(self, session: Session) -> None:
        """Note that there is room in it again."""
        flow = self._to(session)
        if flow:
            flow.push()

    def _to(self, session: Session) -> Flow | None:
        return self._flow(session.chat, session.chat.partner_of(session.nickname)) if session.chat else None

    def _flow(self, chat: Chat, sender: str) -> Flow:
        flow = self._flows.get((chat.id, sender))
        if flow is None:
            direction = chat.says(sender)
            flow = Flow(
                chat,
                direction,
                store=self._store,
                backpressure=self._backpressure,
                page=self._page,
                rests=self._rests,
                taken=partial(self._taken, chat, sender),
                handed=self._handed,
                can_keep=lambda: self._can_keep,
            )
            self._flows[chat.id, sender] = flow
        return flow

    def _relay(self, chat: Chat, sender: Session) -> Relay:
        return Relay(
            stream=chat.says(sender.nickname).current,
            hears=chat.hears(sender.nickname),
            send=nowhere,
            keep=self._keeper(chat.id, sender.nickname),
            pay=self._metering.payer(sender.chat_socket, MESSAGE),
            bookkeeping=self._bookkeeping,
        )
