"""When a disk is nearly full, and when it is not any more."""

from __future__ import annotations

from pathlib import Path

from duologue.server.storage.disk import DiskReserve, free_bytes


class Disk:
    def __init__(self) -> None:
        self.free = 1000
        self.heard: list[bool] = []
        self.reserve = DiskReserve(800, self.look, self.heard.append)

    def look(self) -> int:
        if self.free < 0:
            raise OSError("it does not answer")
        return self.free

    def has(self, free: int) -> bool:
        self.free = free
        self.reserve.look()
        self.reserve.judge()
        return self.reserve.is_low


def test_it_is_said_once_when_it_changes() -> None:
    disk = Disk()
    assert [disk.has(free) for free in (1000, 800, 799, 0, 799)] == [False, False, True, True, True]
    assert disk.heard == [True]


def test_there_is_room_again_when_there_is_some_more_than_the_reserve() -> None:
    """Or every message that is kept would end it."""
    disk = Disk()
    assert [disk.has(free) for free in (799, 800, 899, 900, 800)] == [True, True, True, False, False]
    assert disk.heard == [True, False]


def test_a_disk_that_does_not_answer_is_what_it_was() -> None:
    disk = Disk()
    assert [disk.has(free) for free in (799, -1, 900, -1)] == [True, True, False, False]


def test_what_is_free_is_what_the_servers_user_may_write(tmp_path: Path) -> None:
    assert 0 < free_bytes(tmp_path) < 1 << 60
