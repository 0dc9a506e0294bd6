"""Defences of rates and turns: that work is paid for, by whoever has it done, and shares the loop."""

from __future__ import annotations

from tests.mutations.defences import Defence

_FLOODS = "tests/attacks/test_floods.py"
_METERING = "tests/server/test_metering.py"
_TURNS = "tests/server/test_turns.py"

DEFENCES = (
    Defence(
        "a command is paid for",
        "duologue/server/dispatch.py",
        "    hub.metering.spend(connection, cost_of(hub, connection, command))\n",
        "",
        f"{_FLOODS}::test_native_commands",
    ),
    Defence(
        "messages of a chat are paid for",
        "duologue/server/chats/relay.py",
        " or not self.pay(count, len(chunk))",
        "",
        f"{_FLOODS}::test_receipts_and_messages_of_a_chat",
    ),
    Defence(
        "receipts of a chat are paid for",
        "duologue/server/chats/receipts.py",
        "        if not self.pay(1, len(chunk)):\n            return False\n",
        "",
        f"{_FLOODS}::test_receipts_and_messages_of_a_chat",
    ),
    Defence(
        "a part of a long text is paid for",
        "duologue/protocols/native/codec.py",
        "                raise _TOO_LONG\n        return NoCommand()\n",
        "                raise _TOO_LONG\n        return None  # type: ignore[return-value]\n",
        f"{_FLOODS}::test_native_commands",
    ),
    Defence(
        "a read that brings nothing is paid for",
        "duologue/server/net/connection.py",
        "        commands = _or_nothing(commands)\n",
        "",
        f"{_FLOODS}::test_what_guests_type",
    ),
    Defence(
        "the bytes of a read are paid for",
        "duologue/server/net/connection.py",
        "            self._hub.metering.spend(self, (size - FREE_BYTES) * BYTE)\n",
        "            pass\n",
        f"{_FLOODS}::test_json_that_is_none",
    ),
    Defence(
        "an account keeps its debt over its logins",
        "duologue/server/metering.py",
        "        bucket = self._buckets.get(key)\n",
        "        bucket = None\n",
        f"{_FLOODS}::test_to_come_back_brings_nothing",
    ),
    Defence(
        "who has not enough for a message cannot pay for it",
        "duologue/core/pace.py",
        "        is_enough = tokens >= amount\n",
        "        is_enough = True\n",
        "tests/core/test_pace.py::TestTokenBucket::test_who_pays_has_enough_or_keeps_what_they_have",
    ),
    Defence(
        "a debt outlives the session that made it",
        "duologue/server/metering.py",
        "        self._in_use[connection.bucket] = None\n",
        "",
        f"{_METERING}::test_to_log_in_again_does_not_make_debts_go_away",
    ),
    Defence(
        "strangers of one address share a bucket",
        "duologue/core/admission.py",
        "if is_loopback(address) else address_key(address)",
        "",
        f"{_METERING}::test_strangers_of_one_address_share_what_they_have_and_guests_too",
    ),
    Defence(
        "a turn of the loop has so much time for commands",
        "duologue/server/net/connection.py",
        "            if self._holds or turns.is_over():\n",
        "            if self._holds:\n",
        "tests/server/net/test_connection.py::test_a_turn_ends_when_its_time_is_over",
    ),
    Defence(
        "a socket has so many commands before another that waits",
        "duologue/server/net/connection.py",
        "0 if self._holds else COMMANDS_AT_A_TIME",
        "0 if self._holds else 10**9",
        "tests/server/net/test_connection.py::test_two_who_flood_are_served_by_turns",
    ),
    Defence(
        "turns go round by account",
        "duologue/server/turns.py",
        "        self._queue.put(go_on, key)\n",
        "        self._queue.put(go_on)\n",
        f"{_TURNS}::test_the_connections_of_one_account_are_one_who_waits",
    ),
    Defence(
        "what waits has its share of a turn and not all of it",
        "duologue/server/turns.py",
        "        while self._queue and not self.is_over():\n",
        "        while self._queue:\n",
        f"{_TURNS}::test_what_waits_has_no_more_than_its_share_of_a_turn_of_the_loop",
    ),
    Defence(
        "JSON is looked at in pieces",
        "duologue/protocols/legacy/rooms_json.py",
        "                yield NoCommand()  # others may have their turn\n",
        "                pass\n",
        "tests/protocols/legacy/test_rooms_json.py::test_others_have_their_turn_while_json_without_end_is_looked_at",
    ),
    Defence(
        "a receipt about a letter costs what a question to the store does",
        "duologue/server/costs.py",
        "return 0.0 if is_live else MESSAGE",
        "return 0.0",
        "tests/server/test_costs.py::test_a_receipt_of_a_letter_is_a_question_to_the_store",
    ),
    Defence(
        "what is told to many costs for each",
        "duologue/server/costs.py",
        "    return _members(hub, command.nickname) * TOLD if is_room(command.nickname) else 0.0\n",
        "    return 0.0\n",
        "tests/server/test_costs.py::test_what_tells_many_costs_for_each",
    ),
    Defence(
        "what goes together is what the rate would let through",
        "duologue/server/pastes.py",
        "    return min(hub.rooms.at_a_time(), hub.metering.affordable(",
        "    return max(hub.rooms.at_a_time(), hub.metering.affordable(",
        "tests/server/test_pastes.py::test_who_is_limited_is_slowed_down_as_by_single_lines",
    ),
    Defence(
        "each line of a paste is paid for",
        "duologue/server/costs.py",
        "        return len(command.letters) * cost_of(",
        "        return cost_of(",
        "tests/server/test_costs.py::test_what_tells_many_costs_for_each",
    ),
    Defence(
        "who pastes leaves a part of the commit to others",
        "duologue/server/rooms.py",
        "LETTERS_AT_A_TIME // (1 + self._speaking)",
        "LETTERS_AT_A_TIME",
        "tests/server/test_pastes.py::test_everybody_who_waits_has_a_part_of_it",
    ),
    Defence(
        "a queue that is full takes no more of a paste",
        "duologue/server/rooms.py",
        "        if size > WRITE_BYTES and number > start:\n",
        "        if size > WRITE_BYTES < 0:\n",
        "tests/server/test_rooms.py::test_a_queue_that_fills_in_the_middle_takes_no_more",
    ),
)
