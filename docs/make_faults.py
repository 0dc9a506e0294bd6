"""Writes docs/faults.md from the figures of the long form, docs/faults.json. `make faults` does so after each piece."""

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

This page is made from the figures of `make faults` (`docs/faults.json`); nothing in it is written by hand. `make test`
runs a handful of the same cells each time. Each part is played in pieces that add up, all of them on one state of
`duologue/`; a run that was stopped goes on from its last piece.

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
    "storm": "faults at random",
    "matrix": "the matrix",
    "endings": "chats that ended meanwhile",
    "reader": "1 GiB to a reader that has stopped",
    "leaks": "lost links in a row",
    "detection": "default settings",
}
"""Those that count messages in one verdict."""

ALL_PARTS = {"controls": "red controls", **PARTS, "acks": "acknowledgements"}

NOT_NOTED = "from before this was noted"
SHORT = 12
"""Digits of a hash."""


def page(figures: Mapping[str, Any]) -> str:
    """Return the whole text of docs/faults.md."""
    played = figures.get("played", {})
    sections = [
        _with_remark(section(figures[name]), played.get(name)) for name, section in SECTIONS.items() if name in figures
    ]
    return "\n".join([INTRODUCTION, _machine(figures["machine"]), code(figures), _messages(figures), *sections])


def write(figures: Mapping[str, Any]) -> None:
    PAGE.write_text(page(figures), encoding="utf-8")


def _with_remark(section: str, played: Mapping[str, Any] | None) -> str:
    """Say below the title what is missing of a part."""
    if played is None or played["whole"]:
        return section
    title, _, rest = section.partition("\n\n")
    remark = _prose(f"Unfinished: {played['so_far']}.")
    return f"{title}\n\n{remark}\n{rest}"


def code(figures: Mapping[str, Any]) -> str:
    """Of which commit each part is, and what broke."""
    played = figures.get("played", {})
    known = {name: played.get(name) for name in ALL_PARTS if name in figures or name in played}
    rows = [(ALL_PARTS[name], *_origin(part)) for name, part in known.items()]
    table = _table(("", "commit", "`duologue/`", "played"), rows)
    broken = "".join(
        f"- {ALL_PARTS[name]}: {error.splitlines()[0]}\n"
        for name, part in known.items()
        for error in (part["broken"] if part else ())
    )
    remark = ["Pieces that broke, and are in no figure:\n", broken] if broken else []
    states = {part["duologue"] if part else None for part in known.values()}
    return _section("Of which code this is", _unity(states), table, *remark)


def _origin(part: Mapping[str, Any] | None) -> tuple[str, str, str]:
    if part is None:
        return NOT_NOTED, NOT_NOTED, "whole"
    state = f"`{part['duologue'][:SHORT]}`" if part["duologue"] else "in no commit"
    return ", ".join(part["commits"]) or "none", state, "whole" if part["whole"] else part["so_far"]


def _unity(states: set[str | None]) -> str:
    """Say whether all is of one state; None is one that nobody knows."""
    if states == {None}:
        return "Of none of these parts it is known of which commit it is."
    known = states - {None}
    if len(states) == 1:
        return "All parts are of one state of `duologue/`."
    if len(known) == 1:
        return "**The parts are not all of one state of `duologue/`:** of some it is not known which it was."
    return f"**The parts are of {len(known)} different states of `duologue/`**: together they say nothing of one."


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
    Two pairs talked for {storm["seconds"] / 60:.0f} minutes, {_pieces(storm)}with a random fault every 2 to 10
    seconds: {blows}. That makes {storm["kills"]} kills and {storm["cuts"]} power cuts.

    From a lost link to the resumed chat, in {storm["resumes"]:,} resumes: p50 {_seconds(storm["resume_p50"])}, p99
    {_seconds(storm["resume_p99"])}. The time in which the server was down or the network bad is in it; either end
    gave up after 0.4 s of silence, with signs of life as much closer together, and clients waited 4% as long between
    two tries as they do for people.
    """
    return _section("Faults at random", text)


def _pieces(storm: Mapping[str, Any]) -> str:
    pieces = storm.get("pieces", 1)
    return f"in {pieces} pieces that each had a new server and new chats, " if pieces > 1 else ""


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
    write(json.loads(FIGURES.read_text(encoding="utf-8")))
