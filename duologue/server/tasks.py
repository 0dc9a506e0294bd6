"""Work that waits for the store or for a thread: begun from the loop, and finished there later."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine

from duologue.server.session import Connection, Hold, Session
from duologue.server.storage.base import StoreError

log = logging.getLogger(__name__)

Work = Coroutine[None, None, None]


class Tasks:
    """The running tasks. A task that meets a failed store ends with a record in the log, as everybody has been told of
    that.
    """

    def __init__(self) -> None:
        self.running: set[asyncio.Task[None]] = set()
        self._readings: dict[Session, asyncio.Task[None]] = {}

    def run(self, work: Work) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(_logged(work))
        self.running.add(task)
        task.add_done_callback(self.running.discard)
        return task

    def answer(self, connection: Connection, work: Work) -> None:
        """Run the work of a question that came on `connection`, which is not read from until it is answered."""
        connection.hold(Hold.RECALL)
        self.run(_answered(connection, work))

    def read(self, session: Session, work: Work) -> None:
        """Run the work of a question on the chat socket that changes nothing: `left` gives it up."""
        session.chat_socket.hold(Hold.RECALL)
        task = self._readings[session] = self.run(_answered(session.chat_socket, work))
        task.add_done_callback(lambda _: self._read(session, task))

    def left(self, session: Session) -> None:
        """Give up what `session` has asked: nobody waits for it."""
        task = self._readings.get(session)
        if task:
            # Not before it has begun: what it was given to wait for would never be waited for, and Python complain.
            asyncio.get_running_loop().call_soon(task.cancel)

    def _read(self, session: Session, task: asyncio.Task[None]) -> None:
        if self._readings.get(session) is task:
            del self._readings[session]


async def _answered(connection: Connection, work: Work) -> None:
    try:
        await work
    finally:
        connection.release(Hold.RECALL)


async def _logged(work: Work) -> None:
    try:
        await work
    except StoreError as error:
        log.error("store not asked", extra={"reason": str(error)})
