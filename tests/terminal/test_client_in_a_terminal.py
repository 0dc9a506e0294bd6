"""What people see and do at the real client.py, in a pseudo-terminal. Numbers of sections are those of the design."""

from __future__ import annotations

import re
import signal
import subprocess
import sys

import pytest

from tests.terminal.conftest import Open, Pair, in_a_chat, log_in, log_out, say, say_and_see_it_stored
from tests.terminal.programs import ALT_ENTER, CTRL_C, CTRL_D, ROOT, TAB, UP, Server, Terminal

AGAIN = "Password for eve (an empty line goes back to the nickname):"
HINT = "/chat NICK asks for a chat, /help lists all commands"


def without_hint(terminal: Terminal) -> list[str]:
    return [line.replace(HINT, "").rstrip() for line in terminal.transcript]


@pytest.mark.parametrize("is_forked", [True, False])
def test_the_conversation_that_everything_serves(server: Server, open_terminal: Open, is_forked: bool) -> None:
    """As all clients of these tests are, and as people start theirs."""
    alice = open_terminal(server.port, is_forked=is_forked)
    alice.shows("Enter your nickname: ")
    alice.enter("alice")
    alice.shows("alice> ")
    bob = open_terminal(server.port, is_forked=is_forked)
    bob.shows("Enter your nickname: ")
    bob.enter("bob")
    bob.shows("bob> ")
    alice.enter("/chat bob")
    bob.shows("alice wants to chat with you. yes/no\nbob>")
    alice.shows("alice> waiting for bob; /cancel withdraws")
    bob.enter("yes")
    alice.shows("started")
    bob.shows("started")
    alice.enter("hello")
    bob.shows("alice: hello")
    alice.enter("/quit")
    bob.shows("alice left.\nbob>")
    alice.shows("/exit leaves the app.\nalice>")
    assert without_hint(alice) == [
        "Enter your nickname: alice",
        "alice> /chat bob",
        "Chat with bob started. /quit leaves the chat.",
        "alice → bob> hello",
        "alice → bob> /quit",
        "Chat with bob ended: you left. /exit leaves the app.",
        "alice>",
    ]
    assert without_hint(bob) == [
        "Enter your nickname: bob",
        "alice wants to chat with you. yes/no",
        "bob> yes",
        "Chat with alice started. /quit leaves the chat.",
        "alice: hello",
        "Chat with alice ended: alice left.",
        "bob>",
    ]
    alice.enter("/quit")
    bob.enter("/exit")
    assert (alice.exit_code(), bob.exit_code()) == (0, 0)


def test_what_arrives_leaves_the_typed_line_whole(pair: Pair) -> None:
    alice, bob = pair
    bob.type("I am just typ")
    bob.shows("bob → alice> I am just typ")
    for number in range(5):
        alice.enter(f"line {number}")
    bob.shows("alice: line 4\nbob → alice> I am just typ")
    bob.enter("ing")
    alice.shows("bob: I am just typing")


def test_wide_characters_and_emoji(pair: Pair) -> None:
    alice, bob = pair
    say(pair, "日本語 and 👍")
    bob.type("漢字")
    bob.shows("bob → alice> 漢字")
    alice.enter("x")
    bob.shows("alice: x\nbob → alice> 漢字")
    bob.has_its_cursor_at(len("bob → alice> ") + 4)


def test_a_long_line_wraps_and_is_complete(pair: Pair) -> None:
    alice, bob = pair
    text = "".join(f"{number:03}" for number in range(100))
    alice.enter(text)
    bob.shows("098099")
    assert text in "".join(bob.display)
    assert text in "".join(alice.display)
    bob.shows("099\nbob → alice>")


def test_a_resize_leaves_the_prompt_usable(pair: Pair) -> None:
    alice, bob = pair
    bob.type("before ")
    bob.shows("bob → alice> before")
    bob.resize(40, 12)
    alice.enter("are you there")
    bob.shows("alice: are you there\nbob → alice> before")
    bob.enter("and after")
    alice.shows("bob: before and after")
    assert "\n".join(bob.display).count("bob → alice> before") == 1


def test_a_paste_of_five_lines_asks_and_is_one_message(pair: Pair) -> None:
    alice, bob = pair
    alice.paste("one\ntwo\nthree\nfour\nfive")
    alice.shows("alice → bob> one\n             two\n             three\n             four\n             five")
    alice.enter("")
    alice.shows("Send these 5 lines as one message? yes/no")
    assert "one" not in "\n".join(bob.display)
    alice.enter("yes")
    bob.shows("alice: one\n")
    bob.shows("             two\n             three\n             four\n             five\nbob → alice>")


def test_a_paste_can_be_dropped(pair: Pair) -> None:
    alice, bob = pair
    alice.paste("one\ntwo\nthree\nfour")
    alice.enter("")
    alice.shows("Send these 4 lines")
    alice.enter("no")
    alice.shows("Those lines were not sent.")
    say(pair, "something else")
    assert "three" not in "\n".join(bob.display)


def test_a_line_break_typed_by_hand(pair: Pair) -> None:
    alice, bob = pair
    alice.enter(f"first{ALT_ENTER}second")
    bob.shows("alice: first\n             second")


def test_words_of_questions_are_text_in_a_chat(pair: Pair) -> None:
    alice, bob = pair
    say(pair, "yes", "no", "exit")
    alice.enter("//quit")
    bob.shows("alice: /quit")
    alice.enter("/nonsense")
    alice.shows("There is no command /nonsense. /help lists them")
    say(pair, "end")
    assert "nonsense" not in "\n".join(bob.display)


def test_the_arrow_key_brings_back_what_was_typed(pair: Pair) -> None:
    alice, bob = pair
    say(pair, "again")
    alice.enter(UP)
    bob.shows("alice: again", times=2)


def test_tab_completes_commands_and_nicknames(server: Server, open_terminal: Open) -> None:
    alice, bob = (open_terminal(server.port, "--nickname", nickname) for nickname in ("alice", "bob"))
    bob.shows("bob> ")
    alice.shows("alice> ")
    alice.type("/ch" + TAB)
    alice.shows("alice> /chat")
    alice.enter("carol")
    alice.shows("carol is offline.")  # the quiet question who is there was answered before that
    alice.type("/chat b" + TAB)
    alice.shows("alice> /chat bob")
    assert "Online" not in "\n".join(alice.display)


def test_ctrl_c_clears_the_line_and_twice_on_an_empty_one_leaves(server: Server, open_terminal: Open) -> None:
    alice = log_in(server, open_terminal, "alice")
    alice.type("not this")
    alice.shows("alice> not this")
    alice.type(CTRL_C)
    alice.shows_not("not this")
    alice.type(CTRL_C)
    alice.shows("/exit leaves the app, and so does Ctrl+C once more.")
    alice.type("a")
    alice.shows("alice> a")
    alice.type(CTRL_C)
    alice.shows_not("alice> a")
    alice.type(CTRL_C)
    alice.shows("/exit leaves the app, and so does Ctrl+C once more.", times=2)
    alice.type(CTRL_C)
    assert alice.exit_code() == 0


def test_ctrl_d_on_an_empty_line_leaves(server: Server, open_terminal: Open) -> None:
    alice = log_in(server, open_terminal, "alice")
    alice.type(CTRL_D)
    assert alice.exit_code() == 0
    assert alice.display == ["alice>"]


@pytest.mark.parametrize(("key", "code"), [(CTRL_C, 130), (CTRL_D, 0)])
def test_leaving_at_the_first_question(server: Server, open_terminal: Open, key: str, code: int) -> None:
    terminal = open_terminal(server.port)
    terminal.shows("Enter your nickname: ")
    terminal.type(key)
    assert terminal.exit_code() == code


def test_a_bad_nickname_is_refused_with_the_reason_and_asked_for_again(server: Server, open_terminal: Open) -> None:
    terminal = open_terminal(server.port)
    terminal.shows("Enter your nickname: ")
    terminal.enter("two words")
    terminal.shows("cannot be part of a nickname")
    terminal.shows("Enter your nickname: ", times=2)
    terminal.enter("Dave")
    terminal.shows("dave> ")


def give_eve_a_password(server: Server) -> None:
    """She is registered from now on; the server is another one on the same port."""
    add = [sys.executable, "server.py", "adduser", "eve", "--users", str(server.users)]
    subprocess.run(add, cwd=ROOT, input="correct horse\n", text=True, check=True, capture_output=True)
    server.kill()
    server.start()


def test_a_password_is_asked_for_and_never_shown(own_server: Server, open_terminal: Open) -> None:
    give_eve_a_password(own_server)
    terminal = open_terminal(own_server.port, "--nickname", "eve")
    terminal.shows("Password: ")
    terminal.enter("wrong horse")
    terminal.shows("Unknown nickname or wrong password.")
    terminal.shows(AGAIN)
    terminal.enter("")
    terminal.shows("Enter your nickname: eve")
    terminal.enter("")
    terminal.shows("Password:", times=2)
    terminal.enter("wronger horse")
    terminal.shows(AGAIN, times=2)
    terminal.enter("correct horse")
    terminal.shows("eve> ")
    terminal.enter("hello")
    terminal.shows("You are not in a chat")
    terminal.type(UP + UP + UP)
    terminal.shows("eve> hello", times=2)
    assert b"horse" not in terminal.raw
    own_server.kill()
    own_server.start()
    terminal.shows("Reconnected as eve.")


def test_a_password_that_is_typed_before_it_is_asked_for_again_is_not_shown(
    own_server: Server, open_terminal: Open
) -> None:
    give_eve_a_password(own_server)
    terminal = open_terminal(own_server.port)
    terminal.shows("Enter your nickname: ")
    terminal.enter("eve")
    terminal.enter("wrong horse")
    terminal.enter("correct horse")
    terminal.shows("eve> ")
    assert b"horse" not in terminal.raw


def test_a_rooms_password_is_not_shown_and_not_found_again(server: Server, open_terminal: Open) -> None:
    alice = log_in(server, open_terminal, "alice")
    alice.enter("/join stable white horse")
    alice.shows("/join stable ***********")
    alice.shows("alice → #stable>")
    alice.type(UP)
    alice.shows("alice → #stable> /join stable")
    assert b"orse" not in alice.raw


def test_a_family_goes_as_one(pair: Pair) -> None:
    alice, bob = pair
    alice.enter("ab\U0001f469\u200d\U0001f469\u200d\U0001f467\x7fc")
    bob.shows("alice: abc")


def test_what_is_no_utf_8_does_not_end_the_client(pair: Pair) -> None:
    alice, bob = pair
    alice.type_bytes(b"a\xff\xfeb\r")
    bob.shows("alice: a??b")
    alice.enter("/quit")
    alice.shows("Chat with bob ended")
    alice.enter("/join stable")
    alice.shows("alice → #stable>")
    alice.type_bytes(b"\xffeh\r")
    alice.enter("/names")
    alice.shows("In #stable: alice")


def test_plain_lines_at_a_terminal_hide_the_password_too(own_server: Server, open_terminal: Open) -> None:
    give_eve_a_password(own_server)
    terminal = open_terminal(own_server.port, "--plain")
    terminal.shows("Enter your nickname: ")
    terminal.type("eve\n")
    terminal.shows("Password: ")
    terminal.type("wrong horse\n")
    terminal.shows(f"Unknown nickname or wrong password.\n{AGAIN}")
    terminal.type("correct horse\n")
    terminal.type("/who\n")
    terminal.shows("Online: eve")
    assert b"horse" not in terminal.raw
    terminal.type("/exit\n")
    assert terminal.exit_code() == 0


def test_escape_sequences_in_a_message_do_not_reach_the_terminal(server: Server, open_terminal: Open) -> None:
    bob = log_in(server, open_terminal, "bob")
    evil = "/chat bob\n\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b1m\u202egnp\n"
    command = [sys.executable, "client.py", "127.0.0.1", str(server.port), "--no-memory", "--nickname", "carol"]
    sender = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert sender.stdin
    sender.stdin.write(evil.encode())
    sender.stdin.close()
    bob.shows("carol wants to chat")
    bob.enter("yes")
    bob.shows("carol: ␛]0;owned␇␛[2J␛[31mred")
    sender.wait(20)
    for sequence in (b"\x1b]0;owned", b"\x1b[2J", b"\x1b[31m", "\x9b1m".encode(), "\u202e".encode()):
        assert sequence not in bob.raw


def colours(raw: bytes) -> list[bytes]:
    """The SGR parameters that set a colour; bold and dim are none."""
    parameters = re.findall(rb"\x1b\[([\d;]*)m", raw)
    return [found for found in parameters if re.search(rb"(^|;)([349][0-7]|[34]8)(;|$)", found)]


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_honour_no_color(server: Server, open_terminal: Open, environ: dict[str, str], coloured: bool) -> None:
    alice = log_in(server, open_terminal, "alice", **environ)
    alice.enter("/who")
    alice.shows("Online: ")
    assert bool(colours(alice.raw)) is coloured


def test_a_dumb_terminal_gets_plain_lines(server: Server, open_terminal: Open) -> None:
    alice = open_terminal(server.port, "--nickname", "alice", TERM="dumb")
    alice.enter("/who")
    alice.shows("Online: alice")
    alice.type(CTRL_D)
    assert alice.exit_code() == 0
    assert b"\x1b" not in alice.raw


@pytest.mark.parametrize(("arguments", "bells"), [((), 1), (("--no-bell",), 0)])
def test_the_bell_rings_for_a_request(
    server: Server, open_terminal: Open, arguments: tuple[str, ...], bells: int
) -> None:
    alice = open_terminal(server.port, "--nickname", "alice")
    bob = open_terminal(server.port, "--nickname", "bob", *arguments)
    alice.shows("alice> ")
    bob.shows("bob> ")
    alice.enter("/chat bob")
    bob.shows("alice wants to chat with you. yes/no\nbob>")
    assert bob.raw.count(b"\x07") == bells


def test_a_server_that_is_down_is_asked_about_again(own_server: Server, open_terminal: Open) -> None:
    own_server.kill()
    alice = open_terminal(own_server.port, "--nickname", "alice")
    alice.shows(f"Cannot reach the server at 127.0.0.1:{own_server.port} (connection refused).\nTry again? yes/no")
    alice.enter("what")
    alice.shows("Try again? yes/no", times=2)
    own_server.start()
    alice.enter("yes")
    alice.shows("alice> ")


def test_saying_no_to_another_try_is_exit_code_1(own_server: Server, open_terminal: Open) -> None:
    own_server.kill()
    alice = open_terminal(own_server.port, "--nickname", "alice")
    alice.shows("Try again? yes/no")
    alice.enter("no")
    assert alice.exit_code() == 1


def test_the_server_is_killed_and_restarted_under_both(own_server: Server, open_terminal: Open) -> None:
    alice, bob = in_a_chat(own_server, open_terminal)
    say_and_see_it_stored(alice)
    bob.type("half a li")
    own_server.kill()
    alice.shows("Connection lost (the server closed it). Connecting again; what you type is")
    alice.enter("hello?")
    alice.shows("alice → bob> hello?\nalice → bob> not sent yet")
    bob.shows("bob → alice> half a li")
    own_server.start()
    alice.shows("Reconnected as alice.\nChat with bob goes on.")
    bob.shows("alice: hello?\nbob → alice> half a li")
    alice.shows("alice → bob> delivered")
    bob.enter("ne")
    alice.shows("bob: half a line")


def test_exit_works_while_it_waits_for_the_server(own_server: Server, open_terminal: Open) -> None:
    alice = log_in(own_server, open_terminal, "alice")
    own_server.kill()
    alice.shows("not connected, trying again; Enter tries now, /exit leaves")
    log_out(alice)


def test_a_newer_login_takes_over_and_the_older_does_not_fight_back(server: Server, open_terminal: Open) -> None:
    older = log_in(server, open_terminal, "dave")
    newer = log_in(server, open_terminal, "dave")
    older.shows("You have logged in from somewhere else; this session is over.\nLog in again? yes/no")
    older.enter("no")
    assert older.exit_code() == 1
    newer.enter("/who")
    newer.shows("Online: dave")


def test_help_lists_groups_explains_one_and_one_command(server: Server, open_terminal: Open) -> None:
    alice = log_in(server, open_terminal, "alice")
    alice.enter("/help")
    alice.shows("chat      /chat yes no /accept")
    alice.shows("app       /help /clear /exit")
    alice.enter("/help chat")
    alice.shows("/quit or /end    leave the chat; outside a chat, leave the app")
    alice.enter("/help /join")
    alice.shows("/join ROOM [PASSWORD]  come into ROOM, or make it")
    alice.enter("/chat")
    alice.shows("Usage: /chat NICK")


def test_clear_empties_the_screen(server: Server, open_terminal: Open) -> None:
    alice = log_in(server, open_terminal, "alice")
    alice.enter("/clear")
    alice.shows_not("/clear")
    alice.shows("alice> ")
    assert len(alice.display) == 1


def test_sigterm_leaves_the_terminal_as_it_was(server: Server, open_terminal: Open) -> None:
    alice = log_in(server, open_terminal, "alice")
    alice.send_signal(signal.SIGTERM)
    assert alice.exit_code() == 128 + signal.SIGTERM
    assert alice.raw.rindex(b"\x1b[?2004l") > alice.raw.rindex(b"\x1b[?2004h")  # bracketed paste is off again
