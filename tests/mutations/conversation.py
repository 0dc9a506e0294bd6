"""Defences of the order that people hear things in: what comes on which socket, and what waits for what."""

from __future__ import annotations

from tests.mutations.defences import Defence

SCENES = "tests/scenes/test_conversation.py::"
CARRIERS = "tests/core/test_carriers.py::test_every_event_has_exactly_one_carrier"
MAILBOX = "duologue/server/chats/mailbox.py"
DELIVERY = "duologue/server/chats/delivery.py"
FEED = "duologue/server/chats/feed.py"
HUB = "duologue/server/hub.py"
THE_REST = f"{SCENES}test_the_rest_of_a_chat_comes_after_its_end_and_before_the_next_chat"

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
        "        if self._feed.has_to_wait(self._recipient, self.push):\n            return\n",
        "",
        THE_REST,
    ),
    Defence(
        "who is owed a rest is known to be",
        MAILBOX,
        "            self._feed.rest_begins(session)\n",
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
        "            if not visit.is_due:\n                self._feed.rest_ends(session)\n",
        "        if not visit.is_due:\n            self._feed.rest_ends(session)\n",
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
        "        self._feed.forget(session)\n",
        "",
        "tests/server/chats/test_mailbox.py::test_who_goes_is_owed_nothing",
    ),
    # Queues
    Defence(
        "mail that is on its way holds no chat up",
        MAILBOX,
        "            visit.is_running = True\n",
        "            visit.is_running = True\n            self._feed.rest_begins(session)\n",
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
)
