"""Long chunks are counted with numpy, which nobody waits for."""

from __future__ import annotations

import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from duologue.server.chats import long_chunks
from tests.bound import BOUND


@given(st.lists(st.sampled_from([b":", b":hello", b"/quit", b"", b":a:b"]), min_size=1, max_size=30))
def test_it_counts_messages_and_nothing_where_a_line_is_none(lines: list[bytes]) -> None:
    are_messages = all(line.startswith(b":") for line in lines)
    chunk = b"".join(line + b"\n" for line in lines)
    assert long_chunks.count_messages(chunk) == (len(lines) if are_messages else 0)


def test_what_looks_at_long_chunks_is_loaded_by_the_first_and_waited_for_by_none() -> None:
    code = """
import sys, time
from duologue.server.chats import long_chunks
from tests.bound import BOUND
assert "numpy" not in sys.modules
assert not long_chunks.is_ready()
while not long_chunks.is_ready():
    time.sleep(0.01)
assert long_chunks.count_messages(b":hello\\n" * 3) == 3
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=BOUND)
