"""Who does not read what they are sent is not read from: their commands would bring more answers.

Nothing is dropped: what is not read stays in the sender's own queue, and memory here does not grow.
"""

from __future__ import annotations

from collections.abc import Callable

from duologue.core.events.chat import Disconnected
from duologue.core.limits import Limits
from duologue.core.requests import ChatEnd
from duologue.server.session import Client, Hold, Link

STALLED = Disconnected("stalled", "You did not read what was sent to you.")


class Backpressure:
    """`end_stalled` ends the session of a client whose queue has not moved for `write_stall` seconds.

    `filled` hears of each client whose queue is full now, `emptied` when it is not any more.
    """

    def __init__(
        self,
        limits: Limits,
        *,
        time: Callable[[], float],
        end_stalled: Callable[[Client, ChatEnd, Disconnected], None],
        filled: Callable[[Client], None],
        emptied: Callable[[Client], None],
    ) -> None:
        self._limits = limits
        self._time = time
        self._end_stalled = end_stalled
        self._filled = filled
        self._emptied = emptied
        self._full: dict[Link, tuple[float, int]] = {}

    def congested(self, link: Link) -> None:
        """The send queue of `link` is full. What would bring more answers is not read, logged in or not."""
        self._full[link] = (self._time(), link.queued())
        for source in _answered_on(link):
            source.hold(Hold.OWN_QUEUE)
        if link.client:
            self._filled(link.client)

    def drained(self, link: Link) -> None:
        self._full.pop(link, None)
        client = link.client
        if client is None:
            link.release(Hold.OWN_QUEUE)
        elif not self.is_full(client):
            client.check_socket.release(Hold.OWN_QUEUE)
            if not self.is_full(client):  # what waited there may have filled it again
                client.chat_socket.release(Hold.OWN_QUEUE)
            self._emptied(client)

    @property
    def some_are_full(self) -> bool:
        """Is there anybody at all whose queue is full?"""
        return bool(self._full)

    def is_full(self, client: Client) -> bool:
        return bool(self._full) and any(link in self._full for link in client.sockets)

    def forget(self, link: Link) -> None:
        self._full.pop(link, None)

    def sweep(self, now: float) -> None:
        """A queue that shrinks is slow, and may be; one that does not is stalled."""
        for link, (since, queued) in [*self._full.items()]:
            if link.queued() < queued:
                self._full[link] = (now, link.queued())
            elif now - since >= self._limits.write_stall and link.client:
                self._end_stalled(link.client, ChatEnd.LOST, STALLED)


def _answered_on(link: Link) -> set[Link]:
    """The sockets on which something is said that is answered on `link`."""
    client = link.client
    if client is None:
        return {link}
    return {client.chat_socket, link} if link is client.check_socket else {client.chat_socket}
