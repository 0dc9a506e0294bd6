"""What holds for letters whichever store keeps them: which may come next, who has a mailbox, words of a refusal."""

from __future__ import annotations

from duologue.core.accounts import is_guest
from duologue.core.errors import PeerError
from duologue.core.rooms import is_room
from duologue.storage.base import Letter

LETTER = "letter"
"""Why a chat ended that was none: letters are kept as one, so that they are found like any message."""


UNHEARD = "unheard"
"""The same of a letter to somebody who has blocked its sender: for the sender it is like any other."""


def has_mailbox(recipient: str) -> bool:
    """A room has none, and a guest, whose name may be somebody else's tomorrow, has none either."""
    return not is_room(recipient) and not is_guest(recipient)


def bad_number(letter: Letter) -> PeerError:
    """In the same words whether the stream is live, goes on elsewhere, or is somebody else's."""
    return PeerError("bad_number", f"{letter.stream} does not go on with message {letter.number}; nothing was stored.")


def is_there(letter: Letter, stored: int, received: int) -> bool:
    """Has this message of a known stream been kept before? Raises PeerError where one before it is missing."""
    if letter.number > max(stored, received) + 1:
        raise bad_number(letter)
    return letter.number <= stored


def mailbox_full(letter: Letter) -> PeerError:
    return PeerError(
        "mailbox_full", f"{letter.recipient} has too many messages waiting. Try again when they have been here."
    )
