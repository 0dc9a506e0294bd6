"""Several devices of an account: what comes by the feed, and what by a chat."""

from __future__ import annotations

from tests.mutations.defences import Defence

_STREAMS = "duologue/core/streams.py"
_TESTS = "tests/core/test_streams.py::TestRecipientReturns"

DEFENCES = (
    Defence(
        "a chat goes on after what the device holds, not after what its person has",
        _STREAMS,
        "named = self.named(held.name) if held and by_device else None",
        "named = None",
        f"{_TESTS}::test_a_device_is_handed_what_follows_what_it_holds_itself",
    ),
    Defence(
        "and so does each stream that follows",
        _STREAMS,
        "0 if by_device else self.at.received)",
        "self.at.received)",
        f"{_TESTS}::test_it_is_handed_the_next_stream_from_its_beginning",
    ),
    Defence(
        "what the store has still to report is handed over by the chat",
        _STREAMS,
        "min(self.at.received, self.at.stored) if by_device else self.at.received",
        "self.at.received",
        f"{_TESTS}::test_one_that_claims_nothing_is_handed_what_nobody_of_its_person_has_or_the_store_has_not",
    ),
    Defence(
        "a session with a device is handed a chat by what it holds itself",
        "duologue/server/hub.py",
        "by_device = bool(session.device)",
        "by_device = False",
        "tests/scenes/test_following.py::test_a_device_that_takes_a_chat_is_handed_what_it_does_not_hold"
        "_though_another_has_it",
    ),
)
