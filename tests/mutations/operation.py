"""Defences of the operator's machine: files, TLS, descriptors, the disk and the store."""

from __future__ import annotations

from tests.mutations.defences import Defence

DEFENCES = (
    Defence(
        "the data folder is its owner's alone",
        "duologue/permissions.py",
        "folder.mkdir(mode=0o700, parents=True, exist_ok=True)",
        "folder.mkdir(parents=True, exist_ok=True)",
        "tests/test_server.py::test_the_data_folder_is_its_owners_alone",
    ),
    Defence(
        "files that others could misuse stop the start",
        "duologue/server.py",
        "        check_permissions(_kept_files(settings, accounts))\n",
        "",
        "tests/test_server.py::test_files_that_others_could_misuse_are_refused_until_they_cannot",
    ),
    Defence(
        "a key that is another user's stops the start",
        "duologue/permissions.py",
        "    if kept.is_own and found.st_uid not in _trusted(kept):",
        "    if False:",
        "tests/test_server.py::test_a_key_of_somebody_else_is_refused",
    ),
    Defence(
        "the users file is closed when it gets hashes",
        "duologue/storage/users_file.py",
        "0o600 if has_hashes and was_open else old.st_mode & 0o7777",
        "old.st_mode & 0o7777",
        "tests/storage/test_users_file.py::test_what_anybody_could_read_is_closed_when_it_gets_hashes",
    ),
    Defence(
        "the users file keeps its owner",
        "duologue/storage/users_file.py",
        "        os.fchown(descriptor, old.st_uid, old.st_gid)\n",
        "        pass\n",
        "tests/storage/test_users_file.py::test_a_file_of_another_owner_stays_theirs",
    ),
    Defence(
        "no CBC suite is offered",
        "duologue/net/tls.py",
        "    context.set_ciphers(CIPHERS)\n",
        "",
        "tests/net/test_tls.py::test_nothing_weak_is_offered",
    ),
    Defence(
        "a browser keeps to our TLS",
        "duologue/net/web.py",
        '            answer.headers["Strict-Transport-Security"] = HSTS\n',
        "            pass\n",
        "tests/net/test_web.py::test_a_browser_is_told_to_keep_to_our_tls",
    ),
    Defence(
        "HSTS is never for names of this machine",
        "duologue/net/web.py",
        "self._has_tls and not _is_local(",
        "self._has_tls and True | bool(",
        "tests/net/test_web.py::test_a_browser_is_told_to_keep_to_our_tls",
    ),
    Defence(
        "a store that is gone is not begun anew",
        "duologue/storage/sqlite.py",
        "        check_is_there(path)\n",
        "",
        "tests/storage/test_store_id.py::test_a_store_that_is_missing_is_not_begun_anew",
    ),
    Defence(
        "a store of no bytes is left to its log",
        "duologue/storage/store_id.py",
        "    if not path.stat().st_size:",
        "    if False:",
        "tests/storage/test_store_id.py::test_a_store_of_no_bytes_is_refused_and_its_log_is_left",
    ),
    Defence(
        "another store is not taken for the one that belongs here",
        "duologue/storage/store_id.py",
        "    elif known != found:",
        "    elif False:",
        "tests/storage/test_store_id.py::test_another_store_is_not_taken_for_it",
    ),
    Defence(
        "--new-store is for one start only",
        "duologue/storage/store_id.py",
        "    if not _emptiness(path):",
        "    if False:",
        "tests/storage/test_store_id.py::test_it_is_said_for_one_start_only",
    ),
    Defence(
        "what is damaged is not read out",
        "duologue/storage/stored_lines.py",
        "    if not is_whole(lines, crc):",
        "    if False:",
        "tests/storage/test_checkup.py::test_nothing_damaged_is_read_out",
    ),
    Defence(
        "chunks are written with their checksum",
        "duologue/storage/writer.py",
        "[(*chunk, crc32(chunk.lines)) for chunk in batch.chunks]",
        "[(*chunk, None) for chunk in batch.chunks]",
        "tests/storage/test_checkup.py::test_texts_that_were_overwritten_are_found_and_named",
    ),
    Defence(
        "letters are written with their checksum",
        "duologue/storage/mailroom.py",
        "line, crc32(line)",
        "line, None",
        "tests/storage/test_checkup.py::test_nothing_damaged_is_read_out",
    ),
    Defence(
        "the start looks at the newest messages",
        "duologue/storage/sqlite.py",
        "                warn_of_damage(connection, path)\n",
        "",
        "tests/storage/test_checkup.py::test_the_start_says_what_is_damaged_and_goes_on",
    ),
    Defence(
        "the start is not held up by a large store",
        "duologue/storage/checkup.py",
        "        if time.monotonic() > deadline:",
        "        if False:",
        "tests/storage/test_checkup.py::test_at_the_start_the_newest_are_looked_at_for_a_bounded_time",
    ),
)
