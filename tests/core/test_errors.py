"""An error says who erred: what the peer is told, and whether the connection goes on."""

from __future__ import annotations

import pytest

from duologue.core.errors import FatalPeerError, PeerError, in_words


@pytest.mark.parametrize("kind", [PeerError, FatalPeerError])
def test_an_error_carries_a_word_for_programs_and_a_sentence_for_people(kind: type[PeerError]) -> None:
    error = kind("no_chat", "You are in no chat.")
    assert (error.code, error.text) == ("no_chat", "You are in no chat.")
    assert "no_chat" in str(error)
    assert "You are in no chat." in str(error)


def test_whoever_handles_the_peers_errors_handles_the_fatal_ones_too() -> None:
    assert issubclass(FatalPeerError, PeerError)


def test_a_mistake_of_ours_is_not_taken_for_one_of_the_peer() -> None:
    assert not issubclass(PeerError, (KeyError, ValueError, AssertionError, OSError))
    assert not issubclass(KeyError, PeerError)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(28, "No space left on device"), "[Errno 28] No space left on device"),
        (ConnectionResetError(), "the other side closed the connection in the middle of it"),
        (ConnectionAbortedError(" "), "the other side closed the connection in the middle of it"),
        (TimeoutError(), "it took too long"),
        (RuntimeError(), "RuntimeError"),
        (KeyError(), "KeyError"),
    ],
)
def test_no_error_is_without_words(error: Exception, words: str) -> None:
    assert in_words(error) == words
