"""Rules for letters in every store: which may come next, and who has a mailbox."""

from __future__ import annotations

from duologue.core.errors import PeerError
from duologue.core.names import is_guest
from duologue.core.room_rules import is_room
from duologue.server.storage.base import Letter

LETTER = "letter"
"""The reason of a chat that was none: letters are kept as one, so that they are found like any message."""

UNHEARD = "unheard"
"""The same as long as nothing of it was heard, because its recipient has blocked the sender: nobody becomes known by
it.
"""

STREAMS_OF_A_CHAT = 100
"""The streams that letters may begin in one chat. All are read for each letter, and a chat has a few: one for each lost
memory.
"""

HIGHEST_NUMBER = 10**18 - 1
"""The wire's 18 digits, so that a cursor has room for any (undelivered.py)."""


def has_mailbox(recipient: str) -> bool:
    """Return whether `recipient` has a mailbox: not a room, nor a guest, whose name may be somebody else's tomorrow."""
    return not is_room(recipient) and not is_guest(recipient)


def bad_number(stream: str, number: int) -> PeerError:
    """Return the refusal, in the same words whether the stream is live, goes on elsewhere, or is somebody else's."""
    return PeerError("bad_number", f"{stream} does not go on with message {number}; nothing was stored.")


def is_gone(letter: Letter) -> PeerError:
    """Return the refusal of what belongs to a chat with an account that is gone: it is not for the next of its name."""
    text = f"The {letter.recipient} of that chat has no account any more, and {letter.recipient} is somebody else now."
    return PeerError("unknown", f"{text} Nothing was stored.")


def check_number(letter: Letter) -> None:
    """Raise PeerError for a number that no message has: nobody could ever receive it."""
    if not 1 <= letter.number <= HIGHEST_NUMBER:
        raise bad_number(letter.stream, letter.number)


def is_there(letter: Letter, stored: int, received: int) -> bool:
    """Return whether this message of a known stream has been kept before. Raises PeerError if one
    before it is missing.
    """
    if letter.number > max(stored, received) + 1:
        raise bad_number(letter.stream, letter.number)
    return letter.number <= stored
