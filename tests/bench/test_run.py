"""The benchmark at its smallest, for real: built, started, played, measured."""

from __future__ import annotations

import shutil
from functools import partial
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
