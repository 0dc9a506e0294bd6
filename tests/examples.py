"""With how many examples a property is tried: few after each change, many before a change is taken."""

from __future__ import annotations

import os

SHARES = {"quick": 0.05, "usual": 0.25, "long": 1.0}
PROFILE = os.environ.get("TESTS_PROFILE", "usual")
"""`make quick` sets quick, `.ci/run` long."""

OF_A_PROPERTY = 100
"""What hypothesis tries each property with, where nothing else is said."""


def examples(most: int) -> int:
    """Of `most` examples, the share of this profile."""
    return max(5, round(most * SHARES[PROFILE]))
