"""The store that everybody asks, whichever it is at the moment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from duologue.server.storage.base import KnownAccount, LiveChat, LiveRoom, Store

_METHODS = [name for name, what in vars(Store).items() if callable(what) and not name.startswith("_")]


class StoreInUse:
    """A Store that passes everything on to another, which is replaced here, for everybody at once, when it fails.

    Its methods are those of the other, so a message costs no call more.
    """

    def __init__(self, store: Store) -> None:
        self.use(store)

    def use(self, store: Store) -> None:
        """Ask this one from now on."""
        self._store = store
        for name in _METHODS:
            setattr(self, name, getattr(store, name))

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any: ...

    @property
    def newest(self) -> int:
        return self._store.newest

    @property
    def live_chats(self) -> Sequence[LiveChat]:
        return self._store.live_chats

    @property
    def live_rooms(self) -> Sequence[LiveRoom]:
        return self._store.live_rooms

    @property
    def blocks(self) -> Sequence[tuple[str, str]]:
        return self._store.blocks

    @property
    def asking(self) -> Sequence[tuple[str, str]]:
        return self._store.asking

    @property
    def accounts(self) -> Sequence[KnownAccount]:
        return self._store.accounts
