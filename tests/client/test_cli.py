"""The command line: what is understood, what is refused, and what is never loaded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from duologue.client.address import Address
from duologue.client.cli import _parser, main, memory_place, wants_plain
from duologue.client.engine.memory_file import usual_place
from tests.bound import BOUND
from tests.terminal.programs import ROOT

pytestmark = pytest.mark.slow  # the programs are started


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["localhost", "0"], "a port is a number from 1 to 65535"),
        (["localhost", "65536"], "a port is a number"),
        (["localhost", "¹"], "a port is a number"),
        (["--tls-ca", "/no/such/file"], "No such file"),
        (["--password", "x"], "unrecognized"),
    ],
)
def test_wrong_arguments_are_exit_code_2(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert words in capsys.readouterr().err


def test_a_file_that_is_no_certificate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    with pytest.raises(SystemExit):
        main(["--tls-ca", str(tmp_path / "ca.pem")])
    assert "it contains no certificate in PEM format" in capsys.readouterr().err


def test_no_terminal_means_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert not wants_plain({"TERM": "xterm"})
    assert wants_plain({"TERM": "dumb"})
    assert wants_plain({})
    monkeypatch.setattr(sys.stdout, "isatty", lambda: False, raising=False)
    assert wants_plain({"TERM": "xterm"})


def test_the_client_does_not_load_what_only_a_server_needs() -> None:
    code = (
        "import sys, duologue.client.cli, duologue.client.terminal.app; print({'pandas', 'uvloop'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


def test_an_unreachable_server_is_one_line_and_exit_code_1() -> None:
    command = [sys.executable, "client.py", "127.0.0.1", "1", "--no-memory", "--nickname", "alice", "--tls"]
    done = subprocess.run(command, cwd=ROOT, input="", text=True, capture_output=True, timeout=BOUND, check=False)
    assert done.stdout == "Cannot reach the server at 127.0.0.1:1 (connection refused).\n"
    assert (done.returncode, done.stderr) == (1, "")


def test_where_messages_are_remembered() -> None:
    address = Address("127.0.0.1", 1)

    def place(*arguments: str) -> Path | None:
        return memory_place(_parser().parse_args(["127.0.0.1", "1", *arguments]), address, "alice")

    assert place() == usual_place(address, "alice")
    assert place("--memory", "my file") == Path("my file")
    assert place("--no-memory") is None


def test_a_file_or_none_but_not_both() -> None:
    with pytest.raises(SystemExit):
        main(["--memory", "x", "--no-memory"])
