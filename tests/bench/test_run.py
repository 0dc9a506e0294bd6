"""The benchmark at its smallest, for real: built, started, played, measured."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from math import inf
from pathlib import Path

import pytest

from bench import names, ours, workloads
from bench.processes import BenchmarkError, free_port, started
from bench.programs import Programs, build, loading
from bench.run import Run
from bench.workloads import Bench, Play, Scene

pytestmark = pytest.mark.skipif(not shutil.which("cc"), reason="the load generator needs a C compiler")

PAIRS = 2
PLAYS = [Play(0), Play(64), Play(64, 1024)]


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return build(tmp_path_factory.mktemp("programs"))


def test_pairs_chat_with_ours_and_with_the_limit(programs: Programs, tmp_path: Path) -> None:
    """With a history too: every message is delivered, and acknowledged."""
    limits = [ours.limit(programs.limit), ours.limit_of_three(programs.three_sockets)]
    everybody = [*limits, *ours.duologue(ours.OURS)[:2]]
    scene = Scene("pairs", [peer.like for peer in everybody], partial(workloads.chats, PAIRS, PLAYS))
    run = Run(Bench(programs, tmp_path, seconds=0.2), everybody, [scene])
    run.plays(1)
    assert run.failed == {}
    for play in PLAYS:
        measured = run.results[play.name(PAIRS)]
        assert measured.keys() == {names.LIMIT, names.LIMIT_OF_THREE, names.OURS, names.HISTORY}
        for figures in measured.values():
            assert figures["rate"][0] > 0
            assert figures["cpu_us"][0] > 0
    latencies = run.results[Play(0).name(PAIRS)][names.OURS]
    assert latencies["p99_us"][0] >= latencies["p50_us"][0] > 0


def test_a_room_hears_and_a_crowd_is_listed(programs: Programs, tmp_path: Path) -> None:
    server, *_ = ours.duologue(ours.OURS)
    bench = Bench(programs, tmp_path, seconds=0.2)
    ((name, measured),) = workloads.room(5, bench, server)
    assert name == names.fan_out(5)
    assert measured["cpu_us"] > 0
    with workloads._visit(bench, server, server.enter) as visit:
        visit.enters(3)
        assert visit.spends("ask", 0.05, r"/who\n", "online ")["delivered"] > 0
        assert visit.spends("churn", 0.2, 20, server.goodbye)["delivered"] == 4
        assert visit.process.resident_kib() > 0


def test_marks_are_measured_and_a_paste_is_heard_by_all(programs: Programs, tmp_path: Path) -> None:
    _, server, _ = ours.duologue(ours.OURS)
    bench = Bench(programs, tmp_path, seconds=0.1)
    measured = dict(workloads.marks(bench, server))
    assert measured.keys() == {names.LONE, names.STEADY}
    for figures in measured.values():
        assert figures["p99_us"] >= figures["stored_p50_us"] > 0
    ((name, lines),) = workloads.paste(200, 3, bench, server)
    assert name == names.paste(200, 3)
    assert lines["rate"] > 0


def test_the_limit_on_three_sockets_passes_every_report_on(programs: Programs, tmp_path: Path) -> None:
    peer = ours.limit_of_three(programs.three_sockets)
    bench = Bench(programs, tmp_path, seconds=0.2)
    with workloads._visit(bench, peer, [*peer.enter, *peer.pair]) as visit:
        visit.enters(2 * PAIRS)
        for play in PLAYS:
            assert visit.spends(*play.words(peer, bench.seconds))["unacknowledged"] == 0


class Speaker:
    """A server of one client, which says what it is told to and hears the reports."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    def begins(self) -> None:
        self._down, self._check = self._listener.accept()[0], self._listener.accept()[0]

    def says(self, messages: int) -> None:
        self._down.sendall(b"^\n" * messages)

    def hears(self, seconds: float) -> tuple[list[int], float]:
        """What was reported within so many seconds, and how long the first report took."""
        begin, first, heard = time.monotonic(), inf, b""
        while (left := begin + seconds - time.monotonic()) > 0:
            self._check.settimeout(left)
            with suppress(TimeoutError):
                heard += self._check.recv(4096)
                first = min(first, time.monotonic() - begin)
        return [int(line.split()[1]) for line in heard.splitlines()], first

    def __enter__(self) -> Speaker:
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._down, self._check, self._listener):
            each.close()


REPORTS = ("all down connect", "all check connect", r"all check report PING %r\n")


@pytest.fixture
def speaker(programs: Programs) -> Iterator[Speaker]:
    with Speaker() as speaker, loading(programs.load, speaker.port, REPORTS) as load:
        load.begins("login", 1)
        speaker.begins()
        load.ends()
        load.begins("idle", 60)
        yield speaker


BEAT = 0.2
QUICKLY, TRIES = 0.05, 5
"""Seconds, and tries of which the best counts: the machine may be busy."""


def just_after_a_beat() -> None:
    """The place of the first client is the beginning: what waits for the next beat waits longest from here."""
    time.sleep(BEAT - time.monotonic() % BEAT)


def test_after_a_pause_the_load_reports_quickly_twice(speaker: Speaker) -> None:
    """Then it waits for the next of its reports every 200 ms (docs/protocol.md 7.4)."""
    times = []
    for _ in range(TRIES):
        just_after_a_beat()
        took = []
        for _ in range(2):
            speaker.says(1)
            took.append(speaker.hears(0.04)[1])
        times.append(max(took))
        speaker.hears(2 * BEAT)
    assert min(times) < QUICKLY


def test_while_it_goes_on_the_load_reports_every_200_ms(speaker: Speaker) -> None:
    for _ in range(100):
        speaker.says(1)
        time.sleep(0.01)
    reported, _ = speaker.hears(0.5)
    assert reported == sorted({*reported})
    assert reported[-1] == 100
    assert len(reported) <= 10  # 2 quickly, then 5 a second


def test_much_is_reported_quickly(speaker: Speaker) -> None:
    times = []
    for _ in range(TRIES):
        just_after_a_beat()
        for _ in range(3):  # the third waits for the beat
            speaker.says(1)
            speaker.hears(0.05)
        just_after_a_beat()
        speaker.hears(0.03)  # its report
        speaker.says(1500)
        times.append(speaker.hears(2 * BEAT)[1])
    assert min(times) < QUICKLY


def test_a_load_that_gives_up_says_why(programs: Programs) -> None:
    with (
        loading(programs.load, free_port(), ["all down connect"]) as load,
        pytest.raises(BenchmarkError, match="refused"),
    ):
        load.does("login", 1)


def test_a_server_that_does_not_start_is_quoted(tmp_path: Path) -> None:
    command = ["sh", "-c", "echo no such luck; exit 1"]
    with pytest.raises(BenchmarkError, match="no such luck"), started(command, free_port(), tmp_path, {}):
        pass


def test_without_a_compiler_it_is_said_how_to_get_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(BenchmarkError, match="apt install gcc"):
        build(tmp_path)
