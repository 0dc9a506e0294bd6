"""How long a test waits for what has to come."""

import os

BOUND = float(os.environ.get("TESTS_WAIT", "40"))
"""Seconds; nobody waits that long but for what never comes. An answer of a millisecond has taken five seconds on a busy
machine of two cores, with coverage measured and three tests at a time. Where most tests are to fail, less is enough."""
