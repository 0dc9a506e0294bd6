"""Plays a part piece by piece, from where it stopped, and keeps the sum after each."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable

from duologue.server.cli import new_event_loop
from tests.faults.long.checkout import State
from tests.faults.long.ledger import Ledger, Sum
from tests.faults.long.part import Figures, Part
from tests.faults.long.workshop import Workshop


class ChangedMeanwhileError(Exception):
    """The code is no longer the one that this run began with."""


LONGEST_ERROR = 2000
"""Characters that are kept of what a piece broke with."""

Look = Callable[[], State | None]
"""Which code there is now; raises NoStateError where it is in no commit and has to be."""


def play(name: str, part: Part, ledger: Ledger, total: Sum, look: Look, is_over: Callable[[], bool]) -> None:
    """Until the part is whole, or a piece breaks, or the time is over after a piece. What is stopped in the middle of a
    piece has lost that one.
    """
    began = look()
    while not total.is_whole(part):
        try:
            piece = _piece(part)
        except Exception as error:
            _keep(name, part, ledger, total, began, look, error)
            return
        _keep(name, part, ledger, total, began, look, piece)
        if is_over():
            return


def _keep(
    name: str, part: Part, ledger: Ledger, total: Sum, began: State | None, look: Look, result: Figures | Exception
) -> None:
    now = look()
    if began and now and not now.plays_as(began):
        raise ChangedMeanwhileError(f"{name}: the code was changed while it was played; the last piece is not kept")
    if isinstance(result, Exception):
        total.broken.append(f"{type(result).__name__}: {result}"[:LONGEST_ERROR])
    else:
        total.add(part, result)
    total.is_of(now if began else None)
    ledger.keep(name, part, total, began)
    how = f"a piece broke: {total.broken[-1]}" if isinstance(result, Exception) else total.so_far(part)
    print(f"{name}: {how}", file=sys.stderr, flush=True)  # noqa: T201 - for a person


def _piece(part: Part) -> Figures:
    with Workshop() as workshop, asyncio.Runner(loop_factory=new_event_loop) as runner:
        try:
            return runner.run(_played(part, workshop))
        finally:
            if workshop.kept:
                print(f"scenes that failed are kept: {workshop.kept}", file=sys.stderr)  # noqa: T201


async def _played(part: Part, workshop: Workshop) -> Figures:
    return await part.play(workshop)
