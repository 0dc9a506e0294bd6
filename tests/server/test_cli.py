"""server.py as a process of its own: how it starts, what it says when it cannot, and how it ends."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pytest
from ptyprocess import PtyProcess

from duologue.server import cli
from duologue.server.storage import users_file
from duologue.settings import COMMANDS, Settings
from tests.bound import BOUND
from tests.forked import ForkedServer, called_server

pytestmark = pytest.mark.slow  # the programs are started

TOP = Path(__file__).parents[2]
GOODBYE = "disconnected shutting_down Server is shutting down. Goodbye!\n"


@dataclass
class Place:
    """A folder with a users file and room for the server's data, and how server.py is called for it."""

    folder: Path
    data_name: str = "data"

    @property
    def users(self) -> Path:
        return self.folder / "users.csv"

    @property
    def data(self) -> Path:
        return self.folder / self.data_name

    def arguments(self, *words: str, users: Path | None = None) -> list[str]:
        return ["--web-port", "0", *words, "--users", str(users or self.users), "--data", str(self.data)]

    def command(self, *words: str) -> list[str]:
        return [sys.executable, str(TOP / "server.py"), *self.arguments(*words)]

    def call(self, *words: str, typed: str = "", users: Path | None = None) -> subprocess.CompletedProcess[str]:
        return called_server(self.arguments(*words, users=users), typed)

    def refused(self, *words: str) -> str:
        """The one line that a call which cannot be done ends with."""
        done = self.call(*words)
        assert done.returncode == 1
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        line = done.stderr.splitlines()[-1]
        assert line.startswith("server.py: ")
        return line


class Running:
    """A server of its own process."""

    def __init__(self, place: Place, *words: str, is_forked: bool = True) -> None:
        self.place = place
        self.process = self._forked(*words) if is_forked else self._started(*words)
        self.port = int(self.logged(r" listening .*port=(\d+)")[1])
        latest = time.monotonic() + BOUND
        while not self._can_be_asked():  # which begins a moment later
            assert time.monotonic() < latest
            time.sleep(0.005)

    def _can_be_asked(self) -> bool:
        for path in self.place.data.glob("*.control"):
            with socket.socket(socket.AF_UNIX) as control, contextlib.suppress(ConnectionRefusedError):
                control.connect(str(path))
                return True
        return False

    def _forked(self, *words: str) -> ForkedServer:
        return ForkedServer(self.place.arguments("--port", "0", *words))

    def _started(self, *words: str) -> subprocess.Popen[str]:
        return subprocess.Popen(self.place.command("--port", "0", *words), stderr=subprocess.PIPE, text=True)

    def logged(self, pattern: str) -> re.Match[str]:
        """The next line of its log that has `pattern` in it."""
        assert self.process.stderr
        for line in self.process.stderr:
            if found := re.search(pattern, line):
                return found
        pytest.fail(f"the server ended without saying {pattern}")

    def call(self, *words: str, typed: str = "", users: Path | None = None) -> subprocess.CompletedProcess[str]:
        return self.place.call(*words, "--port", str(self.port), typed=typed, users=users)

    def ends(self) -> int:
        assert self.process.stderr
        self.process.stderr.read()
        return self.process.wait(BOUND)

    def close(self) -> None:
        """Harmless when it has ended already."""
        assert self.process.stderr
        if not self.process.stderr.closed:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.ends()
            finally:
                self.process.send_signal(signal.SIGKILL)
                self.process.stderr.close()


class Visitor:
    """Somebody logged in over three blocking sockets."""

    def __init__(self, port: int, nickname: str) -> None:
        self.sockets: list[socket.socket] = []
        self.login = self._connect(port, "login_socket", nickname)
        token = self.hears().split()[1]
        self._connect(port, f"chat_socket {token}")
        check = self._connect(port, f"check_socket {token}")
        assert check.readline() == b"PONG 0 0\n"

    def _connect(self, port: int, *lines: str) -> BinaryIO:
        sock = socket.create_connection(("127.0.0.1", port), BOUND)
        self.sockets.append(sock)
        sock.sendall(f"duologue/1 {chr(10).join(lines)}\n".encode())
        return sock.makefile("rb")

    def hears(self) -> str:
        return self.login.readline().decode()

    def leaves(self) -> None:
        for sock in self.sockets:
            sock.close()


@pytest.fixture
def place(tmp_path: Path) -> Place:
    shutil.copy(TOP / "users.csv", tmp_path)
    return Place(tmp_path)


@pytest.fixture
def running(place: Place, request: pytest.FixtureRequest) -> Iterator[Running]:
    running = Running(place, is_forked=getattr(request, "param", True))
    yield running
    running.close()


@pytest.fixture
def visit(running: Running) -> Iterator[Callable[[str], Visitor]]:
    visitors: list[Visitor] = []

    def visit(nickname: str) -> Visitor:
        visitors.append(Visitor(running.port, nickname))
        return visitors[-1]

    yield visit
    for visitor in visitors:
        visitor.leaves()


# The end


@pytest.mark.parametrize("running", [True, False], ids=["forked", "started"], indirect=True)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl+C"])
def test_the_server_says_goodbye(running: Running, visit: Callable[[str], Visitor], how: signal.Signals) -> None:
    alice, user1 = visit("alice"), visit("user1")
    running.process.send_signal(how)
    assert alice.hears() == GOODBYE
    assert user1.hears() == GOODBYE
    assert running.ends() == 0


def test_the_server_ends_with_its_terminal(place: Place) -> None:
    """SIGHUP is also what a closed window says, and then nobody is left who could end the server."""
    child = PtyProcess.spawn(place.command("--port", "0"), dimensions=(24, 500))
    log = b""
    while not (listening := re.search(rb" listening .*port=(\d+)", log)):
        log += child.read()
    alice = Visitor(int(listening[1]), "alice")
    os.close(child.fd)
    assert alice.hears() == GOODBYE
    alice.leaves()
    assert child.wait() == 0


def test_what_it_leaves_behind(running: Running, visit: Callable[[str], Visitor]) -> None:
    """The messages, the lock that keeps two servers from them, and no way to ask a server that is gone."""
    visit("alice")
    assert any(path.suffix == ".control" for path in running.place.data.iterdir())
    running.process.send_signal(signal.SIGTERM)
    assert running.ends() == 0
    assert {path.name for path in running.place.data.iterdir()} == {
        "messages.db",
        "messages.db.lock",
        "store.id",
        "web.key",
    }


def test_messages_are_backed_up_under_a_running_server_and_restored_when_it_is_gone(running: Running) -> None:
    copy = running.place.folder / "copy.db"
    done = running.call("backup", str(copy))
    assert (done.returncode, done.stdout) == (0, f"All messages are in {copy}.\n")
    assert "is there already" in running.place.refused("backup", str(copy))
    assert "in use by another server" in running.place.refused("restore", str(copy))
    running.close()
    done = running.place.call("restore", str(copy))
    aside = running.place.data / "messages.db.before-1"
    assert (done.returncode, done.stdout) == (0, f"The messages are those of {copy}. The ones before are in {aside}.\n")
    assert aside.exists()


def test_a_store_is_looked_over_under_a_running_server_and_when_it_is_gone(running: Running) -> None:
    whole = f"{running.place.data / 'messages.db'} is whole: 0 messages are as they were written.\n"
    done = running.call("check")
    assert (done.returncode, done.stdout) == (0, whole)
    running.close()
    store = running.place.data / "messages.db"
    content = store.read_bytes()
    store.write_bytes(content[:32_768] + b"\xa5" * 20_000 + content[52_768:])
    done = running.place.call("check")
    assert (done.returncode, done.stdout) == (1, "")
    assert f"server.py: {store} is damaged:\n  " in done.stderr
    assert "server.py restore FILE" in done.stderr


# What cannot be


def test_a_store_that_is_gone(place: Place) -> None:
    Running(place).close()
    (place.data / "messages.db").unlink()
    line = place.refused("--port", "0")
    assert "messages.db: is missing, but there has been a store here" in line
    assert "restore FILE" in line
    Running(place, "--new-store").close()
    Running(place).close()
    assert "for one start only" in place.refused("--port", "0", "--new-store")


def test_a_folder_that_others_can_write(place: Place) -> None:
    place.data.mkdir()
    place.data.chmod(0o777)
    assert f"Run: chmod go-w '{place.data}'" in place.refused("--port", "0")


def test_a_port_in_use(running: Running) -> None:
    line = running.place.refused("--port", str(running.port))
    assert str(running.port) in line
    assert "in use" in line
    assert "with --port" in line


def test_the_port_of_the_page_in_use(place: Place) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = place.refused("--port", "0", "--web-port", str(port))
    assert f"port {port} on 127.0.0.1 is in use" in line
    assert "with --web-port" in line


def test_other_machines_without_tls(place: Place) -> None:
    assert "--allow-plain" in place.refused("--port", "0", "--host", "0.0.0.0")


def test_other_machines_and_accounts_without_a_password(place: Place) -> None:
    line = place.refused("--port", "0", "--host", "0.0.0.0", "--allow-plain")
    assert "--allow-passwordless" in line
    assert "user1, user2, user3 and 11 more are" in line


def test_a_damaged_users_file(place: Place) -> None:
    place.users.write_text("clientID\nalice\nno name\n", encoding="utf-8")
    line = place.refused("--port", "0")
    assert str(place.users) in line
    assert "line 3" in line


def test_a_users_file_that_is_not_there(place: Place) -> None:
    place.users.unlink()
    assert str(place.users) in place.refused("--port", "0")


def test_a_host_that_is_not_there(place: Place) -> None:
    """RFC 6761: no name under .invalid is ever found. And 192.0.2.1 is nobody's address (RFC 5737)."""
    line = place.refused("--port", "0", "--host", "nowhere.invalid")
    assert "nowhere.invalid" in line
    assert "--host" in line
    line = place.refused("--port", "0", "--host", "192.0.2.1", "--allow-plain", "--allow-passwordless")
    assert "192.0.2.1 is not an address of this machine" in line


def test_a_certificate_that_is_none(place: Place) -> None:
    cert = place.folder / "cert.pem"
    files = ("--tls-cert", str(cert), "--tls-key", str(cert))
    assert str(cert) in place.refused("--port", "0", *files)
    cert.write_text("nonsense", encoding="ascii")
    assert str(cert) in place.refused("--port", "0", *files)


def test_a_data_folder_with_too_long_a_name(place: Place) -> None:
    place.data_name = "x" * 100
    assert "choose a shorter --data folder" in place.refused("--port", "0")


def test_a_port_that_only_root_may_open() -> None:
    """Said of the error itself, as whoever runs the tests may be root."""
    line = cli._explained(PermissionError(errno.EACCES, "Permission denied"), Settings(port=80))
    assert line == "port 80 on 127.0.0.1 may not be opened by this user. Choose one above 1023 with --port."


def test_who_asks_and_nobody_is_there(place: Place) -> None:
    line = place.refused("who", "--port", "1")
    assert "Is it running" in line
    assert "--data" in line


# The operator's commands


def test_who(running: Running, visit: Callable[[str], Visitor]) -> None:
    """Design, section 3: the columns in this order, then what the heartbeat knows."""
    assert running.call("who").stdout == f"The server at 127.0.0.1 port {running.port} has nobody connected.\n"
    visit("alice")
    visit("bob")
    header, *rows = running.call("who").stdout.splitlines()
    columns = "clientAddress client_nickname login_socket chat_socket check_socket in_chat"
    assert header.split()[:6] == columns.split()
    assert [row.split()[1] for row in rows] == ["alice", "bob"]
    assert all(row.split()[0].startswith("127.0.0.1:") for row in rows)


def test_metrics(running: Running, visit: Callable[[str], Visitor]) -> None:
    visit("alice")
    lines = running.call("metrics").stdout.splitlines()
    assert "duologue_people_online 1.0" in lines
    assert lines[0].startswith("# HELP ")


def test_users(place: Place) -> None:
    header, *rows = place.call("users").stdout.splitlines()
    assert header.split()[0] == "clientID"
    names = [*(f"user{number}" for number in range(1, 11)), "alice", "bob", "carol", "dave"]
    assert [row.split()[0] for row in rows] == names


def test_accounts_change_under_a_running_server(running: Running, visit: Callable[[str], Visitor]) -> None:
    done = running.call("adduser", "erin", typed="correct horse\n")
    assert (done.returncode, done.stderr) == (0, "")
    told = f"The server at 127.0.0.1 port {running.port} has reread the users file.\n"
    assert done.stdout == f"Added erin, with a password. {told}"
    assert running.call("adduser", "frank", "--no-password").returncode == 0
    assert running.call("adduser", "grace", "--no-password").returncode == 0
    frank, grace = visit("frank"), visit("grace")

    assert running.call("passwd", "frank", typed="battery staple\n").returncode == 0
    frank_again = socket.create_connection(("127.0.0.1", running.port), BOUND)
    with frank_again:
        frank_again.sendall(b"duologue/1 login_socket\nfrank\n")
        assert frank_again.recv(100) == b"PASSWORD\n"
    assert frank.hears().startswith("disconnected password_changed ")

    assert running.call("deluser", "grace").returncode == 0
    assert grace.hears() == "disconnected removed Your account was removed or disabled.\n"
    assert running.call("deluser", "frank").returncode == 0
    accounts = {account.nickname: account for account in users_file.read(running.place.users)}
    assert "frank" not in accounts
    assert accounts["erin"].password_hash
    assert "correct horse" not in running.place.users.read_text(encoding="utf-8")


def test_accounts_change_after_a_server_was_killed(running: Running, visit: Callable[[str], Visitor]) -> None:
    """Its control socket is still there, and nobody answers: the account is changed all the same."""
    visit("alice")
    running.process.send_signal(signal.SIGKILL)
    running.ends()
    assert list(running.place.data.iterdir())
    done = running.call("adduser", "erin", "--no-password")
    assert (done.returncode, done.stderr) == (0, "")
    assert "No server answers at" in done.stdout
    assert running.call("deluser", "erin").returncode == 0


def test_a_server_that_is_elsewhere_is_named_and_was_not_told(running: Running) -> None:
    done = running.place.call("adduser", "erin", "--no-password", "--port", "1")
    assert done.stdout == (
        "Added erin, without a password: the nickname alone logs in. No server answers at 127.0.0.1 port 1 with --data "
        f"{running.place.data}. There is one at --host 127.0.0.1 --port {running.port}. "
        "So none was told: a server reads the file when it starts, and on SIGHUP.\n"
    )
    assert "There is one at --host 127.0.0.1" in running.place.refused("who", "--port", "1")


def test_a_server_with_other_users_is_not_said_to_have_been_told(running: Running, tmp_path: Path) -> None:
    other = tmp_path / "other.csv"
    done = running.call("adduser", "erin", "--no-password", users=other)
    assert f"reads {running.place.users} and not {other}: nothing has changed for it." in done.stdout
    assert "reread" not in done.stdout


def test_a_users_file_by_another_name_is_the_same(running: Running, tmp_path: Path) -> None:
    """As in a container."""
    other = tmp_path / "link.csv"
    other.symlink_to(running.place.users)
    assert "has reread the users file" in running.call("adduser", "erin", "--no-password", users=other).stdout


def test_an_account_that_cannot_be_made(place: Place) -> None:
    before = place.users.read_bytes()
    assert "already exists" in place.refused("adduser", "ALICE", "--no-password")
    assert "nickname" in place.refused("adduser", "a b", "--no-password")
    assert "no user" in place.refused("deluser", "zoe")
    assert place.users.read_bytes() == before


def test_sighup_rereads_the_users_file(running: Running, visit: Callable[[str], Visitor]) -> None:
    alice = visit("alice")
    running.place.users.write_text("clientID\nbob\n", encoding="utf-8")
    os.kill(running.process.pid, signal.SIGHUP)
    assert alice.hears() == "disconnected removed Your account was removed or disabled.\n"
    running.place.users.write_text("clientID\nno name\n", encoding="utf-8")
    os.kill(running.process.pid, signal.SIGHUP)
    assert "line 2" in running.logged("users file not reread.*")[0]
    visit("bob")


def test_help(place: Place) -> None:
    done = place.call("--help")
    assert done.returncode == 0
    for word in ("who", "users", "adduser", "passwd", "deluser", "--tls-cert"):
        assert word in done.stdout


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["dance"], 2, "no command 'dance'"),
        (["deluser", "zoe"], 1, "server.py: There is no user zoe"),
        (["adduser", "erin"], 0, "Added erin, with a password."),
    ],
)
def test_a_call_as_people_make_it_is_the_same(place: Place, words: list[str], code: int, said: str) -> None:
    """The other calls of these tests are forked."""
    command, typed = place.command(*words), "correct horse\n"
    done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=BOUND, check=False)
    forked = place.call(*words, typed=typed)
    assert done.returncode == code
    assert said in done.stdout + done.stderr
    if code:
        assert (done.returncode, done.stdout, done.stderr) == (forked.returncode, forked.stdout, forked.stderr)


def test_the_commands_are_those_of_the_settings() -> None:
    """Each command that the help names is carried out."""
    assert cli._COMMANDS.keys() == COMMANDS.keys()
