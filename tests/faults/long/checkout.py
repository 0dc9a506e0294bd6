"""Which code is played: the commit, and the state of `duologue/` that it holds."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

TOP = Path(__file__).parents[3]
PLAYED = ("duologue", "tests/faults")


class NoStateError(Exception):
    """What is played is in no commit. The text says why, and what can be done."""


@dataclass(frozen=True, slots=True)
class State:
    commit: str
    """Its short hash and its date."""
    duologue: str
    """The hash of the folder `duologue/` in it: the same in every commit that does not change anything there."""
    proof: str
    """That of `tests/faults`."""

    def plays_as(self, other: State) -> bool:
        """Whether the code that is played is the same, whatever else the two commits differ in."""
        return (self.duologue, self.proof) == (other.duologue, other.proof)


def state_of(top: Path = TOP) -> State:
    """Raises NoStateError."""
    changed = _git(top, "status", "--porcelain", "--", *PLAYED).splitlines()
    if changed:
        raise NoStateError(
            f"figures that are kept say of which commit they are, and these changes are in none: "
            f"{', '.join(line[3:] for line in changed)}; commit them, or put the figures elsewhere with --figures FILE"
        )
    commit, date = _git(top, "log", "-1", "--format=%h %cs").split()
    trees = _git(top, "rev-parse", *(f"HEAD:{folder}" for folder in PLAYED)).split()
    return State(f"{commit} of {date}", *trees)


def _git(top: Path, *words: str) -> str:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        done = subprocess.run(["git", *words], cwd=top, env=outside, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        said = getattr(error, "stderr", None) or str(error)
        raise NoStateError(
            f"figures that are kept say of which commit they are, and git knows none of {top} ({said.strip()}); "
            f"put them elsewhere with --figures FILE"
        ) from error
    return done.stdout
