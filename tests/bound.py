"""The time that a test waits for what has to come."""

import os

BOUND = float(os.environ.get("TESTS_WAIT", "40"))
"""Seconds; only what never comes takes that long. An answer that needs a millisecond has taken five seconds on a busy
machine with two cores, with coverage measured and three tests at a time. Where most tests are expected to fail, less is
enough.
"""
