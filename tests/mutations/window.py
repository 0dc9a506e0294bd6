"""What keeps the desktop window from losing what came, and words from going where nobody meant them to go."""

from __future__ import annotations

from tests.mutations.defences import Defence

_APP = "duologue/client/window/app.py"
_COMPOSE = "duologue/client/window/compose.py"
_PRESENTER = "duologue/client/window/presenter.py"
_EDITING = "duologue/client/window/editing.py"
_FORM = "duologue/client/window/login_form.py"
_HISTORY = "duologue/client/window/history_view.py"
_WINDOWS = "duologue/client/window/windows.py"
_TALK_WINDOW = "duologue/client/window/talk_window.py"
_WORKER = "duologue/client/window/worker.py"

_T = "tests/client/window/"
_OF_APP = f"{_T}test_app.py"
_OF_COMPOSE = f"{_T}test_compose.py"
_OF_PRESENTER = f"{_T}test_presenter.py"
_OF_EDITING = f"{_T}test_editing.py"
_OF_FORM = f"{_T}test_login_form.py"
_OF_HISTORY = f"{_T}test_history_view.py"
_OF_WINDOWS = f"{_T}test_windows.py"
_OF_WORKER = f"{_T}test_worker.py"

DEFENCES = (
    Defence(
        "What the windows could not take is not acknowledged",
        _WORKER,
        "if not is_shown and isinstance(event, _ACKNOWLEDGED):",
        "if False:",
        f"{_OF_WORKER}::test_what_cannot_be_shown_is_not_acknowledged_and_nothing_after_it",
    ),
    Defence(
        "A fault in taking what came is told to the worker",
        _APP,
        "is_taken = not self._is_left and attempt(lambda: self._take(news))",
        "is_taken = attempt(lambda: self._take(news)) or True",
        f"{_OF_APP}::test_what_the_desk_cannot_take_is_not_acknowledged",
    ),
    Defence(
        "A fault in listening is said",
        _WORKER,
        "        self._begin(self._break_off())",
        "        pass",
        f"{_OF_WORKER}::test_a_fault_in_listening_is_said",
    ),
    Defence(
        "A message whose handler fails is shown in the plainest way",
        _PRESENTER,
        'return self._repaired(place) if is_here else self._hear_plainly(place or "", event)',
        "return self._repaired(place)",
        f"{_OF_PRESENTER}::test_whatever_fails_a_message_is_there",
    ),
    Defence(
        "A message that got in before its handler failed is shown once",
        _PRESENTER,
        "is_here = place is None or len(self.talk(place).scroll) > known",
        "is_here = place is None",
        f"{_OF_PRESENTER}::test_whatever_fails_a_message_is_there",
    ),
    Defence(
        "One view that fails does not stop the others",
        _WINDOWS,
        "if not attempt(partial(_APPLY[type(change)], self, change)) and place:",
        "if _APPLY[type(change)](self, change) and place:",
        f"{_OF_WINDOWS}::test_one_change_that_fails_does_not_stop_the_next",
    ),
    Defence(
        "What a view failed to show is painted anew",
        _WINDOWS,
        "self._stale.add(place)",
        "pass",
        f"{_OF_WINDOWS}::test_a_fault_of_one_view_is_mended_from_the_presenter",
    ),
    Defence(
        "A window that has gone is known to be gone",
        _WINDOWS,
        "        del self._windows[place]",
        "        pass",
        f"{_OF_WINDOWS}::test_a_window_that_has_gone_is_made_again",
    ),
    Defence(
        "A time that no calendar has loses no message",
        "duologue/client/history/since.py",
        "min(max(at, 0.0), _LATEST)",
        "at",
        "tests/client/history/test_since.py::test_a_time_that_no_calendar_has_is_the_nearest_that_there_is",
    ),
    Defence(
        "Keys of Emacs are gone",
        _EDITING,
        "        _drop_emacs(root)",
        "        pass",
        f"{_OF_EDITING}::test_keys_of_emacs_change_nothing_and_move_nothing",
    ),
    Defence(
        "Backspace takes whole signs",
        _EDITING,
        '"<BackSpace>": lambda field: field.delete(field.left()),',
        "",
        f"{_OF_EDITING}::test_one_key_is_one_sign",
    ),
    Defence(
        "A click does not part a sign",
        _EDITING,
        "root.bind_class(kind, event, _at(root, field, lambda one: one.snap()), add=True)",
        "pass",
        f"{_OF_EDITING}::test_a_click_into_a_sign_is_a_click_before_it",
    ),
    Defence(
        "After a key that does nothing here, Enter asks first",
        _COMPOSE,
        "if self._stray and self.text.strip():",
        "if False:",
        f"{_OF_COMPOSE}::test_after_a_key_that_does_nothing_here_enter_asks_first",
    ),
    Defence(
        "A private window knows which keys do nothing there",
        _TALK_WINDOW,
        "        bind_strays(self, self.pane.compose.note_stray)",
        "        bind_strays(self, lambda _: None)",
        f"{_OF_WINDOWS}::test_a_key_that_does_nothing_in_a_window_says_so_there",
    ),
    Defence(
        "Ctrl+F in a private window finds",
        _TALK_WINDOW,
        '        bind_keys(self, "<Control-f>", self.pane.find_bar.open)',
        '        bind_keys(self, "<Control-f>", lambda: None)',
        f"{_OF_WINDOWS}::test_in_a_private_window_what_is_typed_to_find_is_not_said",
    ),
    Defence(
        "A window that appears by itself gives the keyboard back",
        _TALK_WINDOW,
        "            self._holder.focus_force()",
        "            self.pane.compose.field.focus_set()",
        f"{_OF_WINDOWS}::test_a_window_manager_that_gives_the_keyboard_to_what_appears_is_put_right",
    ),
    Defence(
        "A chat that goes on takes the keyboard from nobody who writes",
        _WINDOWS,
        "is_new and change.goes_on and not self._is_writing()",
        "is_new and change.goes_on",
        f"{_OF_WINDOWS}::test_but_not_from_who_is_writing",
    ),
    Defence(
        "What is typed during the login is kept",
        _FORM,
        "        bind_typed(self, self._type_ahead)",
        "        pass",
        f"{_OF_FORM}::test_what_is_typed_while_it_logs_in_is_kept",
    ),
    Defence(
        "The field to write in has the keyboard as soon as it is there",
        _WINDOWS,
        "self.root.update_idletasks()  # only what is on the screen can have the keyboard\n        self.view",
        "self.view",
        f"{_OF_WINDOWS}::test_the_field_to_write_in_has_the_keyboard_as_soon_as_it_is_there",
    ),
    Defence(
        "What is typed while a dialog closes is not lost",
        "duologue/client/window/dialogs.py",
        "self._lingering = self.after(LINGERS, self.destroy)",
        "self.destroy()",
        "tests/window/test_real_windows.py::test_what_is_typed_at_once_after_a_dialog_is_for_its_window",
    ),
    Defence(
        "A wrong password does not stay",
        _FORM,
        '            self.password.delete(0, "end")\n        first',
        "            pass\n        first",
        f"{_OF_FORM}::test_a_wrong_password_is_typed_anew_and_nothing_else",
    ),
    Defence(
        "A picture is not pasted, and said so",
        _COMPOSE,
        "if holds_only_files(self):",
        "if False:",
        f"{_OF_COMPOSE}::test_a_picture_is_not_pasted_and_said_so",
    ),
    Defence(
        "Who reads further up is told of what is new",
        _HISTORY,
        'self._show_below(sum(1 for block in blocks if block[0][1] != "day"))',
        "pass",
        f"{_OF_HISTORY}::test_what_is_new_further_down_is_said_to_who_reads_above",
    ),
    Defence(
        "Nobody is blocked by one click",
        "duologue/client/window/actions.py",
        "if act is Act.BLOCK:",
        "if False:",
        f"{_T}test_actions.py::test_blocking_is_asked_about_first",
    ),
    Defence(
        "A search for a message in the history comes to an end",
        _PRESENTER,
        "if talk.scroll.before is None or not talk.pages:",
        "if talk.scroll.before is None:",
        f"{_OF_PRESENTER}::test_a_message_that_is_not_there_is_sought_to_an_end",
    ),
    Defence(
        "An emoji in what is read does not end the program of somebody who finds",
        "duologue/client/window/finder.py",
        "in words.finditer(line):",
        'in words.finditer(line + self._text.search(self._words, "1.0", "end", nocase=True)):',
        f"{_T}test_finder.py::test_among_emoji",
    ),
)
