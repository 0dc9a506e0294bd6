"""Who else may touch what the server keeps: refused with the command that ends it, warned of, or nobody's business."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from duologue.server.permissions import Kept, PermissionsError, Readable, check_permissions, make_private
from tests.second_user import SERVICE, as_service, needs_root, owned, owner

STRANGER = 4711


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "kept"
    found.write_bytes(b"")
    return found


@pytest.fixture(autouse=True)
def open_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def check(path: Path, mode: int, readable: Readable = Readable.HARMLESS, *, is_own: bool = False) -> None:
    path.chmod(mode)
    check_permissions([Kept(path, "the key", readable, is_own=is_own)])


def as_user(monkeypatch: pytest.MonkeyPatch, uid: int, gid: int) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    monkeypatch.setattr(os, "getegid", lambda: gid)
    monkeypatch.setattr(os, "getgroups", lambda: [gid])


def test_a_new_folder_is_its_owners_alone(tmp_path: Path) -> None:
    """Whatever the umask."""
    make_private(tmp_path / "a" / "b")
    make_private(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700


@needs_root
def test_a_folder_that_root_makes_is_its_owners_whose_the_one_around_is(tmp_path: Path) -> None:
    make_private(owned(tmp_path / "service") / "a" / "b")
    assert [owner(path) for path in (tmp_path / "service").rglob("*")] == [SERVICE, SERVICE]


@needs_root
def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    said = as_service(lambda: make_private(tmp_path / "data"))
    assert said.startswith(f"AccessError: {tmp_path / 'data'} cannot be made: ")


def test_what_is_not_there_is_in_order(tmp_path: Path) -> None:
    check_permissions([Kept(tmp_path / "nothing", "nothing", Readable.REFUSED, is_own=True)])


@pytest.mark.parametrize("mode", [0o602, 0o666, 0o777, 0o1777])
def test_what_others_can_write_is_refused_with_the_command(path: Path, mode: int) -> None:
    with pytest.raises(PermissionsError, match=rf"the key, can be written by others\. Run: chmod go-w '{path}'"):
        check(path, mode)


def test_a_secret_that_others_can_read_is_refused_with_the_command(path: Path) -> None:
    check(path, 0o600, Readable.REFUSED)
    with pytest.raises(PermissionsError, match=rf"can be read by others\. Run: chmod 600 '{path}'; or delete it"):
        check(path, 0o604, Readable.REFUSED)


def test_what_should_not_be_read_is_warned_of(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        check(path, 0o600, Readable.WARNED_OF)
        check(path, 0o644, Readable.HARMLESS)
        assert caplog.records == []
        check(path, 0o644, Readable.WARNED_OF)
    assert [record.message for record in caplog.records] == ["others can read a file; chmod 600 closes it"]


def test_a_group_of_ours_is_no_other(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A volume of Kubernetes is open to a group that only the server is in."""
    found = path.stat()
    as_user(monkeypatch, found.st_uid, found.st_gid)
    check(path, 0o660, Readable.REFUSED)
    as_user(monkeypatch, found.st_uid, found.st_gid + 1)
    with pytest.raises(PermissionsError, match="can be written"):
        check(path, 0o620)
    with pytest.raises(PermissionsError, match="can be read"):
        check(path, 0o640, Readable.REFUSED)


def test_what_is_another_users_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(monkeypatch, STRANGER + 1, STRANGER)
    monkeypatch.setattr("duologue.server.permissions._ROOT", STRANGER)  # these tests may be root's own
    with pytest.raises(PermissionsError, match=rf"is another user's, .* Run: chown {STRANGER + 1} '{path}'"):
        check(path, 0o600, is_own=True)
    check(path, 0o600)


def test_what_is_roots_is_trusted(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    as_user(monkeypatch, STRANGER, STRANGER)
    monkeypatch.setattr("duologue.server.permissions._ROOT", path.stat().st_uid)
    check(path, 0o600, is_own=True)


def test_to_root_the_folders_owner_is_as_good(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container's folder is of the user outside, and what lies there too."""
    as_user(monkeypatch, STRANGER, STRANGER)
    monkeypatch.setattr("duologue.server.permissions._ROOT", STRANGER)
    check(path, 0o600, is_own=True)
    check(path.parent, 0o700, is_own=True)
