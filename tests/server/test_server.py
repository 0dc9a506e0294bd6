"""One server from start to stop: what it needs, and that it leaves nothing behind."""

from __future__ import annotations

import asyncio
import errno
import os
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest

from duologue.core.names import Account
from duologue.server.access import AccessError
from duologue.server.exposure import ExposedError
from duologue.server.net.control import ControlError
from duologue.server.permissions import PermissionsError
from duologue.server.server import Server
from duologue.server.storage import users_file
from duologue.server.storage.base import StoreError
from duologue.settings import Settings
from tests.bound import BOUND
from tests.second_user import SERVICE, as_service, needs_root, owned, owner
from tests.stage import descriptors, opened, until


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    users_file.write(tmp_path / "users.csv", [Account("alice")])
    return Settings(port=0, web_port=0, users=tmp_path / "users.csv", data=tmp_path / "data")


async def test_from_start_to_stop_and_again(settings: Settings) -> None:
    """A stopped server has given everything back, so the next can have the same port."""
    before = descriptors()
    port = 0
    for _ in range(3):
        server = Server(replace(settings, port=port))
        port = await server.start()
        assert port > 0
        await server.stop()
    await until(lambda: descriptors() == before)


async def test_stopping_what_never_started(settings: Settings) -> None:
    await asyncio.wait_for(Server(settings).stop(), BOUND)


async def test_stopping_twice(settings: Settings) -> None:
    server = Server(settings)
    await server.start()
    await server.stop()
    await server.stop()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"users": Path("nowhere.csv")}, users_file.UsersFileError),
        ({"host": "0.0.0.0"}, ExposedError),
        ({"host": "nowhere.invalid"}, OSError),
        ({"data": Path("x" * 200)}, ControlError),
    ],
    ids=["users", "exposed", "host", "data"],
)
async def test_a_start_that_fails_leaves_nothing_open(
    settings: Settings, change: dict[str, object], error: type[Exception]
) -> None:
    before = descriptors()
    server = Server(replace(settings, **change))  # type: ignore[arg-type]  # one field of its own type each
    with pytest.raises(error):
        await server.start()
    await server.stop()
    await until(lambda: descriptors() == before)


async def test_the_data_folder_is_its_owners_alone(settings: Settings) -> None:
    """Whatever the server keeps there: nobody else can so much as see which files there are."""
    before = os.umask(0)
    try:
        server = Server(replace(settings, history=False, protocols=("native",)))
        await server.start()
        await server.stop()
    finally:
        os.umask(before)
    assert settings.data.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("name", "mode", "command"),
    [
        ("data", 0o777, "chmod go-w"),
        ("data/web.key", 0o644, "chmod 600"),
        ("data/messages.db", 0o606, "chmod go-w"),
        ("users.csv", 0o646, "chmod go-w"),
        ("key.pem", 0o666, "chmod go-w"),
    ],
)
async def test_files_that_others_could_misuse_are_refused_until_they_cannot(
    settings: Settings, name: str, mode: int, command: str
) -> None:
    path = settings.users.parent / name
    server = Server(settings)
    await server.start()
    await server.stop()
    path.touch()
    was = path.stat().st_mode
    path.chmod(mode)
    tls = settings.users.parent / "key.pem" if name == "key.pem" else None
    with pytest.raises(PermissionsError, match=command):
        await Server(replace(settings, tls_key=tls)).start()
    path.chmod(was)
    server = Server(settings)
    await server.start()
    await server.stop()


async def test_a_key_of_somebody_else_is_refused(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """They know what is in it, and could come in as anybody."""
    server = Server(settings)
    await server.start()
    await server.stop()
    owner = settings.data.stat().st_uid
    monkeypatch.setattr("duologue.server.permissions._ROOT", -1)
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(PermissionsError, match="another user's"):
        await Server(settings).start()


def started(settings: Settings) -> str:
    """A start in this process, from the first loop to the last."""

    async def start_and_stop() -> str:
        server = Server(settings)
        await server.start()
        await server.stop()
        return "started"

    return asyncio.run(start_and_stop())


@pytest.fixture
def service(settings: Settings) -> Settings:
    """The settings of a server that has run once, as a user of its own."""
    data = owned(settings.users.parent / "service", 0o700)
    service = replace(settings, data=data, users=data / "users.csv")
    users_file.write(service.users, [Account("alice")])
    assert started(service) == "started"  # all is loaded, and all is made by root
    return service


@needs_root
def test_what_a_start_by_root_made_serves_the_services_own(service: Settings) -> None:
    """A try as root, before the unit is written."""
    assert {owner(path) for path in service.data.iterdir()} == {SERVICE}
    assert as_service(lambda: started(service)) == "started"


@needs_root
@pytest.mark.parametrize("name", ["messages.db", "messages.db.lock", "messages.db-wal", "messages.db-shm"])
def test_what_cannot_be_written_later_is_refused_at_the_start(service: Settings, name: str) -> None:
    path = service.data / name
    path.touch()
    os.chown(path, 0, 0)
    path.chmod(0o644)
    said = as_service(lambda: started(service))
    assert said.startswith(f"AccessError: {path}, a file of the store, cannot be written by user {SERVICE}: ")
    assert said.endswith(f"Run: chown {SERVICE} '{path}'.")


@needs_root
@pytest.mark.parametrize("name", ["store.id", "web.key"])
def test_what_cannot_be_read_is_refused_at_the_start(service: Settings, name: str) -> None:
    os.chown(service.data / name, 0, 0)
    assert f"{service.data / name}" in as_service(lambda: started(service))


@needs_root
def test_a_folder_that_cannot_be_written_to_is_refused_at_the_start(service: Settings) -> None:
    os.chown(service.data, 0, 0)
    service.data.chmod(0o755)
    said = as_service(lambda: started(service))
    assert said.startswith(f"AccessError: {service.data}, the data folder, cannot be written to by user {SERVICE}")


async def test_a_full_disk_is_refused_as_one_and_no_backup_is_recommended(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(settings)
    await server.start()
    await server.stop()

    def full(**_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tempfile.TemporaryFile", full)
    with pytest.raises(AccessError, match="the disk is full") as refused:
        await Server(settings).start()
    assert "backup" not in str(refused.value)


async def test_a_disk_that_fills_up_while_the_store_is_opened_is_said_to_be_full(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite says only that something is wrong with the disk, or with the file."""
    calls = 0

    def full_the_second_time(**how: Any) -> object:
        nonlocal calls
        calls += 1
        if calls == 1:
            return TemporaryFile(**how)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("tempfile.TemporaryFile", full_the_second_time)
    monkeypatch.setattr("duologue.server.storage.sqlite.use_wal", lambda _: 1 / 0)
    with pytest.raises(AccessError, match="the disk is full"):
        await Server(settings).start()


async def test_who_answers_with_columns_and_rows(tmp_path: Path) -> None:
    async with opened(tmp_path) as stage:
        await stage.chat_between("alice", "bob")
        answer = await stage.asks_server("who")
        assert answer["columns"] == [
            "clientAddress", "client_nickname", "login_socket", "chat_socket", "check_socket", "in_chat", "idle",
        ]  # fmt: skip
        assert [(row[1], row[5]) for row in answer["rows"]] == [("alice", True), ("bob", True)]


async def test_the_clock_is_looked_at_without_being_asked(settings: Settings) -> None:
    """The sweep runs by itself: a silent socket is closed in real time."""
    quick = replace(settings, heartbeat=0.1, dead_after=0.2, limits=replace(settings.limits, login_timeout=0.2))
    server = Server(quick)
    port = await server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(BOUND):
        assert (await reader.read()).startswith(b"ERROR too_slow ")
    writer.close()
    await server.stop()


async def test_where_a_birth_cannot_be_kept_the_operator_is_told_and_nobody_is_let_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as stage:
        stage.server.hub.store_failed(StoreError(tmp_path / "messages.db", "the disk is full"))
        answer = await stage.registers(Account("alice"), Account("erin"))
        assert answer.endswith("keeps the users that it has: " + f"{tmp_path / 'messages.db'}: the disk is full")
        assert stage.server.hub.users.find("alice")
        assert stage.server.hub.users.find("erin") is None
