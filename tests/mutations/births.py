"""A nickname that is given again: nothing of the account before is the next one's (decision 0047)."""

from __future__ import annotations

from tests.mutations.defences import Defence

_IDENTITY = "duologue/core/identity.py"
_STORE_ACCOUNTS = "duologue/server/storage/accounts.py"
_MAILROOM = "duologue/server/storage/mailroom.py"
_READER = "duologue/server/storage/reader.py"
_STORE = "duologue/server/storage/sqlite.py"
_MEMORY = "duologue/server/storage/unreceived.py"
_ACCOUNTS = "duologue/server/accounts.py"
_HUB = "duologue/server/hub.py"
_TOKENS = "duologue/server/auth/session_tokens.py"

_OF_IDENTITY = "tests/core/test_identity.py::"
_OF_STORE_ACCOUNTS = "tests/server/storage/test_accounts.py::"
_OF_MAILROOM = "tests/server/storage/test_mailroom.py::"
_OF_MEMORY = "tests/server/storage/test_unreceived.py::"
_OF_ACCOUNTS = "tests/server/test_accounts.py::"
_OF_TOKENS = "tests/server/auth/test_session_tokens.py::"
_SCENES = "tests/scenes/test_births.py::"
_NOT_READ = f"{_OF_STORE_ACCOUNTS}test_what_was_said_before_is_not_read_by_the_next_of_the_name"
_IN_MEMORY = f"{_OF_MEMORY}test_the_next_of_a_name_has_no_mail_and_no_chats_of_the_one_before"

DEFENCES = (
    # Who is born
    Defence(
        "birth: another time is another account",
        _IDENTITY,
        "return known.created == created",
        "return True",
        f"{_SCENES}test_another_account_begins_with_nothing",
    ),
    Defence(
        "birth: who was never known is born",
        _IDENTITY,
        "return not self._known",
        "return True",
        f"{_OF_IDENTITY}test_somebody_who_was_never_known_is_born",
    ),
    Defence(
        "birth: an update takes nobody's history away",
        _IDENTITY,
        "return not self._known",
        "return False",
        f"{_OF_IDENTITY}test_the_first_reading_of_a_store_that_knows_nobody_is_of_accounts_from_before",
    ),
    Defence(
        "birth: who was seen to go and has no time is another",
        _IDENTITY,
        "return nickname not in self._gone",
        "return True",
        f"{_OF_IDENTITY}test_who_was_seen_to_go_is_the_same_only_with_the_same_time",
    ),
    Defence(
        "birth: a column that was dropped takes nothing away",
        _IDENTITY,
        "if known.created and created:",
        "if True:",
        f"{_SCENES}test_the_same_account_keeps_what_is_its_own",
    ),
    Defence(
        "birth: nor does a spreadsheet that writes the time in its own way",
        _IDENTITY,
        'return created if _RECORDED.fullmatch(created) else ""',
        "return created",
        f"{_SCENES}test_the_same_account_keeps_what_is_its_own",
    ),
    Defence(
        "birth: gone and back on one day is another account",
        "duologue/server/admin.py",
        ":%Y-%m-%dT%H:%M:%SZ}",
        ":%Y-%m-%d}",
        "tests/server/test_admin.py",
    ),
    # In which order
    Defence(
        "birth: nobody logs in before it is stored",
        _ACCOUNTS,
        "[account for account in accounts if account.nickname not in newcomers]",
        "accounts",
        f"{_OF_ACCOUNTS}test_who_is_born_can_come_in_when_the_birth_is_stored_and_not_before",
    ),
    Defence(
        "birth: what was read first does not count last",
        _ACCOUNTS,
        "async with self._reading:",
        "if True:",
        f"{_OF_ACCOUNTS}test_what_was_written_last_counts_however_long_a_birth_takes",
    ),
    Defence(
        "birth: replaced while the server was down",
        "duologue/server/server.py",
        "        await self._accounts.begin(accounts)\n",
        "",
        f"{_SCENES}test_replaced_while_the_server_was_down_she_reads_nothing_and_the_chat_is_over",
    ),
    Defence(
        "birth: a login that was begun for the one before ends",
        "duologue/server/auth/login.py",
        "return (account.password_hash, account.created) == (then.password_hash, then.created)",
        "return account.password_hash == then.password_hash",
        "tests/server/auth/test_login.py",
    ),
    # What was said
    Defence(
        "birth: the history of the one before is not read",
        _READER,
        "yield whose.me, whose.partner, whose.first_chat",
        "yield whose.me, whose.partner, 0",
        _NOT_READ,
    ),
    Defence(
        "birth: nor that of chats to which the other had asked",
        _READER,
        "yield whose.partner, whose.me, whose.first_chat",
        "yield whose.partner, whose.me, 0",
        _NOT_READ,
    ),
    Defence(
        "birth: the next process reads no more",
        _STORE,
        "self._lives = Lives(self.accounts)",
        "self._lives = Lives(())",
        _NOT_READ,
    ),
    Defence(
        "birth: a search finds nothing of the one before",
        _READER,
        'return f"((asker = :me OR target = :me) AND {_IS_OWN} OR target IN ({rooms}))"',
        'return f"(asker = :me OR target = :me OR target IN ({rooms}))"',
        _NOT_READ,
    ),
    Defence(
        "birth: nor does a search for signs, in what came to them",
        _READER,
        "yield asker, of, whose.first_chat if of == whose.me else 0",
        "yield asker, of, 0",
        _NOT_READ,
    ),
    Defence(
        "birth: nor in what they wrote",
        _READER,
        "yield whose.me, target, whose.first_chat",
        "yield whose.me, target, 0",
        _NOT_READ,
    ),
    Defence(
        "birth: nobody is known who talked with the one before",
        _READER,
        "reason IS NOT '{LETTER}' AND {_HEARD} AND {_IS_OWN}\"\n",
        "reason IS NOT '{LETTER}' AND {_HEARD}\"\n",
        f"{_OF_STORE_ACCOUNTS}test_whether_two_have_talked_is_asked_of_the_two_who_are_now",
    ),
    Defence(
        "birth: nor the one before to others",
        "duologue/server/storage/conversation_store.py",
        "self._readings.have_talked(me, other, self._lives.first_chat(me, other))",
        "self._readings.have_talked(me, other, self._lives.first_chat(me))",
        f"{_OF_STORE_ACCOUNTS}test_whether_two_have_talked_is_asked_of_the_two_who_are_now",
    ),
    Defence(
        "birth: what comes after a restart is not counted as the one before's",
        _READER,
        'highest(("number", "chat"), ("first_chat - 1", "account")) + 1',
        'highest(("number", "chat")) + 1',
        f"{_OF_STORE_ACCOUNTS}test_what_comes_after_a_restart_is_not_counted_as_the_one_befores",
    ),
    Defence(
        "birth: two births in a row have two numbers",
        _MAILROOM,
        "        self.numbers.chunk += 1  # so that",
        "        # so that",
        f"{_OF_STORE_ACCOUNTS}test_births_have_rising_numbers_over_restarts_too_below_all_that_follows",
    ),
    Defence(
        "birth: over a restart too",
        _READER,
        ', (f"born >> {PLACE_BITS}", "account")',
        "",
        f"{_OF_STORE_ACCOUNTS}test_births_have_rising_numbers_over_restarts_too_below_all_that_follows",
    ),
    # What waits
    Defence(
        "birth: the mailbox is emptied",
        _STORE_ACCOUNTS,
        '    "DELETE FROM mailbox WHERE recipient = ?",\n',
        "",
        f"{_SCENES}test_letters_to_the_one_before_are_not_hers",
    ),
    Defence(
        "birth: its places are free",
        _MAILROOM,
        "        self._shares.forget({nickname for nickname, _ in born})\n",
        "",
        f"{_OF_STORE_ACCOUNTS}test_mail_is_gone_and_its_places_are_free",
    ),
    Defence(
        "birth: what is handed in late for the one before is refused",
        _MAILROOM,
        "if streams and not self._is_of(streams[0], letter.recipient):",
        "if False:",
        f"{_OF_MAILROOM}test_what_is_for_the_one_before_is_refused_and_what_came_in_time_is_known",
    ),
    Defence(
        "birth: a stream of the one before does not go on",
        _MAILROOM,
        "if not is_over_and_theirs or not self._is_of(streams[0], letter.sender):",
        "if not is_over_and_theirs:",
        f"{_OF_MAILROOM}test_a_stream_of_the_one_before_does_not_go_on_and_is_told_to_nobody",
    ),
    Defence(
        "birth: nothing is told of a stream of the one before",
        _MAILROOM,
        "return found.progress if found and self._is_of(found, sender) else None",
        "return found.progress if found else None",
        f"{_OF_MAILROOM}test_a_stream_of_the_one_before_does_not_go_on_and_is_told_to_nobody",
    ),
    Defence(
        "birth: nor when the other has received it",
        _MAILROOM,
        "return progress if self._is_of(mine[-1], progress.sender) else None",
        "return progress",
        f"{_OF_MAILROOM}test_a_stream_of_the_one_before_does_not_go_on_and_is_told_to_nobody",
    ),
    Defence(
        "birth: nobody receives for the one before",
        _MAILROOM,
        "if not mine or not self._is_of(mine[-1], recipient):",
        "if not mine:",
        f"{_OF_MAILROOM}test_what_is_for_the_one_before_is_refused_and_what_came_in_time_is_known",
    ),
    Defence(
        "birth: a chat of the one before is not resumed",
        _MAILROOM,
        "or me not in streams[0][2:4] or not self._is_of(streams[0], me):",
        "or me not in streams[0][2:4]:",
        f"{_SCENES}test_a_chat_that_waited_for_the_one_before_is_over",
    ),
    Defence(
        "birth: a chat that waited for the one before ends",
        _HUB,
        "            self.perform(self.switchboard.remove(nickname))\n",
        "            pass\n",
        f"{_SCENES}test_a_chat_that_waited_for_the_one_before_is_over",
    ),
    # Who hears whom
    Defence(
        "birth: blocks by the one before are gone from the disk",
        _STORE_ACCOUNTS,
        '    "DELETE FROM block WHERE nickname = ?",\n',
        "",
        f"{_SCENES}test_blocks_are_gone_after_a_restart_too",
    ),
    Defence(
        "birth: blocks of the one before are gone from the disk",
        _STORE_ACCOUNTS,
        "for nickname, other in blocks if other in nicknames]",
        "for nickname, other in blocks if not nicknames]",
        f"{_SCENES}test_blocks_are_gone_after_a_restart_too",
    ),
    Defence(
        "birth: who may ask is everyone again",
        _STORE_ACCOUNTS,
        '    "DELETE FROM asking WHERE nickname = ?",\n',
        "",
        f"{_SCENES}test_blocks_are_gone_after_a_restart_too",
    ),
    Defence(
        "birth: blocks are gone from memory",
        _HUB,
        "        self.people.begin_anew(nicknames)\n",
        "",
        f"{_SCENES}test_blocks_by_and_of_the_one_before_are_gone",
    ),
    Defence(
        "birth: a room that waits is not held by the next of the name",
        _HUB,
        "        self.room_rules.begin_anew(nicknames)\n",
        "",
        f"{_SCENES}test_rooms_that_wait_for_the_one_before_are_not_held_by_her",
    ),
    # Without a history
    Defence(
        "birth: mail in memory is gone",
        _MEMORY,
        "            self._mailboxes.pop(nickname, None)\n",
        "            pass\n",
        _IN_MEMORY,
    ),
    Defence(
        "birth: what is late for the one before is refused in memory",
        _MEMORY,
        "if letter.recipient in chat.gone:",
        "if False:",
        _IN_MEMORY,
    ),
    Defence(
        "birth: a stream in memory does not go on",
        _MEMORY,
        "if chat.reason is None or not is_between_them or letter.sender in chat.gone:",
        "if chat.reason is None or not is_between_them:",
        _IN_MEMORY,
    ),
    Defence(
        "birth: a chat in memory is unknown",
        _MEMORY,
        "me not in {chat.asker, chat.target} - chat.gone:",
        "me not in {chat.asker, chat.target}:",
        _IN_MEMORY,
    ),
    Defence(
        "birth: nothing is told of a stream in memory",
        _MEMORY,
        "return None if sender in chat.gone else known.progress",
        "return known.progress",
        _IN_MEMORY,
    ),
    Defence(
        "birth: nor when the other has received it, in memory",
        _MEMORY,
        "return None if known.sender in chat.gone else known.progress",
        "return known.progress",
        _IN_MEMORY,
    ),
    Defence(
        "birth: who knew the one before does not know the next, in memory",
        _MEMORY,
        "for pair in self._talked if newcomers.isdisjoint(pair)}",
        "for pair in self._talked}",
        _IN_MEMORY,
    ),
    Defence(
        "birth: a chat in memory is forgotten once",
        _MEMORY,
        "if gone and chat.id in self._chats:",
        "if gone:",
        f"{_OF_MEMORY}test_a_birth_forgets_no_more_chats_than_are_remembered",
    ),
    # Session tokens
    Defence(
        "birth: a token of the one before opens nothing",
        _TOKENS,
        'return self._signed(*_state(claim, account), f"{identity.created} {identity.born}".encode())',
        "return self._signed(*_state(claim, account))",
        f"{_SCENES}test_a_token_of_the_one_before_does_not_let_her_in",
    ),
    Defence(
        "birth: a token from before the update opens nothing that was born since",
        _TOKENS,
        "return is_from_before and hmac.compare_digest(",
        "return hmac.compare_digest(",
        f"{_OF_TOKENS}test_an_update_logs_nobody_out_whose_account_is_from_before",
    ),
    Defence(
        "birth: an update logs nobody out",
        _TOKENS,
        "return is_from_before and hmac.compare_digest(",
        "return False and hmac.compare_digest(",
        f"{_OF_TOKENS}test_an_update_logs_nobody_out_whose_account_is_from_before",
    ),
)
