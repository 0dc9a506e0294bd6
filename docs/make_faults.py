"""Writes docs/faults.md from the figures of the last long run, docs/faults.json: `make faults`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

PAGE = Path(__file__).with_name("faults.md")
FIGURES = Path(__file__).with_name("faults.json")

INTRODUCTION = """\
# No acknowledged message is lost: the proof

This page is made from the figures of a run of `make faults` (`docs/faults.json`); nothing in it is written by hand.
`make test` runs a handful of the same cells each time.

**The promise.** A message that the server has acknowledged survives SIGKILL of any process and a power cut of the
server, and reaches the partner exactly once, in order.

**How it is shown.** Servers and clients run as processes of their own, with a proxy between them that can stall, drop,
reset, close, slice and slow each of a client's three sockets. A server or client is stopped at a named point of its
code, so that a fault occurs in the middle of that very step. Clients keep journals. A checker that knows nothing about
the server compares them: every message carries its sender, its number and a checksum in its text.

A *power cut* leaves only what had been synced of the server's files: the server runs under strace, and every byte that
was written after the last sync of its file is set to zero. A *silent drop* is a socket filter in the kernel: not even
keepalive probes are answered.
"""

WIDTH = 120

COUNTS = ("sent", "acknowledged", "delivered", "lost", "duplicated", "reordered", "phantom", "corrupted")
PARTS = {
    "storm": "one long run",
    "matrix": "the matrix",
    "endings": "chats that ended meanwhile",
    "reader": "1 GiB to a reader that has stopped",
    "leaks": "lost links in a row",
    "detection": "default settings",
}


def page(figures: Mapping[str, Any]) -> str:
    """Return the whole text of docs/faults.md."""
    sections = [section(figures[name]) for name, section in SECTIONS.items() if name in figures]
    return "\n".join([INTRODUCTION, _machine(figures["machine"]), _messages(figures), *sections])


def _machine(machine: Mapping[str, Any]) -> str:
    return (
        f"Measured with {machine['cpus']} processors, {machine['system']}, Python {machine['python']}, "
        f"SQLite {machine['sqlite']}.\n"
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    lines = [[*head], ["---"] * len([*head]), *rows]
    return "".join(f"| {' | '.join(map(_shown, line))} |\n" for line in lines)


def _shown(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def _prose(text: str) -> str:
    """Return paragraphs, each refilled: the figures in them differ in length."""
    return "".join(f"{fill(' '.join(part.split()), WIDTH)}\n\n" for part in text.split("\n\n") if part.strip())[:-1]


def _seconds(value: float) -> str:
    return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.1f} s"


def _mib(value: int) -> str:
    return f"{value / (1 << 20):.1f} MiB"


def _messages(figures: Mapping[str, Any]) -> str:
    rows = [
        (title, *(figures[name]["verdict"][count] for count in COUNTS))
        for name, title in PARTS.items()
        if name in figures
    ]
    return f"## Messages\n\n{_table(('', *COUNTS), rows)}"


def _section(title: str, text: str, *tables: str) -> str:
    return "\n".join([f"## {title}\n", _prose(text), *tables])


def _storm(storm: Mapping[str, Any]) -> str:
    blows = ", ".join(f"{count} × {name}" for name, count in sorted(storm["blows"].items()))
    text = f"""
    Two pairs talked for {storm["seconds"] / 60:.0f} minutes, with a random fault every 2 to 10 seconds: {blows}. That
    makes {storm["kills"]} kills and {storm["cuts"]} power cuts.

    From a lost link to the resumed chat, in {storm["resumes"]:,} resumes: p50 {_seconds(storm["resume_p50"])}, p99
    {_seconds(storm["resume_p99"])}. The time in which the server was down or the network bad is in it; either end
    gave up after 0.4 s of silence, and clients waited 4% as long between two tries as they do for people.
    """
    return _section("One long run", text)


def _matrix(matrix: Mapping[str, Any]) -> str:
    text = f"""
    Each of {len(matrix["faults"])} faults at each of {len(matrix["steps"])} steps: {matrix["cells"]} cells,
    {matrix["plays"]:,} plays, each cell at least {matrix["fewest"]} times. After each play everything that had been
    said was stored and delivered, once and in order; in {len(matrix["failed"])} plays it was not.

    Steps: {"; ".join(matrix["steps"])}.

    Faults: {"; ".join(matrix["faults"])}.
    """
    failed = "".join(f"- {step}, {fault}: {what.splitlines()[0]}\n" for step, fault, what in matrix["failed"])
    return _section("The matrix", text, *([failed] if failed else []))


def _endings(endings: Mapping[str, Any]) -> str:
    text = f"""
    What was on its way when the time to come back ran out is in the mailbox, and arrives once and in order. Each of
    these {endings["repeats"]} times: {"; ".join(endings["endings"])}.
    """
    return _section("Chats that end meanwhile", text)


def _controls(controls: Mapping[str, Any]) -> str:
    faults = ("lost", "duplicated", "reordered", "phantom", "corrupted")
    rows = [
        (
            name,
            f"{found['caught']} of {found['repeats']}",
            *(found["without"][fault] for fault in faults),
            sum(found["intact"][fault] for fault in faults),
        )
        for name, found in controls.items()
    ]
    caught = sum(found["caught"] == found["repeats"] for found in controls.values())
    text = f"""
    A checker that cannot fail proves nothing. With a defence removed it must find a fault; the last column is the
    same trial with every defence in place. {caught} of {len(controls)} controls were caught every time.
    """
    return _section("Red controls", text, _table(("defence taken out", "caught", *faults, "faults with it"), rows))


def _detection(detection: Mapping[str, Any]) -> str:
    sockets = detection["by_server"]
    rows = [
        (name.replace("_", " "), _seconds(sockets[name]), _seconds(detection["by_client"][name])) for name in sockets
    ]
    text = f"""
    A silent drop, with the default settings (dead after {detection["dead_after"]:g} s): until the server has told the
    partner, and until the client has noticed. A client that was stopped for
    {" s and one for ".join(f"{seconds:g}" for seconds in detection["stops"])} s had everything afterwards.
    """
    return _section("How soon a loss is noticed", text, _table(("dropped", "server", "client"), rows))


def _leaks(leaks: Mapping[str, Any]) -> str:
    before, after = leaks["before"], leaks["after"]
    rows = [(what, before[what], after[what]) for what in ("descriptors", "tasks")]
    memory = "resident memory", _mib(before["memory"]), _mib(after["memory"])
    text = f"One server through {leaks['faults']} faults of network and clients."
    return _section("What stays behind", text, _table(("", "before", "after"), [*rows, memory]))


def _acks(acks: Mapping[str, Any]) -> str:
    text = f"""
    At {acks["rate"]:,} messages a second by {acks["pairs"]} pairs for {acks["seconds"]} s, all of them synced to disk:
    from a message to its acknowledgement p50 {_seconds(acks["p50"])}, p99 {_seconds(acks["p99"])}, at most
    {_seconds(acks["max"])}.
    """
    return _section("Acknowledgements", text)


def _reader(reader: Mapping[str, Any]) -> str:
    text = f"""
    {_mib(reader["bytes"])} in {reader["messages"]:,} messages were sent to a reader that had stopped. The server grew
    by {_mib(reader["growth"])}, the replay included. For another pair the p99 from one to the other was
    {_seconds(reader["p99_before"])} while the same sender wrote to a reader who read, and
    {_seconds(reader["p99_during"])} ({reader["p99_during"] / reader["p99_before"]:.2f} ×) while it wrote to the one
    who did not. On return the reader got everything, in order, within {_seconds(reader["seconds_back"])}.
    """
    return _section("A reader that stops", text)


SECTIONS = {
    "controls": _controls,
    "storm": _storm,
    "matrix": _matrix,
    "endings": _endings,
    "detection": _detection,
    "leaks": _leaks,
    "acks": _acks,
    "reader": _reader,
}


if __name__ == "__main__":
    PAGE.write_text(page(json.loads(FIGURES.read_text(encoding="utf-8"))), encoding="utf-8")
