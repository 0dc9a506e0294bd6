"""Work that waits for the store or for a thread: begun from the loop, and finished there later."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine

from duologue.link import Hold, Link
from duologue.storage.base import StoreError

log = logging.getLogger(__name__)

Work = Coroutine[None, None, None]


class Errands:
    """What is on the way. A store that fails ends an errand with a record in the log: it has been told to all."""

    def __init__(self) -> None:
        self.running: set[asyncio.Task[None]] = set()

    def run(self, work: Work) -> None:
        task = asyncio.get_running_loop().create_task(_logged(work))
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    def answer(self, link: Link, work: Work) -> None:
        """The same, of a question that came on `link`, which is not read from until it is answered."""
        link.hold(Hold.RECALL)
        self.run(_answered(link, work))


async def _answered(link: Link, work: Work) -> None:
    try:
        await work
    finally:
        link.release(Hold.RECALL)


async def _logged(work: Work) -> None:
    try:
        await work
    except StoreError as error:
        log.error("store not asked", extra={"reason": str(error)})
