"""What is asked of a store is shown with those that answer; here is how each of them says that it cannot."""

from __future__ import annotations

from pathlib import Path

from duologue.server.storage.base import StoreError


def test_an_error_names_the_file_and_says_what_to_do() -> None:
    error = StoreError(Path("/data/messages.db"), "cannot be written; check the disk")
    assert str(error) == "/data/messages.db: cannot be written; check the disk"
    assert error.path == Path("/data/messages.db")
