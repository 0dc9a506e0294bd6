"""A client that is one of several devices: what is told once, who holds a chat, and where typed text goes."""

from __future__ import annotations

from tests.mutations.defences import Defence

_ENGINE = "tests/client/engine/"
_FOLLOWING = f"{_ENGINE}test_following.py"
_CHATS = f"{_ENGINE}test_correspondence.py"
_FILE = f"{_ENGINE}test_memory_file.py"
_PLACE = f"{_ENGINE}test_memory_place.py"
_HISTORY = "tests/client/history/"
_CORRESPONDENCE = "duologue/client/engine/correspondence.py"
_SESSION = "duologue/client/engine/following.py"
_OTHERS = "duologue/client/engine/other_devices.py"
_MEMORY = "duologue/client/engine/memory.py"

DEFENCES = (
    Defence(
        "a kept message that is known is dropped",
        _SESSION,
        "        if not self._received.arrives(event.sender, event.stream, event.position):\n            return []\n",
        "        self._received.arrives(event.sender, event.stream, event.position)\n",
        f"{_FOLLOWING}::test_a_message_of_somebody_is_told_once_and_acknowledged",
    ),
    Defence(
        "what was said here is not told as said elsewhere",
        _OTHERS,
        "if stream in self._spoken or position",
        "if position",
        f"{_FOLLOWING}::test_what_we_say_elsewhere_is_told_once_and_what_we_say_here_is_not",
    ),
    Defence(
        "what was said elsewhere is told once",
        _OTHERS,
        "        self._told[stream] = position\n",
        "        self._told[stream] = 0\n",
        f"{_ENGINE}test_other_devices.py::test_what_was_said_elsewhere_is_news_once",
    ),
    Defence(
        "a client that was lost follows from its cursor",
        _SESSION,
        "        self._memory.others.cursor = event.number\n        return [event]\n",
        "        return [event]\n",
        f"{_FOLLOWING}::test_a_device_is_named_and_follows",
    ),
    Defence(
        "what waited has not arrived before the list has",
        _SESSION,
        "            self._anew = event.number\n",
        "            self._to_check += encode_ping(Ping(event.number, ALL_STREAMS))\n",
        f"{_FOLLOWING}::test_what_waited_has_arrived_when_the_list_is_there",
    ),
    Defence(
        "who is pushed a mailbox follows nothing",
        _SESSION,
        '            others.device = ""\n',
        "",
        f"{_FOLLOWING}::test_where_no_history_is_kept_it_does_not_follow",
    ),
    Defence(
        "who held a chat hands in what is not stored",
        _CORRESPONDENCE,
        "            rest = self.memory.leave_to_others(chat, event.had)\n            if rest:\n",
        "            rest = self.memory.leave_to_others(chat, event.had)\n            if rest and False:\n",
        f"{_CHATS}::test_who_held_it_hands_in_what_is_not_stored_and_writes_from_then_on",
    ),
    Defence(
        "what is handed in keeps its numbers though the chat is taken again",
        _MEMORY,
        "        rest = self._remember(chat.rest()) if chat.unstored else None\n        self.forget(chat)\n",
        "        rest = None\n",
        f"{_CHATS}::test_the_chat_comes_back_to_who_held_it_before_and_nothing_gets_another_number",
    ),
    Defence(
        "what was said to take a chat is written where another was first",
        _CORRESPONDENCE,
        "        if not chat.stream:\n            self._write_instead(chat)\n        else:\n",
        "        if chat.stream:\n",
        f"{_CHATS}::test_of_two_who_take_it_the_second_writes",
    ),
    Defence(
        "what was said to take a chat is written where that is over",
        _CORRESPONDENCE,
        "            self._write_instead(chat)\n            return told\n",
        "            return told\n",
        f"{_CHATS}::test_what_was_said_to_take_a_chat_that_is_over_is_a_letter",
    ),
    Defence(
        "the end of an earlier chat is not that of the next",
        _OTHERS,
        "        if self.chat and self.chat.id == chat:\n",
        "        if self.chat:\n",
        f"{_CHATS}::test_the_end_of_an_earlier_chat_is_not_that_of_the_next",
    ),
    Defence(
        "a memory of the first version becomes a device",
        "duologue/client/engine/memory_file.py",
        "        if version < VERSION:\n",
        "        if version == 0:\n",
        f"{_FILE}::test_a_file_of_the_first_version_loses_nothing_and_is_a_device_from_now_on",
    ),
    Defence(
        "whose device was taken over has another name",
        "duologue/client/api.py",
        '            if event.code == "taken_over":\n                self._memory.forget_device()\n',
        "",
        "tests/client/test_api.py::test_a_device_that_was_taken_over_is_another_at_the_next_start",
    ),
    Defence(
        "two clients of one machine do not share a file",
        "duologue/client/engine/memory_place.py",
        "fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)",
        "fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)",
        f"{_PLACE}::test_who_comes_while_another_is_there_has_a_file_beside_it",
    ),
    Defence(
        "what a client left unsent goes out with the next",
        "duologue/client/engine/memory_place.py",
        "            if self._holds_unsent(path):\n                return self._choose(free, len(free) - 1)\n",
        "",
        f"{_PLACE}::test_a_file_with_something_unsent_comes_first",
    ),
    Defence(
        "a line for a room does not reach who is in a chat on another device",
        "duologue/client/conversation.py",
        "        if has_turned and _is_for_partner(meaning):\n",
        "        if has_turned and _is_for_partner(meaning) and False:\n",
        "tests/client/test_conversation.py::test_a_line_for_a_room_does_not_reach_who_is_in_a_chat_on_another_device",
    ),
    Defence(
        "a live message is read at the second cursor too",
        "duologue/client/history/read_marks.py",
        "_CURSORS = 2",
        "_CURSORS = 1",
        f"{_HISTORY}test_read_marks.py::test_a_live_message_is_read_up_to_the_cursors_that_follow",
    ),
    Defence(
        "marks are told once a second",
        "duologue/client/history/inbox.py",
        "            await sleep(MARK_EVERY)\n",
        "            await asyncio.sleep(0)\n",
        f"{_HISTORY}test_inbox.py::test_marks_are_told_at_a_sensible_pace_and_only_the_last",
    ),
    Defence(
        "a window leaves the file of a terminal alone",
        "duologue/client/api.py",
        "is_shared=is_device or is_shared)",
        "is_shared=is_device)",
        "tests/client/test_api.py::test_a_window_leaves_the_file_of_a_terminal_alone",
    ),
    Defence(
        "what was told before this device took a chat is no news afterwards",
        _CORRESPONDENCE,
        "        if event.chat in self._held_here:\n            return []\n        if event.seconds:\n",
        "        if event.seconds:\n",
        f"{_CHATS}::test_what_was_told_before_we_took_the_chat_and_is_read_later_is_no_news",
    ),
)
