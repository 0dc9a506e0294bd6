"""Several devices of an account: what comes by the feed, and what by a chat."""

from __future__ import annotations

from tests.mutations.defences import Defence

_STREAMS = "duologue/core/streams.py"
_AHEAD = "tests/server/test_handed.py::test_what_was_pushed_is_handed_and_the_rest_is_ahead"
_NUMBERS = "tests/server/storage/test_rows.py"
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
    Defence(
        "the feed waits for what a chat is about to hand over",
        "duologue/server/handed.py",
        "if self.is_live or position <= direction.pushed else Place.AHEAD",
        "if self.is_live or position <= direction.pushed else Place.OUTSIDE",
        _AHEAD,
    ),
    Defence(
        "and does not pass over it",
        "duologue/server/handed.py",
        "if self.is_live or position <= direction.pushed else Place.AHEAD",
        "",
        _AHEAD,
    ),
    Defence(
        "a stream that a chat will come to is not told before",
        "duologue/server/handed.py",
        "return Place.AHEAD if direction.is_ahead(stream) else Place.OUTSIDE",
        "return Place.OUTSIDE",
        "tests/server/test_handed.py::test_a_later_stream_is_ahead_and_an_older_one_is_not_the_chats",
    ),
    Defence(
        "a cursor says no more than what was told",
        "duologue/server/chats/following.py",
        "if follower.is_level else follower.upto",
        "",
        "tests/server/chats/test_following.py::test_a_cursor_waits_for_what_the_chat_is_about_to_hand_over",
    ),
    Defence(
        "numbers that were set aside and not used are not told as stored",
        "duologue/server/storage/rows.py",
        "if self.numbers.chunk > self.first_aside:",
        "if True:",
        f"{_NUMBERS}::test_what_was_set_aside_and_not_used_is_not_stored",
    ),
    Defence(
        "what is said after a start has a number above all that were told",
        "duologue/server/storage/mailroom.py",
        "        if born:\n            self.numbers.chunk += 1",
        "        if True:\n            self.numbers.chunk += 1",
        "tests/scenes/test_following.py::test_the_first_message_of_a_store_has_a_number_above_all_that_were_told",
    ),
    Defence(
        "a stream of somebody else may have the name of one of one's own",
        "duologue/server/chats/following.py",
        "if nickname != progress.sender or progress.stream not in follower.session.spoken:",
        "if progress.stream not in follower.session.spoken:",
        "tests/server/chats/test_following.py::test_a_letter_in_a_stream_of_the_same_name_as_ones_own_is_told",
    ),
    Defence(
        "a reading that was stopped before it found anything is not the end",
        "duologue/server/chats/following.py",
        "if is_whole and not page:",
        "if not page:",
        "tests/server/chats/test_following.py::test_a_reading_that_was_stopped_before_it_found_anything_goes_on",
    ),
    Defence(
        "what comes late is reported to its sender, though both have streams of that name",
        "duologue/server/chats/acknowledgements.py",
        "self._late_speakers[session.nickname, stream.name] = session",
        'self._late_speakers = {**self._late_speakers, **{(name, stream.name): session for name in ("alice", "bob")}}',
        "tests/server/chats/test_acknowledgements.py::"
        "test_what_comes_late_is_reported_to_whoever_handed_it_in_though_both_have_streams_of_that_name",
    ),
    Defence(
        "a question about a stream takes no short way: it may be about one of one's own",
        "duologue/server/chats/receipts.py",
        "        if not count and name:  # a question, about a stream of this client that may have the same name\n"
        "            return False\n",
        "",
        "tests/scenes/test_following.py::test_who_asks_for_an_older_stream_of_their_own_is_answered_and_stays",
    ),
)
