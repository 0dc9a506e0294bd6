"""The commands about earlier messages: /history, /search, /export, and those of the inbox."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from duologue.client.api import Client
from duologue.client.errors import ClientError
from duologue.client.events import Happening
from duologue.client.history.export import FORMATS, Spool, refuse_existing, write_new
from duologue.client.history.inbox import Inbox
from duologue.client.history.pages import HistoryPages
from duologue.client.history.since import since, since_in_words
from duologue.client.history.transcript import by_both, count_of, lines_of
from duologue.client.input.arguments import MOST
from duologue.client.input.meaning import Export, ShowConversations, ShowFound, ShowHistory, ShowUnread
from duologue.client.view.base import Kind, Line
from duologue.core.commands.chat import SearchHistory
from duologue.core.errors import PeerError
from duologue.core.events.chat import Recalled
from duologue.core.room_rules import is_room
from duologue.core.spellings import respelled
from duologue.core.text import visible

MOST_FOUND = 50
"""Most results that a server returns (docs/protocol.md)."""

_LINES_AT_ONCE = 20
"""Lines shown before other work gets its turn: 16 ms (measured), so that typing stays fluent among thousands."""


Looking = ShowHistory | ShowFound | ShowUnread | ShowConversations | Export


class HistoryCommands:
    """Carries out one command after the other while a chat goes on. `clock` returns seconds since 1970."""

    def __init__(self, client: Client, show: Callable[[Line], None], clock: Callable[[], float] = time.time) -> None:
        self._client = client
        self._recaller = HistoryPages(client)
        self._show = show
        self._clock = clock
        self._turn = asyncio.Lock()
        self.inbox = Inbox(client, self._recaller, self._turn, show)

    def takes(self, event: Happening) -> bool:
        """Return whether `event` belongs to these commands, and is not to be shown by itself."""
        return self._recaller.takes(event) or self.inbox.takes(event)

    async def carry_out(self, meaning: Looking) -> None:
        """Carry out a command; return when it is done. What cannot be done is reported in a sentence."""
        if isinstance(meaning, ShowUnread | ShowConversations):
            await self.inbox.carry_out(meaning)
            return
        async with self._turn:
            try:
                match meaning:
                    case ShowHistory():
                        await self._show_history(meaning)
                    case ShowFound(words):
                        await self._show_found(words)
                    case Export(partner, file):
                        await self._export(partner, Path(file))
            except PeerError as error:
                self._say(Kind.TROUBLE, error.text)
            except ClientError as error:
                self._say(Kind.TROUBLE, str(error))

    async def _show_history(self, wanted: ShowHistory) -> None:
        from_when = since(wanted.since, self._clock()) if wanted.since else None
        messages = await self._recaller.newest(wanted.partner, wanted.count, from_when or 0)
        await self._show_all([*lines_of(map(self._as_read, messages))])
        if messages:
            self.inbox.reads_to(wanted.partner, messages[-1].number)
        self._say(Kind.HINT, _history_hint(len(messages), respelled(wanted, self._client.shown)))

    async def _show_found(self, words: str) -> None:
        page = await self._recaller.ask(SearchHistory(words))
        await self._show_all([*lines_of(map(self._as_read, reversed(page.messages)), by_both)])
        self._say(Kind.HINT, _found_hint(len(page.messages)))

    def _as_read(self, message: Recalled) -> Recalled:
        return respelled(message, self._client.shown)

    def _all_as_read(self, messages: Iterable[Recalled]) -> tuple[Recalled, ...]:
        return tuple(map(self._as_read, messages))

    async def _show_all(self, lines: list[Line]) -> None:
        for start in range(0, len(lines), _LINES_AT_ONCE):
            for line in lines[start : start + _LINES_AT_ONCE]:
                self._show(line)
            await asyncio.sleep(0)

    async def _export(self, partner: str, file: Path) -> None:
        try:
            path = _whole(file)
            count = await self._write(partner, path)
        except FileExistsError:
            self._say(Kind.TROUBLE, f"{file} already exists, so nothing was written. Choose another name.")
        except (OSError, RuntimeError) as error:  # RuntimeError: there is no home folder for that name
            reason = getattr(error, "strerror", None) or str(error)
            self._say(Kind.TROUBLE, f"Cannot write {file}: {reason.lower().rstrip('.')}.")
        else:
            done = (
                f"{count_of(count)} written to {path}"
                if count
                else f"No messages {_whose(self._client.shown(partner))}; nothing written."
            )
            self._say(Kind.HINT, done)

    async def _write(self, partner: str, path: Path) -> int:
        """Write the file in another thread, as a slow disk must not hold up a chat; return the number of messages.
        Names are as people read them, and nicknames in a file for programs.
        """
        of_page = tuple if path.suffix == ".json" else self._all_as_read
        await asyncio.to_thread(refuse_existing, path)
        with await asyncio.to_thread(Spool, path.parent) as spool:
            async for page in self._recaller.pages(partner):
                await asyncio.to_thread(spool.put, of_page(page))
            if spool.count:
                await asyncio.to_thread(write_new, path, FORMATS[path.suffix](spool))
            return spool.count

    def _say(self, kind: Kind, text: str) -> None:
        self._show(Line(kind, visible(text)))


def _whole(file: Path) -> Path:
    return file.expanduser().absolute()


def _history_hint(number: int, wanted: ShowHistory) -> str:
    if number == MOST:
        return f"{count_of(number)}, the newest; /export writes all of them to a file."
    span = f" {since_in_words(wanted.since)}" if wanted.since else ""
    return f"{count_of(number)}{span}." if number else f"No messages {_whose(wanted.partner)}{span}."


def _whose(partner: str) -> str:
    return f"in {partner}" if is_room(partner) else f"with {partner}"


def _found_hint(number: int) -> str:
    if number == MOST_FOUND:
        return f"The newest {count_of(number)} that contain these words; more words narrow it down."
    return f"{count_of(number)} found." if number else "Nothing found."
