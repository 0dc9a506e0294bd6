"""The locks are complete: pip installs them without resolving anything, so nothing may be missing from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = Path("requirements")
PIN = re.compile(r"^(?P<name>[\w.-]+)(\[(?P<extras>[\w,-]+)\])?==(?P<version>[^ ]+)", re.MULTILINE)

Pins = dict[str, tuple[set[str], str]]
"""Extras and version, by name."""


def pins(lock: str) -> Pins:
    return {
        canonicalize_name(found["name"]): ({*(found["extras"] or "").split(",")} - {""}, found["version"])
        for found in PIN.finditer((LOCKS / lock).read_text())
    }


def missing(name: str, extras: set[str], locked: Pins) -> Iterator[str]:
    """Return what `name` requires, with these extras, that the lock lacks."""
    for text in distribution(name).requires or ():
        requirement = Requirement(text)
        if requirement.marker and not any(requirement.marker.evaluate({"extra": extra}) for extra in ("", *extras)):
            continue
        given, version = locked.get(canonicalize_name(requirement.name), (set(), ""))
        if not requirement.extras <= given or not requirement.specifier.contains(version):
            yield f"{name} requires {text}"


@pytest.mark.parametrize("lock", ["run.txt", "dev.txt"])  # the other packages in bench.txt are not installed here
def test_a_lock_has_all_that_its_packages_require_with_their_extras(lock: str) -> None:
    locked = pins(lock)
    assert locked
    assert [text for name, (extras, _) in locked.items() for text in missing(name, extras, locked)] == []


def test_an_extra_that_is_not_in_the_lock_is_noticed() -> None:
    locked = pins("dev.txt")
    locked["coverage"] = set(), locked["coverage"][1]
    assert [text for text in missing("pytest-cov", set(), locked) if "coverage[toml]" in text]


def test_what_is_not_in_the_lock_is_noticed() -> None:
    locked = pins("run.txt")
    del locked["numpy"]
    assert [*missing("pandas", set(), locked)]


@pytest.mark.parametrize("lock", ["run.txt", "dev.txt", "bench.txt"])
def test_every_line_of_a_lock_has_its_hashes(lock: str) -> None:
    text = (LOCKS / lock).read_text()
    assert all("--hash=sha256:" in part for part in re.split(r"^(?=[\w.-]+[\[=])", text, flags=re.MULTILINE)[1:])
