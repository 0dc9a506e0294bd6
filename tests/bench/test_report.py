"""The tables say what was measured, and the page is that of the last whole run."""

from __future__ import annotations

import json

import pytest

from bench import names, report
from bench.growth import GROWTHS
from docs import make_performance

CHAT = names.ping_pong(50)
RESULTS = {
    CHAT: {
        names.LIMIT: {"rate": [200.0, 400.0], "cpu_us": [4.0, 4.0]},
        names.OURS: {"rate": [100.0, 300.0], "cpu_us": [5.0, 6.0], "p50_us": [250.4, 250.4]},
        names.OTHER: {"rate": [50.0, 150.0], "cpu_us": [10.0, 12.0]},
    },
    names.ping_pong(100): {names.OURS: {"cpu_us": [11.0]}},
    names.START: {names.OURS: {"start_s": [0.987]}},
}


def test_a_row_for_every_server_of_every_workload() -> None:
    head, *rows = report.measurements(RESULTS)
    shown = {(row[0], row[1]): dict(zip(head, row, strict=True)) for row in rows}
    assert len(shown) == 5
    ours = shown[CHAT, names.OURS]
    assert (ours["a second"], ours["CPU µs each"], ours["p50 µs"], ours["p99 µs"]) == ("200", "5.50", "250", "")
    assert ours["of the limit"] == "0.62"  # the median of 0.5 and 0.75
    assert shown[names.START, names.OURS]["besides"] == "0.99 s"


def test_a_row_for_what_grew() -> None:
    assert report.growth(RESULTS)[1:] == [
        (GROWTHS[0].title, names.OURS, "message", "50: 5.5, 100: 11", "+1.00"),
        (GROWTHS[1].title, names.LIMIT, "message", "50: 4", ""),
    ]


def test_one_checkout_beside_the_other() -> None:
    assert report.comparison(RESULTS, names.OTHER)[1:] == [(CHAT, names.OURS, "2.00 ×", "0.50 ×")]


def test_a_bound_is_shown_with_its_verdict() -> None:
    row = next(row for row in report.bounds(RESULTS) if row[1] == "≤ 1.7 × limit")
    assert row == ("ping-pong, 50 pairs: CPU for each", "≤ 1.7 × limit", "1.38", "held")


NOTICED = {
    "p50_us": [1_000.0],
    "p99_us": [20_000.0],
    "max_us": [250_000.0],
    "history_s": [0.01],
    "mailbox_s": [0.02],
    "login_s": [0.03],
}


@pytest.mark.parametrize(
    ("figure", "value", "verdict"),
    [
        ("max_us", 9e9, "held"),
        ("p99_us", 100_001.0, "NOT HELD"),
        ("history_s", 1.001, "NOT HELD"),
        ("mailbox_s", 1.001, "NOT HELD"),
        ("login_s", 1.001, "NOT HELD"),
    ],
)
def test_an_attack_is_a_row_with_its_verdict(figure: str, value: float, verdict: str) -> None:
    results = {
        names.LETTERS: {names.HISTORY: NOTICED, names.OTHER: {**NOTICED, figure: [value]}},
        names.NOBODY_ATTACKS: {names.HISTORY: NOTICED},
    }
    _, asked, *rows = report.attacks(results)
    assert asked == ("at most", "", "", "≤ 100,000", "", "≤ 1", "≤ 1", "≤ 1", "")
    assert [(row[0], row[1], row[-1]) for row in rows] == [
        (names.NOBODY_ATTACKS, names.HISTORY, "held"),
        (names.LETTERS, names.HISTORY, "held"),
        (names.LETTERS, names.OTHER, verdict),
    ]
    assert rows[0][2:-1] == ("1,000", "20,000", "250,000", "0.010", "0.020", "0.030")
    assert len(report.measurements(results)) == 1


def test_without_attacks_nothing_is_said_of_them() -> None:
    assert len(report.attacks(RESULTS)) == 1


def test_columns_stand_below_each_other() -> None:
    table = [("name", "number"), ("a", "1,000.5"), ("bcdef", "7")]
    assert report.as_text(table) == "name   number\na      1,000.5\nbcdef        7"


def test_markdown() -> None:
    assert report.as_markdown([("a", "b"), ("1", "2")]) == "| a | b |\n| --- | --- |\n| 1 | 2 |\n"


def test_the_page_is_that_of_the_results() -> None:
    text = make_performance.PAGE.read_text(encoding="utf-8")
    kept = json.loads(make_performance.FIGURES.read_text(encoding="utf-8"))
    assert make_performance.page(text, kept) == text, "run `.venv/bin/python -m docs.make_performance`"


def test_the_page_names_who_was_left_out_and_what_failed() -> None:
    text = "".join(
        f"<!-- {part} -->\nold\n<!-- /{part} -->\n" for part in ("run", "bounds", "attacks", "growth", "results")
    )
    machine = {"cpus": 2, "system": "Linux", "python": "3.11"}
    kept = {
        "date": "2026-01-02",
        "machine": machine,
        "rounds": 3,
        "seconds": 9,
        "results": RESULTS,
        "versions": {"ngircd": "26.1"},
    }
    page = make_performance.page(text, {**kept, "left_out": {"nats": "is not installed"}, "failed": {"a": "why"}})
    assert "- ngircd 26.1\n- nats was left out: is not installed\n- a failed: why\n<!-- /run -->" in page
    assert "old" not in page
    assert "<!-- attacks -->\nNo attacks were part of this run.\n<!-- /attacks -->" in page
    assert "medians of 3 rounds" in make_performance.page(text, {**kept, "left_out": {}, "failed": {}})
