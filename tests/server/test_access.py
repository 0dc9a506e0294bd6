"""What a server will need later is tried before it starts, and a refusal says which file, which user and what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from duologue.server import access
from duologue.server.access import (
    AccessError,
    Use,
    Used,
    check_access,
    check_room,
    give_to_owner,
    in_words,
    opened_lock,
)
from tests.second_user import SERVICE, as_service, needs_root, owned, owner


def refusal(path: Path, use: Use = Use.WRITES) -> str:
    with pytest.raises(AccessError) as refused:
        check_access([Used(path, "the file", use)])
    return str(refused.value)


def as_refused(path: Path, use: Use = Use.WRITES) -> str:
    return as_service(lambda: check_access([Used(path, "the file", use)]))


def test_what_is_there_and_ours_is_in_order_and_so_is_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    uses = (
        Used(tmp_path, "", Use.WRITES_IN),
        Used(tmp_path / "file", "", Use.WRITES),
        Used(tmp_path / "x" / "y", "", Use.WRITES),
    )
    check_access(uses)


@needs_root
def test_a_file_of_somebody_else_is_named_with_the_user_and_the_command(tmp_path: Path) -> None:
    path = owned(tmp_path / "data") / "messages.db"
    path.touch()
    path.chmod(0o644)
    assert as_refused(path) == (
        f"AccessError: {path}, the file, cannot be written by user {SERVICE}: it belongs to root. "
        f"Run: chown {SERVICE} '{path}'."
    )
    assert as_refused(path, Use.READS) == "None"
    path.chmod(0o600)
    assert f"cannot be read by user {SERVICE}: it belongs to root. Run: chgrp {SERVICE} '{path}' && chmod g+r" in (
        as_refused(path, Use.READS)
    )
    os.chown(path, SERVICE, SERVICE)
    assert as_refused(path) == "None"


@needs_root
def test_a_file_whose_own_user_may_not(tmp_path: Path) -> None:
    path = owned(tmp_path / "data") / "messages.db"
    path.touch()
    os.chown(path, SERVICE, SERVICE)
    path.chmod(0o400)
    assert f"Run: chmod u+rw '{path}'" in as_refused(path)


@needs_root
def test_a_folder_of_somebody_else_and_one_that_lets_nobody_through(tmp_path: Path) -> None:
    folder = owned(tmp_path / "way") / "data"
    folder.mkdir(mode=0o755)
    assert "cannot be written to by user 4711: it belongs to root. Do this as root; or run: chown" in (
        as_refused(folder, Use.WRITES_IN)
    )
    (tmp_path / "way").chmod(0o700)
    os.chown(tmp_path / "way", 0, 0)
    assert as_refused(folder / "file") == (
        f"AccessError: {folder / 'file'}, the file, cannot be written: {tmp_path / 'way'} does not let user {SERVICE} "
        f"through. Choose a place elsewhere, or run: chmod a+x '{tmp_path / 'way'}'."
    )


def test_a_disk_that_is_mounted_read_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "_may", lambda path, _: path != tmp_path)
    monkeypatch.setattr(os, "statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))
    assert "its disk is mounted read-only" in refusal(tmp_path, Use.WRITES_IN)
    assert "its disk is mounted read-only" in in_words(OSError(errno.EROFS, "Read-only file system"), tmp_path)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_to_be_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    check_room(tmp_path, 1)
    assert [*tmp_path.iterdir()] == []

    def full(**_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(
        AccessError, match=rf"^{tmp_path} cannot be written to: the disk is full .*Make room"
    ) as refused:
        check_room(tmp_path, 1)
    assert "backup" not in str(refused.value)


def test_other_errors_are_said_as_they_are(tmp_path: Path) -> None:
    assert in_words(OSError(errno.EIO, "Input/output error"), tmp_path) == "Input/output error"
    assert in_words(PermissionError(errno.EPERM, "Operation not permitted"), tmp_path) == "Operation not permitted"


@needs_root
def test_what_root_makes_is_its_owners_beside_whom_it_stands(tmp_path: Path) -> None:
    folder = owned(tmp_path / "data")
    made = folder / "new"
    for beside in ((folder,), (folder / "nothing", folder)):
        made.touch()
        descriptor = os.open(made, os.O_RDWR)
        give_to_owner(descriptor, *beside)
        os.close(descriptor)
        assert owner(made) == SERVICE
        made.unlink()


@needs_root
def test_a_lock_that_root_made_is_the_services_to_take(tmp_path: Path) -> None:
    folder = owned(tmp_path / "data")
    os.close(opened_lock(folder / "lock", folder / "users.csv"))
    assert as_service(lambda: opened_lock(folder / "lock", folder / "users.csv") > 0) == "True"


@needs_root
def test_root_is_not_led_elsewhere_by_a_link(tmp_path: Path) -> None:
    """The owner of the folder could have any file of root's by it."""
    folder = owned(tmp_path / "data")
    precious = tmp_path / "precious"
    for target in (precious, tmp_path / "nothing"):
        precious.touch()
        (folder / "lock").symlink_to(target)
        with pytest.raises(OSError, match="symbolic links"):
            opened_lock(folder / "lock", folder)
        assert (owner(precious), (tmp_path / "nothing").exists()) == (0, False)
        (folder / "lock").unlink()
