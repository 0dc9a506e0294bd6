"""Threads for blocking work, shared fairly: everybody's first question is worked on before anybody's second."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeVar

from duologue.core.fair_queue import FairQueue

T = TypeVar("T")


class PoolFull(Exception):
    """Raised when so much work waits already that no more is taken."""


@dataclass(slots=True, eq=False)
class _Job:
    work: Callable[[], Any]
    answer: asyncio.Future[Any] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class FairPool:
    """A pool of `workers` threads; `most_waiting` bounds the memory that waiting work can cost.

    Work whose asker has gone is not begun any more. Work that has begun goes on in its thread, so work that can be long
    has to check for itself whether it is still wanted.
    """

    def __init__(self, workers: int, name: str, most_waiting: int) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._free = workers
        self._queue: FairQueue[_Job] = FairQueue()
        self._most_waiting = most_waiting

    async def run(self, work: Callable[[], T], *keys: Hashable) -> T:
        """Return what `work` returns, or raise what it raises, done in a thread when it is the turn of these keys
        (core/fair_queue.py).

        Raises PoolFull, and RuntimeError once the pool is closed.
        """
        if len(self._queue) >= self._most_waiting:
            raise PoolFull(f"{self._most_waiting} wait already; try again in a moment")
        job = _Job(work)
        place = self._queue.put(job, *keys)
        self._begin()
        try:
            result: T = await job.answer
        finally:
            self._queue.leave(place)
        return result

    def close(self, *, wait: bool = False) -> None:
        """Begin no more work; with `wait`, block until what has begun has ended."""
        self._threads.shutdown(wait=wait, cancel_futures=True)

    def _begin(self) -> None:
        while self._free and self._queue:
            job = self._queue.take()
            self._free -= 1
            try:
                done = self._threads.submit(job.work)
            except RuntimeError as error:
                self._free += 1
                job.answer.set_exception(error)
                continue
            done.add_done_callback(lambda done, job=job: self._ended_in_thread(job, done))  # type: ignore[misc]

    def _ended_in_thread(self, job: _Job, done: Future[Any]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            job.answer.get_loop().call_soon_threadsafe(self._ended, job, done)

    def _ended(self, job: _Job, done: Future[Any]) -> None:
        self._free += 1
        if not job.answer.done():  # its asker may have gone meanwhile
            if done.cancelled():
                job.answer.set_exception(RuntimeError("the pool is closed"))
            elif error := done.exception():
                job.answer.set_exception(error)
            else:
                job.answer.set_result(done.result())
        self._begin()
