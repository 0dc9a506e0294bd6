"""Defences of an account on several devices: which sessions end, who holds a chat, and who hears of what."""

from __future__ import annotations

from tests.mutations.defences import Defence

SCENES = "tests/scenes/test_devices.py::"
RANDOM = "tests/core/test_switchboard.py::test_whatever_several_sessions_do_each_knows_how_it_is"
DIRECTORY = "duologue/server/people/directory.py"
CHATS = "duologue/core/chat_rules.py"
REQUESTS = "duologue/core/switchboard.py"
HUB = "duologue/server/hub.py"

DEFENCES = (
    Defence(
        "the same device again ends its earlier session",
        DIRECTORY,
        "*((session, TAKEN_OVER) for session in same), ",
        "",
        f"{SCENES}test_the_same_device_again_ends_its_earlier_session_and_no_other",
    ),
    Defence(
        "another device ends no session",
        DIRECTORY,
        "[session for session in mine if session.device == device]",
        "[*mine]",
        f"{SCENES}test_another_device_is_added_and_the_first_one_stays",
    ),
    Defence(
        "of too many sessions the one that was used longest ago ends",
        DIRECTORY,
        "(session.chat is not None, session.used)",
        "(session.chat is not None, session.id)",
        f"{SCENES}test_one_more_than_there_may_be_ends_the_one_that_was_used_longest_ago",
    ),
    Defence(
        "a sign of life is no use of a device",
        "duologue/server/dispatch.py",
        "        if kind is not Ping:  # which says nothing of whether anybody is there\n",
        "        if kind:\n",
        f"{SCENES}test_one_more_than_there_may_be_ends_the_one_that_was_used_longest_ago",
    ),
    Defence(
        "who holds a chat is the last to go",
        DIRECTORY,
        "(session.chat is not None, session.used)",
        "session.used",
        f"{SCENES}test_who_is_in_a_chat_is_the_last_to_go",
    ),
    Defence(
        "without a history an account has one session",
        "duologue/server/auth/login.py",
        "self._knows_devices = settings.history",
        "self._knows_devices = True",
        f"{SCENES}test_without_a_history_an_account_has_one_session",
    ),
    Defence(
        "the name of a device is checked at the native door",
        "duologue/protocols/native/commands.py",
        "LoginSocket(_checked(device))",
        "LoginSocket(device)",
        f"{SCENES}test_a_device_with_a_name_that_is_none_does_not_come_in",
    ),
    Defence(
        "the name of a device is checked at the door of pages",
        "duologue/protocols/web/json_frames.py",
        "    GiveNickname: _check_device,\n",
        "",
        f"{SCENES}test_a_page_may_name_its_device_too",
    ),
    Defence(
        "a mistake in a step of the login is said as it is",
        "duologue/server/dispatch.py",
        "    if isinstance(command, PeerError) and command.of in _FOR_SOCKETS:",
        "    if False:",
        f"{SCENES}test_a_page_may_name_its_device_too",
    ),
    Defence(
        "who names no device hears of no others",
        "duologue/server/session.py",
        "        if self.device or type(event) not in _OF_DEVICES:\n",
        "        if event:\n",
        f"{SCENES}test_a_client_without_a_device_hears_nothing_that_it_would_not_know",
    ),
    Defence(
        "letters are pushed to nobody who names a device",
        HUB,
        "        if not session.device:\n            self.chats.mailbox.open(session)\n",
        "        self.chats.mailbox.open(session)\n",
        f"{SCENES}test_letters_that_wait_are_pushed_to_a_client_without_a_device_only",
    ),
    Defence(
        "only the session that holds a chat says something in it",
        "duologue/server/chats/service.py",
        "            session = self._session(nickname, number)\n",
        "            session = self._directory.sessions_of(nickname)[-1]\n",
        f"{SCENES}test_a_chat_is_between_the_device_that_asked_and_the_one_that_accepted",
    ),
    Defence(
        "the device that asked last holds the chat",
        REQUESTS,
        "            waiting.session = session\n",
        "",
        f"{SCENES}test_the_device_that_asked_last_holds_the_chat",
    ),
    Defence(
        "the first answer counts, and the other devices hear it",
        REQUESTS,
        "Tell(request.target, withdrawn, besides=answered_by)",
        "",
        RANDOM,
    ),
    Defence(
        "of an answer to a request that nobody heard of the other devices hear nothing",
        REQUESTS,
        " if answered_by and request.is_heard else []),",
        " if answered_by else []),",
        "tests/core/test_switchboard.py::TestSeveralSessions::test_what_was_not_heard_ends_unheard",
    ),
    Defence(
        "a request ends with the device that asked",
        REQUESTS,
        "if is_last or request.session == session]",
        "if is_last]",
        f"{SCENES}test_the_request_of_a_device_ends_with_it_and_of_the_others_it_does_not",
    ),
    Defence(
        "a device that comes later hears of requests that wait",
        REQUESTS,
        "return [*self._chats.arrive(now, nickname, session), *requests]",
        "return self._chats.arrive(now, nickname, session)",
        RANDOM,
    ),
    Defence(
        "who comes to a chat that another holds takes no part in it",
        CHATS,
        "        if holder is not None:\n",
        "        if holder is not None and False:\n",
        f"{SCENES}test_the_holder_of_before_hears_that_the_chat_is_elsewhere_and_what_is_stored",
    ),
    Defence(
        "who is about to hold a chat is remembered while the store is asked",
        CHATS,
        "chat.returning.get(nickname, chat.holders.get(nickname))",
        "chat.holders.get(nickname)",
        RANDOM,
    ),
    Defence(
        "who has gone while the store was asked holds nothing up",
        CHATS,
        "            del chat.returning[nickname]\n",
        "            pass\n",
        RANDOM,
    ),
    Defence(
        "what a chat that is elsewhere says is there is what is stored",
        "duologue/core/streams.py",
        "        return stream.stored if stream else 0\n",
        "        return stream.sent if stream else 0\n",
        "tests/core/test_streams.py::test_what_is_stored_of_a_stream_is_not_what_was_sent",
    ),
    Defence(
        "the partner hears of no pause while a device is left",
        CHATS,
        "*(self._tell_pause(now, chat, nickname) if is_last else []),",
        "*(self._tell_pause(now, chat, nickname) if holds else []),",
        f"{SCENES}test_the_partner_hears_of_no_pause_while_a_device_is_left",
    ),
    Defence(
        "the partner hears of a pause once",
        CHATS,
        "        if nickname in chat.is_pause_told:\n            return []\n",
        "",
        RANDOM,
    ),
    Defence(
        "who was told of no pause is told of no return",
        CHATS,
        "if was_told else [])]",
        "if chat else [])]",
        RANDOM,
    ),
    Defence(
        "the other devices hear that the chat is held",
        CHATS,
        "            effects.append(self._tell_others(chat, nickname, ChatHeld(chat.partner_of(nickname), chat.id)))\n",
        "",
        RANDOM,
    ),
    Defence(
        "the other devices hear that the chat is free, and the one that has gone does not",
        CHATS,
        "Tell(nickname, free, besides=session)]",
        "]",
        RANDOM,
    ),
    Defence(
        "the other devices hear that the chat is over",
        CHATS,
        "        return [*ended, self._tell_others(chat, nickname, ChatFree(partner, chat.id, 0))]\n",
        "        return ended\n",
        RANDOM,
    ),
    Defence(
        "how somebody is ends with the last device",
        HUB,
        "        if is_last:\n            self._leave(",
        "        if session:\n            self._leave(",
        f"{SCENES}test_how_somebody_is_is_told_to_all_devices_and_ends_with_the_last",
    ),
    Defence(
        "how somebody is does not begin anew with a further device",
        "duologue/server/people/service.py",
        "        if is_first:\n            self._perform(self.presences.arrive(",
        "        if session:\n            self._perform(self.presences.arrive(",
        f"{SCENES}test_a_further_device_changes_nothing_of_how_somebody_is",
    ),
    Defence(
        "a further device is told which rooms it is in",
        HUB,
        "        self.rooms.arrived(session)\n",
        "",
        f"{SCENES}test_a_further_device_is_told_which_rooms_it_is_in_and_others_hear_nothing",
    ),
    Defence(
        "a room is told to each device that has come",
        "duologue/server/rooms.py",
        "        self._look_anew(session)\n        self._perform(",
        "        self._perform(",
        f"{SCENES}test_a_further_device_is_told_which_rooms_it_is_in_and_others_hear_nothing",
    ),
    Defence(
        "what a device says in a room is told to the others of its account",
        "duologue/server/rooms.py",
        "besides=None if session.login_socket.codec.hears_itself else session.login_socket)",
        "nobody_of=None if session.login_socket.codec.hears_itself else speaker)",
        f"{SCENES}test_what_one_device_says_in_a_room_is_heard_on_the_others",
    ),
)
