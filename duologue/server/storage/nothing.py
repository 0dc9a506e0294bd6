"""A stand-in for a store that has failed, until the server has stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NoReturn

from duologue.server.storage.base import KnownAccount, Letter, LiveChat, LiveRoom, StoreError


class RemembersNothing:
    """A store that takes everything and keeps none of it, in the place of one that has failed, until the server has
    stopped.

    So nothing is acknowledged. Every question is answered with the `error` that ended the store.
    """

    newest = 0
    live_chats: Sequence[LiveChat] = ()
    live_rooms: Sequence[LiveRoom] = ()
    blocks: Sequence[tuple[str, str]] = ()
    asking: Sequence[tuple[str, str]] = ()
    accounts: Sequence[KnownAccount] = ()

    def __init__(self, error: StoreError) -> None:
        self._error = error

    def chat_started(self, chat_id: str, asker: str, target: str, at: float) -> None:
        pass

    def chat_ended(self, chat_id: str, reason: str, at: float) -> None:
        pass

    def stream_began(self, chat_id: str, sender: str, stream: str) -> None:
        pass

    def append(self, chat_id: str, sender: str, lines: bytes, count: int, at: float, stream: str | None = None) -> None:
        pass

    def expect(self, collect: Callable[[], None]) -> None:
        pass

    def received(self, chat_id: str, sender: str, stream: str, upto: int) -> None:
        pass

    def replay(self, chat_id: str, sender: str, stream: str, after: int) -> RemembersNothing:
        return self

    async def read(self, limit_bytes: int) -> NoReturn:
        raise self._error

    def room_is(self, room: LiveRoom) -> None:
        pass

    def room_gone(self, room_id: str) -> None:
        pass

    def block_is(self, nickname: str, other: str, is_on: bool) -> None:
        pass

    def asking_is(self, nickname: str, who: str) -> None:
        pass

    async def accounts_are(self, seen: Sequence[tuple[str, str]], born: Sequence[tuple[str, str]]) -> NoReturn:
        raise self._error

    async def have_talked(self, me: str, other: str) -> NoReturn:
        raise self._error

    async def synced(self) -> NoReturn:
        raise self._error

    async def hand_in(self, letter: Letter) -> NoReturn:
        raise self._error

    async def hand_in_all(self, letters: Sequence[Letter]) -> NoReturn:
        raise self._error

    async def undelivered(self, me: str, after: int, limit_bytes: int) -> NoReturn:
        raise self._error

    async def receive_all(self, me: str, number: int) -> NoReturn:
        raise self._error

    async def receipt(self, stream: str, recipient: str, upto: int) -> NoReturn:
        raise self._error

    async def progress(self, stream: str, sender: str) -> NoReturn:
        raise self._error

    async def chat_standing(self, chat_id: str, me: str, stream: str | None) -> NoReturn:
        raise self._error

    async def history(self, me: str, partner: str, *, before: int | None = None, limit: int) -> NoReturn:
        raise self._error

    async def room_history(self, room_id: str, *, asker: str, before: int | None = None, limit: int) -> NoReturn:
        raise self._error

    async def search(self, me: str, words: str, limit: int, rooms: Sequence[str] = ()) -> NoReturn:
        raise self._error

    async def after(self, me: str, number: int, limit: int, rooms: Sequence[str] = ()) -> NoReturn:
        raise self._error

    async def count_after(self, me: str, number: int, most: int, rooms: Sequence[str] = ()) -> NoReturn:
        raise self._error

    async def listed(self, me: str, before: int | None = None, limit: int = 50, rooms: Sequence[str] = ()) -> NoReturn:
        raise self._error

    async def mark(self, me: str, conversation: str, number: int) -> NoReturn:
        raise self._error

    async def close(self) -> None:
        pass
