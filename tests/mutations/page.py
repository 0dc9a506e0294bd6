"""Defences of the page: what is shown, where words go, what is said when something cannot be."""

from __future__ import annotations

from tests.mutations.defences import Defence

PAGE = "duologue/page"
VIEWS = "tests/page/test_faulty_views.py"
NAMES = "tests/page/test_names.py"
PLACE = "tests/page/test_place.py"
READING = "tests/page/test_reading.py"
COMPOSE = "tests/page/test_compose.py"
REACH = "tests/page/test_reach.py"
LOGIN = "tests/page/test_login.py"
FILES = "tests/server/net/test_web_files.py"

DEFENCES = (
    Defence(
        "a view that fails keeps no event from being taken in",
        f"{PAGE}/app.js",
        "views[name] = (...args) => guard(view, ...args);",
        "views[name] = view;",
        f"{VIEWS}::test_a_view_that_fails_hides_nothing_else[who listens]",
    ),
    Defence(
        "one part that cannot be painted hides no other",
        f"{PAGE}/app.js",
        "PARTS.forEach((part) => guard(part))",
        "PARTS.forEach((part) => part())",
        f"{VIEWS}::test_a_view_that_fails_hides_nothing_else[the head]",
    ),
    Defence(
        "one message that cannot be shown as it should be hides no other",
        f"{PAGE}/ui.js",
        "made(make, item)) });",
        "make(item)) });",
        f"{VIEWS}::test_a_view_that_fails_hides_nothing_else[one row]",
    ),
    Defence(
        "a browser without notices is told so, and that is no fault of the page",
        f"{PAGE}/app.js",
        "noNotices(); // Chrome",
        "throw new Error(); // Chrome",
        f"{VIEWS}::test_a_notice_that_cannot_be_shown_loses_no_line",
    ),
    Defence(
        "each event is taken in by itself",
        f"{PAGE}/client.js",
        "\t\tdelivery.fail(event);\n\t\treport(error);\n",
        "\t\tthrow error;\n",
        f"{VIEWS}::test_what_could_not_be_taken_in_is_not_acknowledged",
    ),
    Defence(
        "what could not be taken in is not acknowledged",
        f"{PAGE}/client.js",
        "\t\tdelivery.fail(event);\n",
        "",
        f"{VIEWS}::test_what_could_not_be_taken_in_is_not_acknowledged",
    ),
    Defence(
        "a damaged line of the past keeps no session from beginning",
        f"{PAGE}/client.js",
        "guard(restore);",
        "restore();",
        f"{VIEWS}::test_a_line_of_the_past_that_is_damaged_keeps_nobody_from_reading",
    ),
    Defence(
        "names are folded as the server folds them",
        f"{PAGE}/names.js",
        "FOLDED.get(char) ?? char.toLowerCase()",
        "char.toLowerCase()",
        f"{NAMES}::test_every_letter_is_folded_as_the_server_folds_it",
    ),
    Defence(
        "somebody has one conversation, however the name is typed",
        f"{PAGE}/compose.js",
        "isRoom(name) ? roomKey(name) : personKey(name);",
        "isRoom(name) ? roomKey(name) : name.toLowerCase();",
        f"{NAMES}::test_somebody_is_written_to_in_one_conversation_however_the_name_is_typed",
    ),
    Defence(
        "nobody spells themselves as somebody else",
        "duologue/server/storage/users_file.py",
        'return account if owner == account.nickname else changed(account, spelling="")',
        "return account",
        "tests/server/storage/test_users_file.py::test_nobody_spells_themselves_as_somebody_else",
    ),
    Defence(
        "no guest looks like the spelling of an account",
        "duologue/server/tables.py",
        "for look in looks_of(account.shown)",
        "for look in looks_of(account.nickname)",
        "tests/server/test_tables.py::test_a_guest_looks_like_no_spelling_of_an_account",
    ),
    Defence(
        "a reload opens what was open, and no other conversation",
        f"{PAGE}/app.js",
        "go(kept.place.open ?? (narrow.matches ? null : LOBBY))",
        "go(narrow.matches ? null : LOBBY)",
        f"{PLACE}::test_a_reload_opens_what_was_open_with_its_draft",
    ),
    Defence(
        "a draft is kept while it is typed, not at the end",
        f"{PAGE}/memory.js",
        'timer = setTimeout(save, DRAFTS_AFTER, "drafts");',
        "timer = 0;",
        f"{PLACE}::test_a_tab_that_crashes_loses_no_draft",
    ),
    Defence(
        "nobody is taken away by a room that opens late",
        f"{PAGE}/app.js",
        "const mayGo = from === my.open && !isWriting;",
        "const mayGo = !isWriting;",
        f"{PLACE}::test_a_room_that_opens_late_takes_nobody_away_who_has_gone_on",
    ),
    Defence(
        "nobody is taken away while they type",
        f"{PAGE}/app.js",
        "const mayGo = from === my.open && !isWriting;",
        "const mayGo = from === my.open;",
        f"{PLACE}::test_who_types_is_not_taken_elsewhere_when_a_chat_begins",
    ),
    Defence(
        "of a row only what changes is changed",
        f"{PAGE}/ui.js",
        "if (!old || kind(old) !== kind(fresh)) {",
        "if (fresh) {",
        f"{READING}::test_a_selection_survives_the_marks_of_its_message",
    ),
    Defence(
        "new lines below are counted",
        f"{PAGE}/log.js",
        'put(down, news && el("b.news", news), "↓");',
        'put(down, "↓");',
        f"{READING}::test_new_lines_below_are_signed_and_one_press_goes_there",
    ),
    Defence(
        "what was said since a hit is read until it is there",
        f"{PAGE}/client.js",
        "read(talk, before, MOST);",
        "",
        f"{READING}::test_a_hit_opens_at_its_message_with_what_was_said_around_it",
    ),
    Defence(
        "what is unread elsewhere is signed on a phone",
        f"{PAGE}/head.js",
        'news && el("b.news", news)',
        "null",
        f"{READING}::test_a_letter_while_elsewhere_on_a_phone_is_signed",
    ),
    Defence(
        "a request that went while nobody was connected is said to be gone",
        f"{PAGE}/client.js",
        "if (!my.requests.has(nickname)) note({ type",
        "if (!nickname) note({ type",
        f"{READING}::test_requests_that_went_while_the_connection_was_lost_are_said_to_be_gone",
    ),
    Defence(
        "a request that was withdrawn leaves a line",
        f"{PAGE}/hearing.js",
        'request_withdrawn: forgetting("requests", unanswered),',
        'request_withdrawn: forgetting("requests", hint),',
        "tests/page/test_people.py::test_a_request_that_expires_is_gone",
    ),
    Defence(
        "Enter breaks the line where fingers write",
        f"{PAGE}/compose.js",
        "!shiftKey && !isTouch.matches;",
        "!shiftKey;",
        f"{COMPOSE}::test_on_a_phone_enter_breaks_the_line_and_a_button_sends",
    ),
    Defence(
        "a dropped file does not take the place of the page",
        f"{PAGE}/compose.js",
        "hasFiles(event) && event.preventDefault()",
        "hasFiles(event)",
        f"{COMPOSE}::test_a_file_that_is_dropped_beside_the_box_does_not_take_the_place_of_the_page",
    ),
    Defence(
        "only a word with its mark is a room of /topic",
        f"{PAGE}/compose.js",
        "const isNamed = isRoom(name);",
        "const isNamed = my.talks.has(roomKey(name));",
        f"{COMPOSE}::test_what_a_room_is_about_is_never_guessed",
    ),
    Defence(
        "blocking is asked twice",
        f"{PAGE}/head.js",
        '["Block", () => askBlock(nickname), APART]',
        '["Block", () => ask("block", { nickname }), APART]',
        f"{COMPOSE}::test_to_block_is_asked_twice_and_lies_beside_nothing",
    ),
    Defence(
        "a room that ends with its last member is not left by a slip",
        f"{PAGE}/menu.js",
        "if (members.size > 1 || room === LOBBY) leave();",
        "if (room) leave();",
        "tests/page/test_rooms.py::test_a_room_is_made_found_and_left",
    ),
    Defence(
        "the socket is beside the page, in a proxy's folder too",
        f"{PAGE}/socket.js",
        'new URL("socket", location.href)',
        'new URL("/socket", location.href)',
        f"{REACH}::test_behind_a_proxy_everything_stays_in_its_folder",
    ),
    Defence(
        "a page is told that its origin is not allowed",
        "duologue/server/net/web.py",
        "if origin and origin not in self._allowed:",
        "if not origin:",
        f"{REACH}::test_a_wrong_origin_is_said_to_be_one",
    ),
    Defence(
        "a password that was filled in first joined_rooms",
        f"{PAGE}/app.js",
        'at("me").onclick = showMe;',
        'at("nickname").oninput = () => (at("password").value = "");',
        f"{LOGIN}::test_a_password_manager_may_fill_in_the_password_first",
    ),
    Defence(
        "who rules gzip out does not get it",
        "duologue/server/net/web_files.py",
        'any((match["weight"] or "1").strip("0.") for match in found)',
        "bool(found)",
        f"{FILES}::test_gzip_is_for_those_who_take_it",
    ),
    Defence(
        "a cache keeps what is compressed apart",
        "duologue/server/net/web_files.py",
        "f'\"{tag}-gzip\"'",
        "f'\"{tag}\"'",
        f"{FILES}::test_what_is_smaller_compressed_is_sent_so_to_who_takes_it",
    ),
)
