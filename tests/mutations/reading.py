"""What keeps readings of the store from holding up others."""

from __future__ import annotations

from tests.mutations.defences import Defence

_THREAD = "duologue/server/storage/reader_thread.py"
_READER = "duologue/server/storage/reader.py"
_SEARCH = "duologue/server/storage/search.py"
_STORE = "duologue/server/storage/sqlite.py"
_READINGS = "duologue/server/storage/readings.py"
_RECALL = "duologue/server/history.py"

_OF_THREAD = "tests/server/storage/test_reader_thread.py"
_OF_READER = "tests/server/storage/test_reader.py"
_OF_SEARCH = "tests/server/storage/test_search.py"
_OF_STORE = "tests/server/storage/test_sqlite.py"
_OF_RECALL = "tests/server/test_history.py"
_ATTACKS = "tests/attacks/test_search.py"

DEFENCES = (
    Defence(
        "A reading gives way after a turn",
        _THREAD,
        "if self._is_over() or self._clock() >= turn_ends:",
        "if self._is_over():",
        f"{_OF_THREAD}::test_two_who_read_much_have_their_turns_one_after_the_other",
    ),
    Defence(
        "Turns go round by account",
        _THREAD,
        "await self._pool.run(partial(self._take_turn, reading, steps, limit), *keys)",
        "await self._pool.run(partial(self._take_turn, reading, steps, limit), object())",
        f"{_OF_THREAD}::test_many_questions_of_one_do_not_come_before_the_first_of_another",
    ),
    Defence(
        "A reading ends when its seconds of work are over",
        _THREAD,
        "reading.seconds -= self._clock() - began",
        "pass",
        f"{_OF_THREAD}::test_after_its_seconds_of_work_a_reading_ends_with_what_was_found",
    ),
    Defence(
        "A statement ends when the time is over",
        _THREAD,
        "connection.set_progress_handler(self._is_over, _PROGRESS_STEPS)",
        "connection.set_progress_handler(lambda: self._is_stopped, _PROGRESS_STEPS)",
        f"{_OF_THREAD}::test_a_statement_ends_when_the_time_is_over",
    ),
    Defence(
        "A reading ends when its asker has gone",
        _THREAD,
        "reading.is_wanted = False",
        "pass",
        f"{_OF_THREAD}::test_who_goes_while_it_is_read_for_lets_go_of_the_thread_even_within_a_statement",
    ),
    Defence(
        "Reading ends when the store closes",
        _THREAD,
        "self._is_stopped = True",
        "pass",
        f"{_OF_STORE}::test_the_store_closes_whatever_is_read",
    ),
    Defence(
        "Sweeping ends when the store closes",
        "duologue/server/storage/retention.py",
        "connection.set_progress_handler(self._closing.is_set, _PROGRESS_STEPS)",
        "pass",
        "tests/server/storage/test_retention.py::test_a_sweep_ends_with_the_store_even_within_a_statement",
    ),
    Defence(
        "Looking through what is kept is done in steps",
        "duologue/server/storage/retention.py",
        "if at < than and is_received] or (None,)",
        "if at < than and is_received]",
        "tests/server/storage/test_retention.py::test_looking_through_what_is_kept_is_done_in_steps_too",
    ),
    Defence(
        "History does not wait for a search",
        _READINGS,
        'self._searcher = ReaderThread(file.reader(), "store-search")',
        "self._searcher = self._reader",
        f"{_OF_STORE}::test_history_and_mailboxes_do_not_wait_for_a_search",
    ),
    Defence(
        "A mailbox does not wait for history",
        _READINGS,
        'self._reader = ReaderThread(file.reader(), "store-reader")',
        "self._reader = self._mail_thread",
        f"{_OF_STORE}::test_mailboxes_do_not_wait_for_history",
    ),
    Defence(
        "A search waits for the index no longer than it may",
        _READINGS,
        "async with asyncio.timeout(INDEXING_SECONDS):",
        "async with asyncio.timeout(None):",
        f"{_OF_STORE}::test_a_search_waits_for_the_index_no_longer_than_it_may_and_says_so",
    ),
    Defence(
        "The index is made of what was there when it began",
        _SEARCH,
        "while number is not None and number <= newest:",
        "while number is not None:",
        f"{_OF_SEARCH}::test_the_index_is_made_of_what_was_there_when_it_began",
    ),
    Defence(
        "What is in the index is not expanded again",
        _SEARCH,
        "start = (upto & _PLACE) + 1",
        "start = 0",
        f"{_OF_SEARCH}::test_what_is_in_the_index_is_not_expanded_again",
    ),
    Defence(
        "The index is asked for few words",
        _SEARCH,
        "any(map(str.isalnum, word)) and len(phrase) <= room",
        "any(map(str.isalnum, word))",
        f"{_OF_SEARCH}::test_a_very_long_search_asks_the_index_for_little",
    ),
    Defence(
        "Hits in a chunk without the signs are passed over together",
        _SEARCH,
        'if len(places) > FEW_LINES and not wanted.has_signs(row.lines.decode(errors="replace")):',
        "if False:",
        f"{_OF_SEARCH}::test_hits_in_a_chunk_without_the_signs_are_not_looked_at_one_by_one",
    ),
    Defence(
        "A large chunk is read once for all its hits in a page",
        _SEARCH,
        "for chunk, numbers in groupby(found, key=lambda number: number >> PLACE_BITS)",
        "for chunk, numbers in ((number >> PLACE_BITS, [number]) for number in found)",
        f"{_OF_SEARCH}::test_a_chunk_with_many_hits_is_read_a_few_times_and_not_for_each",
    ),
    Defence(
        "A little of a large chunk is expanded",
        _READER,
        "for last in range(end, 0, -PAGE_LINES):",
        "for last in range(end, 0, -max(1, end)):",
        f"{_OF_READER}::test_a_little_of_a_large_chunk_is_expanded_and_not_all_of_it",
    ),
    Defence(
        "Many chats are gone through a page at a time",
        _READER,
        '{**pair, **last, "most": PAGE_CHATS}',
        '{**pair, **last, "most": -1}',
        f"{_OF_READER}::test_many_small_streams_and_long_ones_are_gone_through_in_small_steps",
    ),
    Defence(
        "A long stream is gone back through in pieces",
        _READER,
        '"highest": highest, "most": LOOK_CHUNKS}',
        '"highest": highest, "most": -1}',
        f"{_OF_READER}::test_many_small_streams_and_long_ones_are_gone_through_in_small_steps",
    ),
    Defence(
        "Acquaintances are looked up among few chats",
        "duologue/server/storage/migrations.py",
        """CREATE INDEX chat_talked ON chat (asker, target)""",
        """CREATE INDEX chat_talked ON chat (started)""",
        f"{_OF_READER}::test_who_has_talked_is_looked_up_among_chats_and_not_among_letters",
    ),
    Defence(
        "A reading is given up when its session ends",
        "duologue/server/hub.py",
        "self.chats.history.left(session)",
        "pass",
        f"{_ATTACKS}::test_a_search_is_given_up_when_its_asker_has_gone",
    ),
    Defence(
        "A guest reads in the name of its address",
        _RECALL,
        "session.login_socket.address if is_guest(session.nickname) else session.nickname",
        "session.nickname",
        f"{_OF_RECALL}::test_a_guest_reads_in_the_name_of_its_address",
    ),
    Defence(
        "A search that was stopped says so",
        _RECALL,
        "if not page.is_whole:",
        "if False:",
        f"{_ATTACKS}::test_a_search_that_takes_too_long_says_so_and_tells_what_it_has_found",
    ),
)
