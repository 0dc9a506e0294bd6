"""How far commits are apart."""

from __future__ import annotations

from duologue.server.storage.rows import Batch

# From the end of a commit to the next, in seconds. Each one costs the loop two switches of threads, a fight for the
# interpreter's lock, and two rows for each stream that has anything new. A store that was idle commits at once.
COMMIT_SPACING = 0.015
# The same while many people say a little each: acknowledgements go out every 200 ms then, so a finer grain is paid for
# and hardly seen. With 50 ms the slowest acknowledgements would come after a quarter of a second.
BUSY_SPACING = 0.04
BUSY_MESSAGES = 100
BUSY_BYTES = 256 * 1024
"""In a commit of more messages than the one, and fewer bytes than the other, many people say a little each."""
# The same where somebody waits for an answer: one who writes to a room says the next thing only when this is stored.
ANSWER_SPACING = 0.005


def after(batch: Batch) -> float:
    """Return the seconds from this commit to the next."""
    messages = sum(chunk.messages for chunk in batch.chunks)
    size = sum(len(chunk.lines) for chunk in batch.chunks)
    return BUSY_SPACING if messages > BUSY_MESSAGES and size < BUSY_BYTES else COMMIT_SPACING
