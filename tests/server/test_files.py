"""The server's files: what is looked at before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from duologue.core.names import Account
from duologue.server.files import kept_files, used_files
from duologue.server.permissions import Readable
from duologue.settings import Settings

SETTINGS = Settings(data=Path("data"), users=Path("users.csv"))


@pytest.mark.parametrize(("password_hash", "readable"), [(None, Readable.HARMLESS), ("hash", Readable.WARNED_OF)])
def test_a_users_file_with_hashes_is_for_the_server_alone(password_hash: str | None, readable: Readable) -> None:
    kept = {file.path: file for file in kept_files(SETTINGS, [Account("alice", password_hash)])}
    assert kept[Path("users.csv")].readable is readable
    assert kept[Path("data/web.key")].readable is Readable.REFUSED


@pytest.mark.parametrize(("history", "is_used"), [(True, True), (False, False)])
def test_without_a_history_no_file_of_the_store_is_needed(history: bool, is_used: bool) -> None:
    used = {file.path.name for file in used_files(Settings(data=Path("data"), history=history))}
    assert ("messages.db-wal" in used) is is_used
    assert "web.key" in used
