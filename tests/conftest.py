"""Fixtures and settings for every test."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.examples import OF_A_PROPERTY, PROFILE, examples

# How long an example takes is the machine's business.
settings.register_profile(PROFILE, deadline=None, max_examples=examples(OF_A_PROPERTY))
settings.load_profile(PROFILE)


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """Return a folder for one test, with a path short enough for a socket in it: pytest's own, below one for each of
    several workers, with the test's name in it, is too long for that (107 bytes, unix(7)).
    """
    with tempfile.TemporaryDirectory(prefix="duologue-") as folder:
        yield Path(folder)
