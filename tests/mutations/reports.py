"""Defences of reports and of the count of what was said, and of a client that reads two sockets in any order."""

from __future__ import annotations

from tests.mutations.defences import Defence

RULE = "duologue/core/reports.py"
RULE_TESTS = "tests/core/test_reports.py::"
REPORTER = "duologue/server/chats/reporter.py"
REPORTER_TESTS = "tests/server/chats/test_reporter.py::"
SESSION = "duologue/client/engine/session.py"
SESSION_TESTS = "tests/client/engine/test_session.py::"
CORRESPONDENCE = "duologue/client/engine/correspondence.py"
CONNECTION = "duologue/client/connection.py"
CONNECTION_TESTS = "tests/client/test_connection.py::"

RELAY = "duologue/server/chats/relay.py"
BOOKKEEPING_TESTS = "tests/server/chats/test_bookkeeping.py::"

DEFENCES = (
    Defence(
        "what the first report could not know comes quickly too",
        RULE,
        "FIRST_REPORTS = 2",
        "FIRST_REPORTS = 1",
        f"{RULE_TESTS}test_what_the_first_could_not_know_comes_quickly_too",
    ),
    Defence(
        "while it goes on there is one report in 200 ms",
        RULE,
        "        self._quick = max(0, self._quick - 1)\n",
        "",
        f"{RULE_TESTS}test_while_it_goes_on_there_is_one_in_200_ms",
    ),
    Defence(
        "those who came together do not report together",
        RULE,
        "self._phase = phase * STEADILY",
        "self._phase = 0.0",
        f"{RULE_TESTS}test_those_who_came_together_do_not_report_together",
    ),
    Defence(
        "a timer that is early makes no more reports",
        RULE,
        "self._beat_after(now + _EARLY)",
        "self._beat_after(now)",
        f"{RULE_TESTS}test_a_timer_that_is_a_little_early_makes_no_more_reports",
    ),
    Defence(
        "who says much is told every 20 ms",
        REPORTER,
        "much=self._has_much(stream)",
        "much=False",
        f"{REPORTER_TESTS}test_who_says_much_is_told_every_20_ms",
    ),
    Defence(
        "a PING that news has answered is not answered again",
        REPORTER,
        "        if self._is_asked:\n",
        "        if True:\n",
        f"{REPORTER_TESTS}test_news_answers_a_ping",
    ),
    Defence(
        "a question is answered at once",
        "duologue/server/chats/acknowledgements.py",
        "is_asked=ping.received == 0 and ping.stream is not None",
        "is_asked=False",
        "tests/attacks/test_descriptors.py::test_with_the_smallest_limits_there_are_fewer_clients",
    ),
    Defence(
        "a client that leaves waits for the answer to what it reported",
        CONNECTION,
        "        await _within(self._timing.last_words, self._was_answered.wait())\n",
        "",
        f"{CONNECTION_TESTS}test_what_is_finished_is_acknowledged_before_the_goodbye",
    ),
    Defence(
        "what is left of a conversation comes before the last words of the session",
        CONNECTION,
        "                await self._until_read(SocketKind.CHAT)\n",
        "",
        "tests/client/test_api.py::test_a_handler_that_fails_is_logged_and_the_next_event_comes",
    ),
    Defence(
        "requests end when the server says so",
        SESSION,
        "    RequestsEnded: ClientSession._requests_ended,\n",
        "",
        f"{SESSION_TESTS}test_a_start_settles_the_request_that_it_came_from",
    ),
    Defence(
        "a question about a chat that is on already is no question",
        CORRESPONDENCE,
        " and chat is not self.live:",
        ":",
        f"{SESSION_TESTS}test_a_chat_that_waits_is_heard_of_after_the_answer_to_the_resume",
    ),
    Defence(
        "a line that came too late is refused without a word, before the end is read",
        CORRESPONDENCE,
        "self._late.explain(is_live=self.live is not None)",
        "self._late.explain(is_live=False)",
        f"{SESSION_TESTS}test_lines_that_came_too_late_are_handed_in_in_whichever_order_that_is_heard",
    ),
    Defence(
        "a window keeps a request that came after a chat of which it hears later",
        "duologue/client/window/hear_talks.py",
        "    changes = _left_alone(state, IN_CHAT)\n",
        "    changes = [*_requests_ended(state, RequestsEnded(event.nickname)), *_left_alone(state, IN_CHAT)]\n",
        "tests/client/window/test_hear_talks.py::test_a_request_after_a_chat_is_heard_of_before_the_chat_and_stays",
    ),
    Defence(
        "what is expected during a commit comes with the next",
        "duologue/server/storage/sqlite.py",
        "        elif self._waiting or self._collect:\n",
        "        elif self._waiting:\n",
        "tests/server/storage/test_sqlite.py::test_what_is_expected_during_a_commit_comes_with_the_next",
    ),
    Defence(
        "where what was expected has been given before, the store is at rest",
        "duologue/server/storage/sqlite.py",
        "has been given, and written, before\n            self._rest()\n",
        "has been given, and written, before\n",
        "tests/server/storage/test_sqlite.py::test_where_it_has_been_given_before_no_commit_is_made",
    ),
    Defence(
        "whoever asks how many were sent has them counted",
        "duologue/core/streams.py",
        "return self._sent + len(self.uncounted)",
        "return self._sent",
        f"{BOOKKEEPING_TESTS}test_whoever_asks_how_many_were_sent_has_them_counted",
    ),
    Defence(
        "what came alone is kept before what came together",
        RELAY,
        '        """\n        self.settle_in_order()\n        self.stream.counts(count, len(lines))\n',
        '        """\n        self.stream.counts(count, len(lines))\n',
        f"{BOOKKEEPING_TESTS}test_several_at_once_and_long_ones_are_kept_at_once_and_in_order",
    ),
    Defence(
        "what the partner said before is kept before it",
        RELAY,
        "        if self.hears.current.uncounted:\n",
        "        if False:\n",
        f"{BOOKKEEPING_TESTS}test_a_question_is_kept_before_its_answer",
    ),
    Defence(
        "who is behind is handed from the store what was passed by a moment ago",
        "duologue/server/chats/delivery.py",
        "            self._relay.settle_in_order()  # what is missing is read from the store\n",
        "            pass\n",
        "tests/server/chats/test_delivery.py::test_who_is_behind_is_handed_what_was_said_a_moment_ago",
    ),
    Defence(
        "streams are numbered in the order of their first lines",
        "duologue/server/storage/gathering.py",
        "        for stream in self._spoken:\n            rows",
        "        for stream in [stream for stream in self._changed if stream.pieces]:\n            rows",
        "tests/server/storage/test_gathering.py::test_streams_are_numbered_in_the_order_of_their_first_lines",
    ),
    Defence(
        "without a history, what was received before it was counted is not held",
        "duologue/server/storage/unreceived.py",
        "            into.held.let_go(into.received)\n            return\n",
        "            return\n",
        "tests/server/storage/test_unreceived.py::test_what_was_received_before_it_was_counted_is_not_held",
    ),
    Defence(
        "a message is counted before it goes out",
        RELAY,
        "                uncounted.append(data)\n                self.send(data)",
        "                self.send(data)\n                uncounted.append(data)",
        f"{BOOKKEEPING_TESTS}test_one_who_falls_behind_by_a_message_has_been_sent_it",
    ),
    Defence(
        "what was said just before the end of a chat is kept in it",
        "duologue/server/chats/service.py",
        "        self._bookkeeping.settle()\n        self._store.chat_ended",
        "        self._store.chat_ended",
        "tests/scenes/test_conversation.py::test_what_was_said_a_moment_ago_is_kept_whatever_comes_then",
    ),
    Defence(
        "what was said just before everybody has to leave is kept",
        "duologue/server/chats/delivery.py",
        "            self._relay.settle_in_order()  # the store may be closed next\n",
        "            pass\n",
        "tests/scenes/test_shutdown.py::test_nobody_is_told_that_a_chat_pauses",
    ),
    Defence(
        "what was said a moment ago is found",
        "duologue/server/history.py",
        "        self._bookkeeping.settle()  # what was said until now is to be found\n",
        "",
        "tests/scenes/test_conversation.py::test_what_was_said_a_moment_ago_is_kept_whatever_comes_then",
    ),
    Defence(
        "many people who say a little each have few commits",
        "duologue/server/storage/spacing.py",
        "return BUSY_SPACING if messages > BUSY_MESSAGES and size < BUSY_BYTES else COMMIT_SPACING",
        "return COMMIT_SPACING",
        "tests/server/storage/test_sqlite.py::test_commits_are_further_apart_while_many_say_a_little",
    ),
)
