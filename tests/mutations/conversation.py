"""Defences of the order that people hear things in: what comes on which socket, and what waits for what."""

from __future__ import annotations

from tests.mutations.defences import Defence

SCENES = "tests/scenes/test_conversation.py::"
CARRIERS = "tests/core/test_carriers.py::test_every_event_has_exactly_one_carrier"
MAILBOX = "duologue/server/chats/mailbox.py"
DELIVERY = "duologue/server/chats/delivery.py"
FEED = "duologue/server/chats/rest.py"
HUB = "duologue/server/hub.py"
THE_REST = f"{SCENES}test_the_rest_of_a_chat_comes_after_its_end_and_before_the_next_chat"

_CLIENT = "tests/client/engine/test_correspondence.py::"
_LATE = "tests/server/chats/test_late_lines.py::"

DEFENCES = (
    Defence(
        "the end of a chat is told where its messages are",
        "duologue/core/carriers.py",
        "PartnerResumed, ChatEnded)",
        "PartnerResumed)",
        CARRIERS,
    ),
    Defence(
        "acknowledgements are no part of a conversation",
        "duologue/core/carriers.py",
        "    **dict.fromkeys(_LIFE, SocketKind.CHECK),\n",
        "",
        CARRIERS,
    ),
    Defence(
        "requests end on the socket that they were told on",
        "duologue/core/switchboard.py",
        "[*self._end_others(nickname), Tell(nickname, RequestsEnded(partner))]",
        "self._end_others(nickname)",
        "tests/core/test_switchboard.py::TestTold::test_a_chat_is_not_on_until_it_is_accepted",
    ),
    Defence(
        "requests have ended when a chat starts",
        "duologue/core/switchboard.py",
        "        return effects + self._chats.start({request.asker: request.session, request.target: session})\n",
        "        return self._chats.start({request.asker: request.session, request.target: session}) + effects\n",
        "tests/core/test_switchboard.py::TestTold::test_asking_back_is_accepting",
    ),
    # The rest of a chat
    Defence(
        "what is said next waits for the rest of the chat before",
        DELIVERY,
        "        if self._rests.has_to_wait(self._recipient, self.push):\n            return\n",
        "",
        THE_REST,
    ),
    Defence(
        "who is owed a rest is known to be",
        MAILBOX,
        "            self._rests.rest_begins(session)\n",
        "",
        THE_REST,
    ),
    Defence(
        "the rest of a chat comes where its beginning came",
        MAILBOX,
        "carrier = session.chat_socket if is_rest else session.login_socket",
        "carrier = session.login_socket",
        THE_REST,
    ),
    Defence(
        "a letter is no part of a conversation",
        MAILBOX,
        "carrier = session.chat_socket if is_rest else session.login_socket",
        "carrier = session.chat_socket.heard_on",
        f"{SCENES}test_what_is_said_just_after_the_chat_began_comes_as_the_chat",
    ),
    Defence(
        "a rest that cannot be read holds nothing up",
        MAILBOX,
        "            if not visit.is_due:\n                self._rests.rest_ends(session)\n",
        "        if not visit.is_due:\n            self._rests.rest_ends(session)\n",
        "tests/server/chats/test_mailbox.py::test_a_rest_that_cannot_be_read_does_not_keep_the_next_chat_waiting",
    ),
    Defence(
        "what waited for a rest goes on after it",
        FEED,
        "            go_on()\n",
        "            pass\n",
        "tests/server/chats/test_delivery.py::test_the_rest_of_a_chat_before_this_one_comes_before_what_is_said_now",
    ),
    Defence(
        "one who is gone is not remembered as waiting",
        MAILBOX,
        "        self._rests.forget(session)\n",
        "",
        "tests/server/chats/test_mailbox.py::test_who_goes_is_owed_nothing",
    ),
    # Queues
    Defence(
        "mail that is on its way holds no chat up",
        MAILBOX,
        "            visit.is_running = True\n",
        "            visit.is_running = True\n            self._rests.rest_begins(session)\n",
        f"{SCENES}test_what_is_said_just_after_the_login_comes_as_the_chat",
    ),
    Defence(
        "mail that fills a queue does not put a chat behind",
        DELIVERY,
        "        return not self._backpressure.is_queue_full(recipient.chat_socket.heard_on)\n",
        "        return not self._backpressure.is_full(recipient)\n",
        "tests/server/chats/test_delivery.py::test_another_queue_that_is_full_does_not_put_the_chat_behind",
    ),
    Defence(
        "a chat is behind only for its own queue",
        HUB,
        "        if session and connection is session.chat_socket.heard_on:\n"
        "            self.chats.delivery.fall_behind(session)\n",
        "        if session:\n            self.chats.delivery.fall_behind(session)\n",
        f"{SCENES}test_mail_that_is_not_read_does_not_put_the_chat_behind",
    ),
    Defence(
        "rooms go on for one who does not read a chat",
        "duologue/server/rooms.py",
        "if session is None or not self._backpressure.is_queue_full(connection):",
        "if session is None or not self._backpressure.is_full(session):",
        f"{SCENES}test_a_chat_that_is_not_read_stops_nothing_else",
    ),
    Defence(
        "so does news of people",
        "duologue/server/people/service.py",
        "backpressure.is_login_full)",
        "backpressure.is_full)",
        f"{SCENES}test_a_chat_that_is_not_read_stops_nothing_else",
    ),
    # Words
    Defence(
        "nobody is told at a shutdown that a chat pauses",
        HUB,
        "            session.chat_socket.close()\n",
        "",
        "tests/scenes/test_shutdown.py::test_nobody_is_told_that_a_chat_pauses",
    ),
    Defence(
        "each socket spells names by itself",
        "duologue/server/auth/login.py",
        "for told in (login.login_socket, connection):",
        "for told in (login.login_socket,):",
        f"{SCENES}test_each_socket_spells_a_name_before_its_first_line_with_it",
    ),
    Defence(
        "no line waits for the ACK of the one before",
        "duologue/server/net/binding.py",
        "    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)",
        "    ",
        "tests/server/net/test_binding.py::test_a_line_does_not_wait_for_the_ack_of_the_one_before",
    ),
    # Late lines
    Defence(
        "a late line is taken once",
        "duologue/server/chats/late_lines.py",
        "elif letter.number <= sent:",
        "elif False:",
        f"{_LATE}test_what_is_there_already_is_answered_and_not_taken_again",
    ),
    Defence(
        "and nothing is missing before it",
        "duologue/server/chats/late_lines.py",
        "if letter.number > sent + 1:",
        "if False:",
        f"{_LATE}test_one_before_which_something_is_missing_is_refused",
    ),
    Defence(
        "one that was handed over before is handed what came late",
        "duologue/server/chats/delivery.py",
        "        if self.direction.go_back(stream, pushed):\n",
        "        if False:\n",
        "tests/server/chats/test_delivery.py::test_what_comes_late_is_handed_over_in_its_stream_and_then_it_goes_on",
    ),
    Defence(
        "and goes on where it was",
        "duologue/core/streams.py",
        "self._left.pop(self._at, 0 if by_device else self.at.received)",
        "0 if by_device else self.at.received",
        "tests/core/test_streams.py::TestRecipientReturns",
    ),
    Defence(
        "who has something of the next stream may lack what came late in the one before",
        "duologue/core/streams.py",
        "            older.received = older.closed_at\n",
        "            older.received = older.sent\n",
        "tests/core/test_streams.py::TestRecipientReturns",
    ),
    Defence(
        "a server that starts does not know what came late",
        "duologue/core/streams.py",
        "self.closed_at = received if is_recovered else sent",
        "self.closed_at = sent",
        "tests/core/test_streams.py::TestRecipientReturns",
    ),
    Defence(
        "what comes late is stored in its own stream",
        "duologue/server/storage/gathering.py",
        "self._known(chat_id, sender, late) if late else self._streams[chat_id, sender]",
        "self._streams[chat_id, sender]",
        "tests/server/storage/test_gathering.py::test_what_comes_late_goes_on_in_its_own_stream",
    ),
    Defence(
        "what is told to be had is stored",
        "duologue/server/storage/mailroom.py",
        "str(reason), mine[-1].stored if mine else 0)",
        "str(reason), max(mine[-1].stored, mine[-1].received) if mine else 0)",
        "tests/server/storage/test_mailroom.py"
        "::test_a_chat_that_a_killed_server_left_goes_into_the_mailbox_when_it_ends",
    ),
    Defence(
        "what a client has left of a stream keeps its numbers",
        "duologue/client/engine/memory.py",
        "                rest = self._remember(chat.rest())\n",
        "                pass\n",
        f"{_CLIENT}test_in_another_stream_what_is_left_comes_first",
    ),
    Defence(
        "and is handed in until it is safe",
        "duologue/client/engine/correspondence.py",
        "            if chat.is_rest:\n                self.mail.hand_in_lines(chat)\n",
        "            if chat.is_rest:\n                pass\n",
        f"{_CLIENT}test_in_another_stream_what_is_left_comes_first",
    ),
    Defence(
        "or said anew where the server does not know the stream",
        "duologue/client/engine/correspondence.py",
        "            self.memory.say_anew(rest, self.live)\n",
        "            self.memory.forget(rest)\n",
        f"{_CLIENT}test_what_is_left_of_a_stream_that_the_server_does_not_know_is_said_anew",
    ),
)
