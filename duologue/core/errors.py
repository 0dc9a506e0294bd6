"""Errors of the other end, and what follows from them.

    PeerError        the other end asked for something that it cannot have; it is told, and goes on
    └─ FatalPeerError   the other end broke the protocol; it is told, and the connection is closed

A mistake of our own is no `PeerError`: it is an ordinary exception, logged with its traceback, and the peer is told
nothing.
"""

from __future__ import annotations


def in_words(error: BaseException) -> str:
    """Return what an error says, or what it is where it says nothing."""
    text = str(error).strip()
    if text:
        return text
    return next((words for kind, words in _SILENT.items() if isinstance(error, kind)), type(error).__name__)


_SILENT: dict[type[BaseException], str] = {
    ConnectionError: "the other side closed the connection in the middle of it",
    EOFError: "the other side closed the connection in the middle of it",
    TimeoutError: "it took too long",
    MemoryError: "there is not enough memory",
}


class PeerError(Exception):
    """A mistake of the peer. `code` is one word for programs, `text` a sentence for people.

    `of` is the class of the command that was meant, where a badly written command can still be recognised.
    """

    of: type | None = None

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text


class FatalPeerError(PeerError):
    """The peer broke the protocol, so nothing that it sends next can be trusted."""
