"""Defences of the page as one of several devices: what stands on all of them, once, and what has been read."""

from __future__ import annotations

from tests.mutations.defences import Defence

PAGE = "duologue/page"
DEVICES = "tests/page/test_devices.py"
LIST = "tests/page/test_list.py"
PLACE = "tests/page/test_place.py"

DEFENCES = (
    Defence(
        "a tab takes a device that no other tab is",
        f"{PAGE}/device.js",
        "(lock ? new Promise((release) => resolve({ account, device, release })) : resolve())",
        "resolve({ account, device, release: () => {} })",
        f"{DEVICES}::test_two_tabs_of_a_browser_are_two_devices",
    ),
    Defence(
        "a tab that is reloaded waits for its own lock",
        f"{PAGE}/device.js",
        "{ signal: AbortSignal.timeout(WAIT) }))) ||",
        "{ ifAvailable: true }) && null)) ||",
        f"{DEVICES}::test_a_second_tab_that_is_reloaded_is_the_same_device",
    ),
    Defence(
        "where a browser has no locks a tab is a device",
        f"{PAGE}/device.js",
        "if (!locks) holding = { account, device: before ?? newName(), release: () => {} };",
        'if (!locks) holding = { account, device: "d1", release: () => {} };',
        f"{DEVICES}::test_without_locks_a_tab_is_a_device_of_its_own",
    ),
    Defence(
        "a copy of a device becomes another",
        f"{PAGE}/device.js",
        "\tbrowser = newName();\n",
        "",
        f"{DEVICES}::test_a_copy_of_a_device_is_told_apart_by_the_button",
    ),
    Defence(
        "what a page of before had not sent is taken over",
        f"{PAGE}/memory.js",
        "\tinherit(ofAccount, BEFORE_DEVICES);\n",
        "",
        f"{DEVICES}::test_what_a_page_of_before_had_not_sent_is_sent",
    ),
    Defence(
        "what a closed tab had not sent is inherited",
        f"{PAGE}/client.js",
        "\tawait device.inheritAll().catch(report);\n",
        "",
        f"{DEVICES}::test_what_a_closed_tab_had_not_sent_goes_from_the_next_one",
    ),
    Defence(
        "a page follows what is said on other devices",
        f"{PAGE}/feed.js",
        '\tsend("follow", { number: told });\n',
        "",
        f"{DEVICES}::test_what_is_said_and_heard_stands_on_all_devices_once",
    ),
    Defence(
        "what was said elsewhere by oneself is one's own",
        f"{PAGE}/feed.js",
        "const isMine = who === my.me;",
        "const isMine = false;",
        f"{DEVICES}::test_what_is_said_and_heard_stands_on_all_devices_once",
    ),
    Defence(
        "a lost connection is made up for from the cursor",
        f"{PAGE}/feed.js",
        'send("follow", { number: told });',
        'send("follow", { number: null });',
        f"{DEVICES}::test_what_was_missed_is_told_from_the_cursor",
    ),
    Defence(
        "what is out of date is read again",
        f"{PAGE}/client.js",
        "\tif (my.open) past.read(my.open);\n",
        "",
        f"{DEVICES}::test_who_has_missed_too_much_reads_the_conversation_again",
    ),
    Defence(
        "a free chat comes to the page that is looked at",
        f"{PAGE}/client.js",
        "delivery.take(lane.chat);",
        "{}",
        f"{DEVICES}::test_a_chat_that_no_device_holds_comes_to_the_one_that_is_looked_at",
    ),
    Defence(
        "a free chat comes to no page that looks elsewhere",
        f"{PAGE}/client.js",
        "if (lane?.isFree && lane.key === open?.key && views.isHere())",
        "if (lane?.isFree)",
        f"{DEVICES}::test_who_looks_elsewhere_takes_no_chat_over",
    ),
    Defence(
        "a page names only streams in which its device spoke",
        f"{PAGE}/delivery.js",
        "sent: NO_STREAM, received: null",
        "sent: { name: id, upto: 0 }, received: null",
        f"{DEVICES}::test_who_looks_elsewhere_takes_no_chat_over",
    ),
    Defence(
        "late lines go under their own numbers when another device has the chat",
        f"{PAGE}/delivery.js",
        "\t\tanswered(event.chat, event.had);\n",
        "",
        f"{DEVICES}::test_what_a_device_had_not_sent_comes_late_and_once_though_another_has_the_chat",
    ),
    Defence(
        "a conversation counts as read where it is seen to its end",
        f"{PAGE}/app.js",
        "isLookedAt: () => isHere() && isNewest(),",
        "isLookedAt: isHere,",
        f"{LIST}::test_who_reads_further_up_or_looks_elsewhere_has_not_read_it",
    ),
    Defence(
        "a conversation counts as read where somebody is",
        f"{PAGE}/app.js",
        "isLookedAt: () => isHere() && isNewest(),",
        "isLookedAt: isNewest,",
        f"{LIST}::test_who_reads_further_up_or_looks_elsewhere_has_not_read_it",
    ),
    Defence(
        "a live message is read up to the cursor",
        f"{PAGE}/reading.js",
        "Math.max(timeline.newest, feed.cursor() ?? 0)",
        "timeline.newest",
        f"{LIST}::test_what_was_said_in_a_chat_is_read_too",
    ),
    Defence(
        "the server is told seldom how far somebody has read",
        f"{PAGE}/reading.js",
        "next = performance.now() + EVERY;",
        "next = 0;",
        f"{LIST}::test_unread_is_told_at_most_once_a_second",
    ),
    Defence(
        "what was read elsewhere is read here",
        f"{PAGE}/hearing.js",
        "\tread_up_to: readUpTo,\n",
        "",
        f"{LIST}::test_what_is_read_on_one_device_is_read_on_the_others",
    ),
    Defence(
        "what was read elsewhere is no notice any more",
        f"{PAGE}/app.js",
        "read: ({ key }) => notices.get(key)?.close(),",
        "read: () => {},",
        f"{LIST}::test_what_is_read_on_one_device_is_read_on_the_others",
    ),
    Defence(
        "the list goes on as it is scrolled",
        f"{PAGE}/feed.js",
        "older !== null && !isListing && list(older)",
        "false",
        f"{LIST}::test_the_list_goes_on_as_it_is_scrolled",
    ),
    Defence(
        "new messages begin after the mark",
        f"{PAGE}/past.js",
        "if (talk.unread) talk.firstUnread = news[0]?.id ?? talk.firstUnread;",
        "",
        f"{LIST}::test_it_is_said_where_the_new_messages_begin",
    ),
    Defence(
        "a page opens no conversation by itself",
        f"{PAGE}/address.js",
        "if (!written) return null;",
        'if (!written) return "#lobby";',
        f"{PLACE}::test_nobody_comes_into_the_lobby_by_a_reload",
    ),
    Defence(
        "back to the list is a step back",
        f"{PAGE}/address.js",
        "if (history.state?.isFromList) history.back();",
        "if (!history) history.back();",
        f"{PLACE}::test_back_to_the_list_on_a_phone_is_one_step_back",
    ),
)
