"""Defences of the terminal, the plain lines and bots: what is shown, what is typed, what is awaited."""

from __future__ import annotations

from tests.mutations.defences import Defence

CONVERSATION = "tests/client/test_conversation.py"
SHOWN = f"{CONVERSATION}::TestWhatCannotBeShown"
API = "tests/client/test_api.py"
PLAIN = "tests/client/terminal/test_plain.py"
EDITING = "tests/client/terminal/test_editing.py"
TYPED = "tests/client/input/test_room_arguments.py::test_what_cannot_be_is_explained"
TALK = "tests/protocols/legacy/test_typed_commands.py::test_what_changes_something_for_all_is_not_guessed"

DEFENCES = (
    Defence(
        "an event that breaks its view is shown otherwise, and the next are shown",
        "duologue/client/conversation.py",
        "            self._show(Kind.TROUBLE, not_shown(event, error))\n",
        "            raise\n",
        f"{SHOWN}::test_a_line_that_breaks_its_view_is_shown_otherwise_and_the_next_come",
    ),
    Defence(
        "what could not be shown is not acknowledged when the client leaves",
        "duologue/client/conversation.py",
        "            else:\n                client.give_back()\n            await client.close()",
        "            await client.close()",
        f"{SHOWN}::test_what_no_view_can_show_comes_again",
    ),
    Defence(
        "nothing is acknowledged before it is on the screen",
        "duologue/client/conversation.py",
        "                await self._view.settle()\n                client.finished()",
        "                client.finished()\n                await self._view.settle()",
        f"{SHOWN}::test_nothing_is_acknowledged_before_it_is_on_the_screen",
    ),
    Defence(
        "lines that a terminal could not take are kept",
        "duologue/client/terminal/painter.py",
        "            self._pending[0]()\n            del self._pending[0]",
        "            self._pending.pop(0)()",
        "tests/client/terminal/test_painter.py::test_what_could_not_be_written_is_told_to_whoever_waits_for_it_and_kept",
    ),
    Defence(
        "a line that cannot be painted does not stop those after it",
        "duologue/client/terminal/painter.py",
        "            self._output.write(fragment_list_to_text(fragments))",
        "            raise",
        "tests/client/terminal/test_painter.py::test_a_line_that_cannot_be_painted_is_written_plainly_and_does_not_stop_the_next",
    ),
    Defence(
        "taking an event acknowledges nothing",
        "duologue/client/api.py",
        '    async def take(self) -> Happening | None:\n        """Return the next event, or None after the last. '
        'Acknowledges nothing: `finished` does."""\n',
        "    async def take(self) -> Happening | None:\n        self.finished()\n",
        f"{API}::test_what_is_taken_is_acknowledged_together_when_that_is_said",
    ),
    Defence(
        "what was taken before a lost connection does not come again",
        "duologue/client/api.py",
        "    async def _lose(self, reason: str) -> ConnectionLost:\n        self.finished()\n",
        "    async def _lose(self, reason: str) -> ConnectionLost:\n        self.give_back()\n",
        f"{API}::test_what_was_taken_before_a_connection_is_lost_does_not_come_again",
    ),
    Defence(
        "a handler that fails does not end a bot",
        "duologue/client/api.py",
        '                log.exception("the handler of events failed"',
        '                raise\n                log.exception("the handler of events failed"',
        f"{API}::test_a_handler_that_fails_is_logged_and_the_next_event_comes",
    ),
    Defence(
        "after a wrong password no visible question follows",
        "duologue/client/conversation.py",
        "        if self._password is None:\n            self._nickname",
        "        if True:\n            self._nickname",
        f"{CONVERSATION}::test_after_a_wrong_password_the_password_is_asked_for_and_hidden",
    ),
    Defence(
        "what is typed before a password is asked for is not echoed",
        "duologue/client/terminal/keyboard.py",
        "    silent[3] &= ~(termios.ECHO if by_line else termios.ECHO | termios.ICANON)\n",
        "    silent[3] &= ~(0 if by_line else termios.ICANON)\n",
        "tests/client/terminal/test_keyboard.py",
    ),
    Defence(
        "the password of a room is not among what was typed before",
        "duologue/client/terminal/editing.py",
        "super().append_string(without_hidden(string))",
        "super().append_string(string)",
        f"{EDITING}::test_a_rooms_password_is_masked_and_not_remembered",
    ),
    Defence(
        "the password of a room is masked",
        "duologue/client/terminal/editing.py",
        "*((style, MASK) for style, *_ in fragments[left:])",
        "*fragments[left:]",
        f"{EDITING}::test_a_rooms_password_is_masked_and_not_remembered",
    ),
    Defence(
        "a deletion takes whole characters",
        "duologue/client/terminal/editing.py",
        "            buffer.document = Document(text[:start] + text[end:], start)\n",
        "            pass\n",
        f"{EDITING}::test_one_character_is_one_for_every_key",
    ),
    Defence(
        "a cursor stands between characters",
        "duologue/client/terminal/editing.py",
        "            cursor = nearest_boundary(changed.text, cursor, before)\n",
        "",
        f"{EDITING}::test_one_character_is_one_for_every_key",
    ),
    Defence(
        "a topic that may be meant as a room is not sent",
        "duologue/client/input/room_arguments.py",
        "    return None if named is None else room_or_topic(named, standing.room, text)",
        "    return None",
        TYPED,
    ),
    Defence(
        "in a chat, no room is meant that is not named",
        "duologue/client/input/room_arguments.py",
        "    if standing.partner is not None:\n        return f",
        "    if False:\n        return f",
        TYPED,
    ),
    Defence(
        "the same at the doors of old systems",
        "duologue/protocols/legacy/typed_commands.py",
        "        _be_sure(user, room, rest)\n",
        "        pass\n",
        TALK,
    ),
    Defence(
        "a pipe waits as long as messages are stored",
        "duologue/client/terminal/plain.py",
        "            while client.unstored:\n                await self._until_fewer(client, client.unstored)",
        "            await self._until_fewer(client, 1)",
        f"{PLAIN}::test_a_pipe_waits_until_all_is_stored",
    ),
    Defence(
        "a goodbye waits as long as the server reads on",
        "duologue/client/connection.py",
        "        while not goodbye.done() and self._left_to_read < left:\n",
        "        while left == inf:\n",
        "tests/client/test_connection.py::test_leaving_takes_as_long_as_the_server_goes_on_reading",
    ),
    Defence(
        "what is closed of the standard streams is given to no file",
        "duologue/logs.py",
        "            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)",
        "            continue",
        "tests/terminal/test_standard_streams.py",
    ),
    Defence(
        "what is printed to nowhere is no traceback",
        "duologue/logs.py",
        "        if getattr(sys, name) is None:",
        "        if False:",
        "tests/terminal/test_standard_streams.py",
    ),
    Defence(
        "a terminal that gives no UTF-8 does not end the client",
        "duologue/client/api.py",
        '        text = text.encode(errors="replace").decode()',
        "        text = text",
        f"{API}::test_a_text_that_is_no_unicode_is_sent_and_kept",
    ),
    Defence(
        "a server that turns clients away is not tried quickly",
        "duologue/client/engine/backoff.py",
        "        self._quick = 0\n",
        "        pass\n",
        "tests/client/engine/test_backoff.py::test_a_server_that_turns_us_away_is_not_tried_quickly",
    ),
)
