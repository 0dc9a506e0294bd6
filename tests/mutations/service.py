"""Defences of the server as a service: who comes by a proxy, what a start refuses, and whose the files are."""

from __future__ import annotations

from tests.mutations.defences import Defence

PROXIES = "duologue/core/proxies.py"
OF_PROXIES = "tests/core/test_proxies.py::"
LISTENER = "duologue/server/net/listener.py"
SCENES = "tests/scenes/test_proxies.py::"
ACCESS = "duologue/server/access.py"
USERS_FILE = "duologue/server/storage/users_file.py"
OF_USERS_FILE = "tests/server/storage/test_users_file.py::"
SEARCH = "duologue/server/storage/search.py"
OF_SEARCH = "tests/server/storage/test_search.py::test_what_looks_the_same_is_found_and_a_part_where_words_have_no_end"
WEB = "duologue/server/net/web.py"
OF_WEB = "tests/server/net/test_web.py::"
TLS = "duologue/server/net/tls.py"
OF_TLS = "tests/server/net/test_tls.py::"
OF_SERVER = "tests/server/test_server.py::"

DEFENCES = (
    Defence(
        "only trusted proxies say who comes",
        LISTENER,
        "        is_by_proxy = self._proxies.trust(peer[0])\n",
        "        is_by_proxy = True\n",
        f"{SCENES}test_a_header_of_somebody_who_is_no_proxy_says_nothing",
    ),
    Defence(
        "the last address that is no proxy counts, not the first that somebody wrote",
        PROXIES,
        'for hop in reversed(",".join(forwarded).split(",")):',
        'for hop in ",".join(forwarded).split(","):',
        f"{SCENES}test_nor_with_a_header_of_their_own",
    ),
    Defence(
        "nobody who comes by a proxy is on this machine",
        PROXIES,
        "return UNKNOWN if is_loopback(known) else known",
        "return known",
        f"{OF_PROXIES}test_who_stands_behind_it",
    ),
    Defence(
        "a proxy that does not say is nobody's machine",
        PROXIES,
        'UNKNOWN = "0.0.0.0"\n',
        'UNKNOWN = "127.0.0.1"\n',
        f"{SCENES}test_nobody_comes_in_without_a_password",
    ),
    Defence(
        "a proxy for everybody is refused",
        PROXIES,
        "    if not network.prefixlen:\n",
        "    if False:\n",
        f"{OF_PROXIES}test_what_is_no_network_or_is_all_of_them",
    ),
    Defence(
        "places are counted for who comes by a proxy",
        LISTENER,
        "        if not self._admission.admit(connection.address, self._hub.time()):\n",
        "        if False:\n",
        f"{SCENES}test_places_are_counted_for_each_address",
    ),
    Defence(
        "who was not counted gives no place back",
        LISTENER,
        "        if connection in self._unnamed:\n",
        "        if False:\n",
        f"{SCENES}test_places_are_counted_for_each_address",
    ),
    Defence(
        "a refused origin fills no log",
        WEB,
        "if origin in self._refused_origins or len(self._refused_origins) == MOST_ORIGINS:",
        "if False:",
        f"{OF_WEB}test_an_origin_is_logged_once_and_no_more_than_so_many",
    ),
    Defence(
        "a refused origin is repeated without what does not print",
        WEB,
        "shown = shortened(origin, _SHOWN)",
        "shown = origin",
        f"{OF_WEB}test_a_refused_origin_is_told_what_to_set",
    ),
    Defence(
        "an origin has one spelling",
        "duologue/settings.py",
        "dict.fromkeys(map(origin_of, _names(text)))",
        "dict.fromkeys(_names(text))",
        "tests/test_settings.py::test_each_setting_has_a_flag",
    ),
    Defence(
        "no socket opens by HEAD",
        WEB,
        '        if request.method == "HEAD":\n',
        "        if False:\n",
        f"{OF_WEB}test_head_opens_no_socket",
    ),
    Defence(
        "what cannot be used later stops the start",
        "duologue/server/server.py",
        "        check_access(used_files(settings))\n",
        "",
        f"{OF_SERVER}test_what_cannot_be_written_later_is_refused_at_the_start",
    ),
    Defence(
        "a full disk stops the start",
        "duologue/server/storage/sqlite.py",
        "        check_room(path.parent, START_BYTES)\n        if begins_anew:",
        "        if begins_anew:",
        f"{OF_SERVER}test_a_full_disk_is_refused_as_one_and_no_backup_is_recommended",
    ),
    Defence(
        "a disk that is full is told from one that is broken",
        "duologue/server/storage/store_file.py",
        "    check_room(path.parent, START_BYTES)\n    match error:",
        "    match error:",
        f"{OF_SERVER}test_a_disk_that_fills_up_while_the_store_is_opened_is_said_to_be_full",
    ),
    Defence(
        "what root makes is its owner's beside whom it stands",
        ACCESS,
        "        os.fchown(descriptor, found.st_uid, found.st_gid)\n",
        "        pass\n",
        f"{OF_USERS_FILE}test_what_root_changes_the_service_can_change",
    ),
    Defence(
        "root is not led elsewhere by a link in the place of a lock",
        ACCESS,
        "os.O_CLOEXEC | os.O_NOFOLLOW",
        "os.O_CLOEXEC",
        "tests/server/test_access.py::test_root_is_not_led_elsewhere_by_a_link",
    ),
    Defence(
        "a restored store is the service's",
        "duologue/server/storage/backup.py",
        "        give_to_owner(descriptor, before or target.parent)\n",
        "        pass\n",
        "tests/server/storage/test_backup.py::test_what_root_restores_is_the_services_and_keeps_its_mode",
    ),
    Defence(
        "another group gets nothing that was a group's",
        USERS_FILE,
        "            is_open = True  # to",
        "            pass  # to",
        f"{OF_USERS_FILE}test_a_group_that_the_service_is_not_in_does_not_stop_it",
    ),
    Defence(
        "a cell that is missing enables nobody",
        USERS_FILE,
        ' or created.casefold() in _DISABLED.keys() - {""}',
        "",
        f"{OF_USERS_FILE}test_damage_is_refused_with_file_line_and_remedy",
    ),
    Defence(
        "a certificate that is not valid yet does not serve",
        TLS,
        "        if validity and validity.begins > self._wall_clock():\n",
        "        if False:\n",
        f"{OF_TLS}test_one_that_is_not_valid_yet_does_not_serve",
    ),
    Defence(
        "it is said each day that a certificate ends",
        TLS,
        "        self._load_if_changed()\n        self._warn()\n",
        "        self._load_if_changed()\n",
        f"{OF_TLS}test_it_is_said_each_day_until_it_is_renewed",
    ),
    Defence(
        "a part of a Korean word is found",
        SEARCH,
        "\\uac00-\\ud7ff",
        "",
        OF_SEARCH,
    ),
    Defence(
        "what looks the same is found",
        SEARCH,
        '    return unicodedata.normalize("NFKC", text)\n',
        "    return text\n",
        OF_SEARCH,
    ),
    Defence(
        "what was indexed otherwise is indexed anew",
        "duologue/server/storage/migrations.py",
        '    "UPDATE indexed SET upto = 0",\n',
        "",
        "tests/server/storage/test_migrations.py::test_what_was_indexed_by_whole_words_is_indexed_anew",
    ),
    Defence(
        "an address's arrivals are small however many they are",
        "duologue/core/pace.py",
        "            del counts[first]\n",
        "            break\n",
        "tests/core/test_pace.py::TestArrivals",
    ),
    Defence(
        "a handshake that fails says why",
        LISTENER,
        '"reason": in_words(error)})',
        '"reason": str(error)})',
        "tests/scenes/test_tls.py::test_a_handshake_that_fails_says_why",
    ),
)
