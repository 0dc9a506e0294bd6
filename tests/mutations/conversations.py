"""The list of conversations, and what is unread in them."""

from __future__ import annotations

from tests.mutations.defences import Defence

_CONVERSATIONS = "duologue/server/storage/conversations.py"
_MAILROOM = "duologue/server/storage/mailroom.py"
_MIGRATIONS = "duologue/server/storage/migrations.py"
_TESTS = "tests/server/storage/test_conversations.py"
_MODEL = f"{_TESTS}::test_whatever_is_said_the_list_and_the_rest_are_those_of_the_model"
_MIGRATED = "tests/server/storage/test_migrations.py::test_what_was_there_before_the_marks_counts_as_read"
_MIGRATED += "_and_what_comes_then_does_not"

DEFENCES = (
    Defence(
        "a conversation stands where its newest message is that may be read",
        _CONVERSATIONS,
        "if message and -(message.number >> PLACE_BITS) > place:",
        "if False:",
        f"{_TESTS}::test_what_was_not_heard_moves_no_conversation_up",
    ),
    Defence(
        "the list has nothing that was not heard",
        _CONVERSATIONS,
        "if row and row.may_be_read_by(me):",
        "if row:",
        _MODEL,
    ),
    Defence(
        "nor is it counted, or told",
        _CONVERSATIONS,
        "if is_heard or is_mine)",
        "if True)",
        _MODEL,
    ),
    Defence(
        "what I said myself is not unread",
        _CONVERSATIONS,
        "if found and found[2] != me)",
        "if found)",
        _MODEL,
    ),
    Defence(
        "what came after a number begins behind it, within a chunk too",
        _CONVERSATIONS,
        "yield from messages(row, max(first, passed), last)",
        "yield from messages(row, first, last)",
        f"{_TESTS}::test_what_came_after_a_number_begins_behind_it",
    ),
    Defence(
        "what is said in a chat that is on is counted",
        _CONVERSATIONS,
        "for which in (_SINCE, _IS_ON))",
        "for which in (_SINCE,))",
        _MODEL,
    ),
    Defence(
        "a letter in a chat that is over makes it newer",
        _MAILROOM,
        "            rows.newest[stream.chat] = chunk\n",
        "            pass\n",
        _MODEL,
    ),
    Defence(
        "a commit tells the numbers of what it has kept",
        "duologue/server/storage/gathering.py",
        "Numbered(row.number << PLACE_BITS, row.first, row.messages)",
        "Numbered(row.number << PLACE_BITS, 1, row.messages)",
        "tests/server/storage/test_conversation_store.py::test_a_commit_tells_the_numbers_that_the_history_has",
    ),
    Defence(
        "a mark goes forwards only",
        _CONVERSATIONS,
        "DO UPDATE SET number = max(number, excluded.number)",
        "DO UPDATE SET number = excluded.number",
        f"{_TESTS}::test_a_mark_goes_forwards_only_and_no_further_than_there_are_messages",
    ),
    Defence(
        "a mark is of what has been said by then",
        _MAILROOM,
        "min(number, newest_given)",
        "number",
        f"{_TESTS}::test_a_mark_goes_forwards_only_and_no_further_than_there_are_messages",
    ),
    Defence(
        "nobody fills the table of marks with names",
        _CONVERSATIONS,
        "    if not _newest(connection, me, conversation, birth):\n        return None\n",
        "",
        f"{_TESTS}::test_nobody_marks_what_is_no_conversation",
    ),
    Defence(
        "no more is counted than is shown",
        _CONVERSATIONS,
        "return most\n",
        "pass\n",
        f"{_TESTS}::test_no_more_is_counted_than_a_hundred",
    ),
    Defence(
        "a damaged message hides no list",
        _CONVERSATIONS,
        'except DamagedLinesError:\n        return message_at(row, place, "")',
        "except ZeroDivisionError:\n        raise",
        f"{_TESTS}::test_of_a_damaged_message_the_list_says_that_it_is_there",
    ),
    Defence(
        "who has asked me is found by an index",
        _MIGRATIONS,
        "CREATE INDEX chat_heard ON chat (target, asker, newest) WHERE reason IS NOT 'unheard'",
        "CREATE INDEX chat_heard ON chat (target, asker, newest) WHERE reason IS NULL",
        f"{_TESTS}::test_every_question_has_an_index",
    ),
    Defence(
        "what was said before there were marks counts as read",
        _MIGRATIONS,
        "SELECT asker, target, number FROM told UNION ALL SELECT target, asker, number FROM told)",
        "SELECT asker, target, number FROM told)",
        _MIGRATED,
    ),
    Defence(
        "the newest of a chat is known when it ends",
        _MAILROOM,
        "SELECT coalesce(max(last), 0) FROM stream WHERE stream.chat = chat.number",
        "SELECT 0",
        _MIGRATED,
    ),
)
