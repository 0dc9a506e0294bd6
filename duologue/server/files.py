"""The server's files: where each is, what the server needs of it, and what others must not do with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from duologue.core.names import Account
from duologue.server.access import Use, Used
from duologue.server.permissions import Kept, Readable
from duologue.server.storage.store_id import id_path
from duologue.settings import Settings


def store_path(settings: Settings) -> Path:
    """Return the path of the messages."""
    return settings.data / "messages.db"


def key_path(settings: Settings) -> Path:
    """Return the path of the key that signs session tokens."""
    return settings.data / "web.key"


def kept_files(settings: Settings, accounts: Sequence[Account]) -> Iterator[Kept]:
    """Yield the files that others must not be able to change, and some of them not to read."""
    yield Kept(settings.data, "the data folder", Readable.HARMLESS, is_own=True)
    yield Kept(key_path(settings), "the key of the session tokens", Readable.REFUSED, is_own=True)
    yield Kept(store_path(settings), "the store", Readable.WARNED_OF)
    has_hashes = any(account.password_hash for account in accounts)
    yield Kept(settings.users, "the users file", Readable.WARNED_OF if has_hashes else Readable.HARMLESS)
    if settings.tls_key:
        yield Kept(settings.tls_key, "the certificate's private key", Readable.WARNED_OF)


def used_files(settings: Settings) -> Iterator[Used]:
    """Yield the files that the server will need, some of them when somebody speaks for the first time."""
    yield Used(settings.data, "the data folder", Use.WRITES_IN)
    yield Used(key_path(settings), "the key of the session tokens", Use.READS)
    if settings.history:
        store = store_path(settings)
        yield Used(id_path(store), "the id of the store", Use.READS)
        for suffix in ("", "-wal", "-shm", ".lock"):
            yield Used(store.with_name(store.name + suffix), "a file of the store", Use.WRITES)
