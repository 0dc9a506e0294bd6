"""Defences of the long form: what its figures say is of one code, and nothing that was found gets lost."""

from __future__ import annotations

from tests.mutations.defences import Defence

LEDGER = "tests/faults/long/ledger.py"
PLAYING = "tests/faults/long/playing.py"
TESTS = "tests/faults/test_long.py"

DEFENCES = (
    Defence(
        "figures of another state of duologue/ are not gone on with",
        LEDGER,
        'if not entry or not state or entry["duologue"] != state.duologue:',
        "if not entry or not state:",
        f"{TESTS}::test_figures_of_another_state_are_not_mixed",
    ),
    Defence(
        "figures of other plays are not gone on with",
        LEDGER,
        "if figures is not None and not part.fits(figures):",
        "if False:",
        f"{TESTS}::test_other_plays_of_the_same_name_are_not_mixed",
    ),
    Defence(
        "a piece that broke is still known when the part goes on",
        LEDGER,
        'return Sum(figures, entry["commits"], entry["broken"])',
        'return Sum(figures, entry["commits"], [])',
        f"{TESTS}::test_a_piece_that_breaks_is_not_played_over",
    ),
    Defence(
        "a part of which only a piece broke loses its older figures",
        LEDGER,
        "        known.pop(name, None)\n",
        "",
        f"{TESTS}::test_a_part_of_which_only_a_piece_broke_shows_no_older_figures",
    ),
    Defence(
        "figures are whole however the run ends",
        LEDGER,
        'beside = self._path.with_name(f".{self._path.name}.part")',
        "beside = self._path",
        f"{TESTS}::test_who_is_killed_while_the_figures_are_written_has_those_of_before",
    ),
    Defence(
        "a piece during which the code was changed is not kept",
        PLAYING,
        "if began and now and not now.plays_as(began):",
        "if False:",
        f"{TESTS}::test_code_that_changes_meanwhile_is_in_no_figure",
    ),
    Defence(
        "figures are of a commit",
        "tests/faults/long/checkout.py",
        "    if changed:\n",
        "    if False:\n",
        f"{TESTS}::test_changes_that_are_in_no_commit_are_named",
    ),
    Defence(
        "a part with a fault is not good when it is whole",
        "tests/faults/long/__main__.py",
        "not sums[name].is_good(part)]",
        "False]",
        f"{TESTS}::test_a_fault_stays_in_the_sum",
    ),
)
