"""The ten defences that the promise rests on: what is lost or let in without them is what the project is for."""

from __future__ import annotations

from tests.mutations.defences import Defence

LOGIN = "duologue/server/auth/login.py"
LOGIN_TESTS = "tests/server/auth/test_login.py::"

DEFENCES = (
    Defence(
        "duplicate check: what comes again is dropped",
        "duologue/client/engine/receiving.py",
        "        if number <= self._arrived.get(key, self._memory.received(*key)):\n",
        "        if False:\n",
        "tests/client/engine/test_receiving.py::test_what_we_hold_is_dropped_and_acknowledged_again",
    ),
    Defence(
        "fencing: a newer session ends the older",
        "duologue/server/hub.py",
        "        self._make_room(login)\n",
        "",
        "tests/scenes/test_sessions.py::test_what_the_older_session_still_says_reaches_nobody",
    ),
    Defence(
        "token: each attaches one socket of a kind",
        LOGIN,
        "return in_time and kind not in login.attached and _same",
        "return in_time and _same",
        f"{LOGIN_TESTS}test_a_token_attaches_each_kind_once",
    ),
    Defence(
        "password answer: an unknown nickname is asked for one too",
        LOGIN,
        "        else:\n            connection.tell(PasswordWanted())\n",
        "        elif account:\n            connection.tell(PasswordWanted())\n"
        "        else:\n            self._deny(login, _DENIED)\n",
        f"{LOGIN_TESTS}test_who_is_unknown_or_disabled_looks_like_who_has_a_password",
    ),
    Defence(
        "block: a letter of somebody blocked goes nowhere",
        "duologue/core/privacy.py",
        "        return recipient not in self.blockers_of(sender)\n",
        "        return True\n",
        "tests/scenes/test_blocking.py::test_a_letter_of_somebody_blocked_looks_kept_and_goes_nowhere",
    ),
    Defence(
        "history authorisation: only one's own chats are read",
        "duologue/server/storage/reader.py",
        '        return f"((asker = :me AND target = :partner OR asker = :partner AND target = :me) AND {_IS_OWN})"\n',
        '        return "(target = :partner OR asker = :partner OR :me IS NULL)"\n',
        "tests/server/storage/test_reader.py::test_strangers_and_pairs_that_never_talked_get_the_same_nothing",
    ),
    Defence(
        "line limit: an endless line is refused",
        "duologue/protocols/lines.py",
        "        if len(data) > LINE_LIMIT or len(self.rest) >= LINE_LIMIT:\n",
        "        if len(data) > LINE_LIMIT:\n",
        "tests/protocols/test_lines.py::test_an_endless_line_is_refused_before_more_than_a_line_of_it_is_held",
    ),
    Defence(
        "origin: no page of others opens a WebSocket",
        "duologue/server/net/web.py",
        "        if origin in self._allowed:\n",
        "        if origin:\n",
        "tests/server/net/test_web.py::test_a_refused_origin_is_told_what_to_set",
    ),
    Defence(
        "CSP: the page runs no script but its own",
        "duologue/protocols/web/codec.py",
        '    "Content-Security-Policy": "default-src',
        '    "X-Nothing": "default-src',
        "tests/page/test_hostile_texts.py::test_the_page_allows_nothing_from_elsewhere_and_no_code_in_it",
    ),
    Defence(
        "ack after commit: nobody is told before the disk has it",
        "duologue/server/storage/writer.py",
        "    with transaction(connection):\n        insert(connection, _CHAT, batch.chats)\n",
        "    connection.execute('BEGIN')\n    if True:\n        insert(connection, _CHAT, batch.chats)\n",
        "tests/server/storage/test_writer.py::test_when_done_is_said_another_connection_sees_the_rows",
    ),
)
