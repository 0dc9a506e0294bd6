"""Letters, and what is kept with the right thing: who is heard, who has received what, whose place it is."""

from __future__ import annotations

from tests.mutations.defences import Defence

_LETTERS = "tests/attacks/test_letters.py"
_BLOCK = "tests/attacks/test_block.py"
_STORES = "tests/server/storage/test_letters.py"
_STREAMS = "tests/core/test_streams.py"
_MIGRATED = "tests/server/storage/test_migrations.py::test_what_was_kept_with_the_wrong_thing_is_where_it_belongs"

DEFENCES = (
    # Numbers and streams
    Defence(
        "a letter is numbered from 1",
        "duologue/protocols/native/commands.py",
        "    if number < 1:\n",
        "    if number < -1:\n",
        f"{_LETTERS}::test_a_letter_numbered_0_is_none",
    ),
    Defence(
        "a page's letter is numbered from 1",
        "duologue/protocols/web/json_frames.py",
        "    check_number(letter.number)\n",
        "",
        f"{_LETTERS}::test_nor_is_one_from_a_page",
    ),
    Defence(
        "the store keeps no message with a number that none has",
        "duologue/server/storage/mailroom.py",
        "        check_number(letter)\n",
        "",
        f"{_STORES}::test_no_message_has_such_a_number",
    ),
    Defence(
        "nor does the store of --history off",
        "duologue/server/storage/unreceived.py",
        "        check_number(letter)\n",
        "",
        f"{_STORES}::test_no_message_has_such_a_number",
    ),
    Defence(
        "a stream's name begins with the id of a chat",
        "duologue/protocols/native/commands.py",
        '        and word[0] != "."\n',
        "",
        f"{_LETTERS}::test_what_is_no_stream_is_no_command",
    ),
    Defence(
        "letters begin no streams of a chat without end",
        "duologue/server/storage/mailroom.py",
        "if stream is None and len(streams) >= STREAMS_OF_A_CHAT:",
        "if stream is None and not streams and len(streams) >= STREAMS_OF_A_CHAT:",
        f"{_STORES}::test_a_chat_has_no_more_streams_than_are_read_for_each_letter",
    ),
    Defence(
        "nor with --history off",
        "duologue/server/storage/unreceived.py",
        "if stream is None and len(chat.streams) >= STREAMS_OF_A_CHAT:",
        "if stream is None and not chat.streams and len(chat.streams) >= STREAMS_OF_A_CHAT:",
        f"{_STORES}::test_a_chat_has_no_more_streams_than_are_read_for_each_letter",
    ),
    # Shares of a mailbox
    Defence(
        "one sender takes a share of a mailbox",
        "duologue/server/storage/shares.py",
        "+ unheard >= self._limits.per_sender:",
        "+ unheard >= self._limits.messages:",
        f"{_LETTERS}::test_who_writes_without_end_takes_a_share",
    ),
    Defence(
        "a mailbox has an end",
        "duologue/server/storage/shares.py",
        "        if mailbox.places >= self._limits.messages:\n",
        "        if mailbox.places > self._limits.messages:\n",
        "tests/server/storage/test_shares.py::test_a_mailbox_is_full_of_many_and_never_of_one",
    ),
    Defence(
        "what a chat has left takes no more places than its sender's share",
        "duologue/server/storage/shares.py",
        "        mailbox.places += min(after, most) - min(before, most)\n",
        "        mailbox.places += after - before\n",
        f"{_LETTERS}::test_what_is_left_of_chats_is_of_the_same_share",
    ),
    Defence(
        "what a chat has left counts",
        "duologue/server/storage/mailroom.py",
        "                    self._shares.put(stream.recipient, stream.sender, stream.stored - stream.received)\n",
        "",
        "tests/server/storage/test_mailroom.py::test_what_waits_is_counted_as_the_mailboxes_have_it",
    ),
    Defence(
        "what a chat has left counts with --history off",
        "duologue/server/storage/unreceived.py",
        "            self._shares.put(stream.recipient, stream.sender, stream.unreceived)\n",
        "",
        f"{_STORES}::test_what_a_chat_has_left_takes_its_senders_share_and_no_more_of_the_mailbox",
    ),
    Defence(
        "all guests have one share",
        "duologue/server/storage/shares.py",
        "    return GUEST_MARK if is_guest(sender) else sender\n",
        "    return sender\n",
        f"{_LETTERS}::test_guests_have_one_share_whatever_they_are_called",
    ),
    Defence(
        "who is blocked meets the same end of a share",
        "duologue/server/storage/shares.py",
        "            self._unheard[pair] += 1\n",
        "            pass\n",
        f"{_BLOCK}::test_the_block_is_not_told_from_a_share_that_does_not_end",
    ),
    Defence(
        "who is blocked meets the same end of a share with --history off",
        "duologue/server/storage/unreceived.py",
        "        self._shares.taken(letter)\n        return answer\n",
        "        return answer\n",
        f"{_BLOCK}::test_the_block_is_not_told_from_a_share_that_does_not_end",
    ),
    Defence(
        "who is blocked leaves no gap in a stream either",
        "duologue/server/storage/unreceived.py",
        "Unheard(answer, letter.number))",
        "Unheard(answer, letter.number + 9))",
        f"{_BLOCK}::test_the_block_is_not_told_from_a_share_that_does_not_end",
    ),
    # Receipts
    Defence(
        "a letter that is not there has not been received",
        "duologue/server/storage/mailroom.py",
        "        upto = min(upto, stream.stored)\n",
        "",
        f"{_LETTERS}::test_a_letter_that_is_not_there_has_not_been_received",
    ),
    Defence(
        "nor is it with --history off",
        "duologue/server/storage/unreceived.py",
        "        upto = min(upto, known.held.last)\n",
        "",
        f"{_LETTERS}::test_a_letter_that_is_not_there_has_not_been_received",
    ),
    Defence(
        "more than was sent in a chat is a protocol error",
        "duologue/core/streams.py",
        "return upto if upto <= self.sent else self.sent if self.is_recovered else None",
        "return min(upto, self.sent)",
        f"{_LETTERS}::test_in_a_chat_more_than_was_sent_is_a_mistake_by_each_door",
    ),
    Defence(
        "of a stream that was read back, it counts for no more than there is",
        "duologue/core/streams.py",
        "return upto if upto <= self.sent else self.sent if self.is_recovered else None",
        "return upto if upto <= self.sent or self.is_recovered else None",
        f"{_LETTERS}::test_what_comes_after_a_restart_arrives_whatever_was_said_to_hold",
    ),
    Defence(
        "a count that goes back is passed over",
        "duologue/core/streams.py",
        "        if upto <= stream.received:\n            return False\n",
        "",
        f"{_STREAMS}::TestRecipientAcknowledges::test_a_count_that_goes_back_is_passed_over",
    ),
    # Who is heard
    Defence(
        "what is not heard is the message, and its recipient cannot read it",
        "duologue/server/storage/reader.py",
        " AND {MAY_BE_READ}",
        "",
        f"{_BLOCK}::test_in_a_stream_of_before_the_block",
    ),
    Defence(
        "what is not heard is kept as that",
        "duologue/server/storage/mailroom.py",
        "letter.line, letter.is_heard, crc32(letter.line)",
        "letter.line, True, crc32(letter.line)",
        f"{_BLOCK}::test_in_a_stream_of_before_the_block",
    ),
    Defence(
        "what is not heard is in no mailbox",
        "duologue/server/storage/mailroom.py",
        "        if letter.is_heard:\n            self._note_heard",
        "        if True:\n            self._note_heard",
        f"{_BLOCK}::test_in_a_stream_of_before_the_block",
    ),
    Defence(
        "a letter that was not heard makes nobody known",
        "duologue/server/storage/reader.py",
        "_HEARD = f\"reason IS NOT '{UNHEARD}'\"",
        "_HEARD = \"reason IS NOT 'never'\"",
        f"{_STORES}::test_who_is_not_heard_knows_nobody_by_that_until_they_are",
    ),
    Defence(
        "one that is heard does",
        "duologue/server/storage/mailroom.py",
        "        if stream.reason == UNHEARD:\n",
        "        if stream.reason == LETTER:\n",
        f"{_STORES}::test_who_is_not_heard_knows_nobody_by_that_until_they_are",
    ),
    Defence(
        "what was not heard before it was noted by message is not read now",
        "duologue/server/storage/migrations.py",
        "WHERE (reason = 'unheard' OR late.at > ended)",
        "WHERE reason = 'unheard'",
        _MIGRATED,
    ),
    Defence(
        "what was kept as unheard joined_rooms so",
        "duologue/server/storage/migrations.py",
        "WHERE (reason = 'unheard' OR late.at > ended)",
        "WHERE (late.at > ended)",
        _MIGRATED,
    ),
    Defence(
        "mailboxes let go of what nobody could receive",
        "duologue/server/storage/migrations.py",
        '    "DELETE FROM mailbox WHERE last < 1",\n',
        "",
        _MIGRATED,
    ),
    Defence(
        "letters that follow one that was taken for received arrive",
        "duologue/server/storage/migrations.py",
        "        WHERE received > stored AND chat IN",
        "        WHERE received < stored AND chat IN",
        _MIGRATED,
    ),
    Defence(
        "a topic is not told to who has blocked its author",
        "duologue/server/rooms.py",
        "_OF_SOMEBODY = (RoomSaid, RoomJoined, RoomLeft, RoomTopic)",
        "_OF_SOMEBODY = (RoomSaid, RoomJoined, RoomLeft)",
        f"{_BLOCK}::test_by_the_topic_of_a_room",
    ),
    Defence(
        "a topic is hidden from who has blocked its author",
        "duologue/core/room_rules.py",
        "return room.topic if is_heard else HIDDEN_TOPIC",
        "return room.topic",
        f"{_BLOCK}::test_by_the_topic_of_a_room",
    ),
    Defence(
        "who has set a topic is kept",
        "duologue/server/rooms.py",
        "room.topic, room.topic_by))",
        "room.topic))",
        f"{_BLOCK}::test_by_a_topic_of_before_the_restart",
    ),
    Defence(
        "who has set the topic of the lobby is known again",
        "duologue/core/room_rules.py",
        "self._lobby.topic, self._lobby.topic_by = room.topic, room.topic_by",
        "self._lobby.topic = room.topic",
        f"{_BLOCK}::test_by_a_topic_of_before_the_restart",
    ),
    Defence(
        "who asks how somebody is reads no text of one whom they have blocked",
        "duologue/core/presence.py",
        "return presence if self._is_heard(nickname, reader) else presence.without_text()",
        "return presence",
        f"{_BLOCK}::test_by_what_is_said_with_away",
    ),
    Defence(
        "who turns to somebody reads no text of one whom they have blocked",
        "duologue/core/presence.py",
        " or not self._is_heard(nickname, reader):",
        ":",
        "tests/core/test_presence.py::test_what_somebody_says_of_themselves_is_not_for_who_has_blocked_them",
    ),
    Defence(
        "who begins to watch reads no text of one whom they have blocked",
        "duologue/server/people/presence_watchers.py",
        "self._presence_to(session.nickname, nickname)",
        "self._presence_to(nickname, nickname)",
        f"{_BLOCK}::test_by_what_is_said_with_away",
    ),
)
