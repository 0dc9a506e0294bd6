"""Files that are whole or not there."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from duologue import durable


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_whole_and_for_its_owner_only(tmp_path: Path) -> None:
    target = tmp_path / "key"
    for content in (b"one", b"two"):
        durable.replace(target, content)
        assert target.read_bytes() == content
        assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert names(tmp_path) == ["key"]


def test_it_is_prepared_before_anything_is_in_it(tmp_path: Path) -> None:
    sizes = []
    durable.replace(tmp_path / "key", b"secret", lambda descriptor: sizes.append(os.fstat(descriptor).st_size))
    assert sizes == [0]


@pytest.mark.parametrize("failing", ["os.fsync", "pathlib.Path.replace"])
def test_what_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    target = tmp_path / "key"
    target.write_bytes(b"before")

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(failing, fail)
        with pytest.raises(OSError, match="Input/output"):
            durable.replace(target, b"after")
    assert target.read_bytes() == b"before"
    assert names(tmp_path) == ["key"]


def test_where_only_the_folder_cannot_be_synced_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("duologue.durable.sync_folder", fail)
    with pytest.raises(durable.NotSyncedError):
        durable.replace(tmp_path / "key", b"after")
    assert (tmp_path / "key").read_bytes() == b"after"


@pytest.mark.parametrize("has_links", [True, False])
def test_a_new_file_takes_nobodys_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_links: bool) -> None:
    def fail(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    if not has_links:
        monkeypatch.setattr("pathlib.Path.hardlink_to", fail)
    target = tmp_path / "chat.txt"
    with durable.temporary_beside(target) as (temporary, descriptor):
        os.write(descriptor, b"new")
        durable.appear(temporary, target)
    assert target.read_bytes() == b"new"
    with durable.temporary_beside(target) as (temporary, _), pytest.raises(FileExistsError):
        durable.appear(temporary, target)
    assert target.read_bytes() == b"new"
    assert names(tmp_path) == ["chat.txt"]


def test_a_long_name_has_room_for_its_temporary_one(tmp_path: Path) -> None:
    durable.replace(tmp_path / ("x" * 250), b"")
    assert len(names(tmp_path)) == 1
