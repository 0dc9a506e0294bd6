"""Who erred, and what to do about it.

    PeerError        the other end asked for something that it cannot have; it is told, and goes on
    └─ FatalPeerError   the other end broke the protocol; it is told, and the connection is closed

A mistake of our own is no `PeerError`: it is an ordinary exception, is logged with its traceback and tells the peer
nothing.
"""

from __future__ import annotations


class PeerError(Exception):
    """The peer erred. `code` is one word for programs, `text` a sentence for people.

    `of` is the class of the command that was meant, where it came wrongly written and can be told all the same.
    """

    of: type | None = None

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class FatalPeerError(PeerError):
    """The peer broke the protocol, and what it sends next cannot be trusted to mean anything."""
