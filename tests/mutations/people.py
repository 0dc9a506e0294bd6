"""Defences of requests, rooms and lists: what one can take of what all share."""

from __future__ import annotations

from tests.mutations.defences import Defence

REQUESTS = "tests/attacks/test_requests.py"
ROOMS = "tests/attacks/test_rooms.py"
SPELLINGS = "tests/scenes/test_presence.py"
RULES = "tests/core/test_room_rules.py::TestTooMany"

DEFENCES = (
    Defence(
        "the same person is asked for a chat only so often, however requests end",
        "duologue/core/switchboard.py",
        "return Cause.ASKED_TOO_OFTEN if is_too_often else Cause.TARGET_FREE",
        "return Cause.TARGET_FREE",
        f"{REQUESTS}::test_who_asks_and_withdraws_again_and_again",
    ),
    Defence(
        "one asker disturbs only so many people a minute",
        "duologue/core/switchboard.py",
        "        self._check_rate(now, asker)\n",
        "",
        "tests/core/test_switchboard.py::TestTold::test_nobody_asks_everybody_in_no_time",
    ),
    Defence(
        "requests are counted whether their target hears of them or not",
        "duologue/core/switchboard.py",
        "        self._rate.note(self._directory.source_of(request.asker), request.target, now)\n"
        "        request.is_heard = self._privacy.takes_request(request.asker, request.target)\n",
        "        request.is_heard = self._privacy.takes_request(request.asker, request.target)\n"
        "        if request.is_heard:\n"
        "            self._rate.note(self._directory.source_of(request.asker), request.target, now)\n",
        f"{REQUESTS}::test_who_is_blocked_learns_nothing_from_being_refused",
    ),
    Defence(
        "a guest's requests are counted for where they come from, not for the name",
        "duologue/server/people/directory.py",
        "return GUEST_MARK + address_key(session.login_socket.address)",
        "return nickname",
        f"{REQUESTS}::test_another_name_is_no_new_start_for_a_guest",
    ),
    Defence(
        "what is counted of requests is forgotten when it counts no more",
        "duologue/core/switchboard.py",
        "        self._rate.forget(now)\n",
        "",
        "tests/core/test_switchboard.py::TestTold::test_what_was_counted_is_forgotten_when_it_counts_no_more",
    ),
    Defence(
        "rooms that wait for their last member are still that member's",
        "duologue/core/room_rules.py",
        " + len(self._left_by.get(nickname, {}))",
        "",
        f"{ROOMS}::test_who_comes_again_and_again_has_no_more_rooms_than_anybody",
    ),
    Defence(
        "the fewer rooms are left, the fewer has somebody who makes another",
        "duologue/core/room_rules.py",
        "if left < _PLENTY and",
        "if False and",
        f"{RULES}::test_many_who_take_what_they_can_leave_some_for_those_who_have_none",
    ),
    Defence(
        "half of all rooms is for people with an account",
        "duologue/core/room_rules.py",
        "_GUESTS_SHARE if is_guest(nickname) else 1",
        "1",
        f"{RULES}::test_who_needs_no_account_leaves_half_to_those_who_have_one",
    ),
    Defence(
        "one question lists one page of rooms",
        "duologue/core/room_rules.py",
        "ROOMS_PAGE - is_first)",
        "100_000)",
        f"{ROOMS}::test_of_ten_thousand_rooms_one_question_lists_a_page",
    ),
    Defence(
        "one question lists one page of people",
        "duologue/core/pages.py",
        "names = self._names[first : first + most]",
        "names = self._names[first:]",
        f"{ROOMS}::test_of_ten_thousand_people_one_question_lists_a_page",
    ),
    Defence(
        "one question lists one page of the blocked",
        "duologue/core/privacy.py",
        "names[first : first + PAGE]",
        "names[first:]",
        "tests/core/test_privacy.py::test_many_who_are_blocked_are_listed_in_pages",
    ),
    Defence(
        "one question lists one page of requests",
        "duologue/core/switchboard.py",
        "WaitingRequests(askers[:PAGE], len(askers[PAGE:]))",
        "WaitingRequests(askers)",
        "tests/core/test_switchboard.py::TestTold::test_a_crowd_of_requests_is_listed_as_a_page_and_the_count_of_the_rest",
    ),
    Defence(
        "who begins to watch a crowd is told of a page in one turn",
        "duologue/server/people/presence_watchers.py",
        "            self._catch_up(session, PAGE)\n        if",
        "            self._catch_up(session, 100_000)\n        if",
        "tests/server/people/test_presence_watchers.py::test_of_a_crowd_one_is_told_a_page_in_one_turn_and_all_in_the_end",
    ),
    Defence(
        "a crowd that watches a crowd is told in turns",
        "duologue/server/people/presence_watchers.py",
        "        left = MOST_AT_ONCE\n",
        "        left = 100_000\n",
        "tests/server/people/test_presence_watchers.py::test_a_crowd_that_watches_a_crowd_is_told_in_turns",
    ),
    Defence(
        "what all watchers have been told of is forgotten",
        "duologue/server/people/presence_watchers.py",
        "            self._compact()\n",
        "            pass\n",
        "tests/server/people/test_presence_watchers.py::test_what_all_have_been_told_is_forgotten_and_what_somebody_has_not_is_kept",
    ),
    Defence(
        "the list of who is here goes to a crowd in turns",
        "duologue/server/people/watchers.py",
        "islice(self._next, MOST_AT_ONCE)",
        "islice(self._next, None)",
        "tests/server/people/test_watchers.py::test_a_crowd_that_comes_to_a_crowd_is_told_in_turns",
    ),
    Defence(
        "people are introduced as their accounts spell them before they are named",
        "duologue/server/net/connection.py",
        "            self._introduce(names_in(event))\n",
        "            pass\n",
        f"{SPELLINGS}::test_who_wants_spellings_is_told_each_once_before_it_is_needed",
    ),
    Defence(
        "so they are in a room",
        "duologue/server/net/connection.py",
        "            connection._introduce(names)\n",
        "",
        f"{SPELLINGS}::test_who_wants_spellings_is_told_each_once_before_it_is_needed",
    ),
    Defence(
        "an older server is not asked for what it does not know",
        "duologue/client/engine/session.py",
        "spellings = self._server_spells and kind is SocketKind.CHAT",
        "spellings = kind is SocketKind.CHAT",
        "tests/client/engine/test_session.py::test_an_older_server_is_not_asked_for_spellings",
    ),
    Defence(
        "a list goes on after a name as people read it",
        "duologue/server/dispatch.py",
        "return nickname_key(name) if name else name",
        "return name",
        f"{SPELLINGS}::test_a_list_goes_on_after_a_name_in_any_spelling",
    ),
)
