"""What was said before, at the real client.py and a server that keeps messages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from tests.bound import BOUND
from tests.terminal.conftest import Open, Pair, log_in, say
from tests.terminal.programs import CTRL_D, ROOT, Server, running


def test_history_comes_above_the_prompt_and_leaves_the_typed_line_whole(keeping_pair: Pair) -> None:
    alice, bob = keeping_pair
    say(keeping_pair, "one", "two")
    bob.enter("three")
    alice.shows("bob: three")
    alice.shows_not("delivered")
    bob.enter("/clear")
    bob.shows_not("one")
    bob.enter("/history 2")
    bob.type("half a li")
    bob.shows("2 messages.\nbob → alice> half a li")
    day, *rest = bob.transcript[-5:]
    assert re.fullmatch(r"— \w+day, \d{1,2} \w+ \d{4} —", day)
    assert rest == ["alice: two", "bob: three", "2 messages.", "bob → alice> half a li"]
    assert re.fullmatch(r"\d\d:\d\d alice: two", bob.display[-4])


def test_history_of_a_chat_that_is_over_also_since_a_day(keeping_pair: Pair) -> None:
    alice, _ = keeping_pair
    say(keeping_pair, "hello")
    alice.enter("/quit")
    alice.shows("ended")
    alice.enter("/history bob today")
    alice.shows("alice: hello\n1 message since today.")
    alice.enter("/history carol")
    alice.shows("No messages with carol.")
    alice.enter("/history")
    alice.shows("You are not in a chat or a room, so say whose messages: /history NICK")


def test_search_names_both_and_the_newest_is_last(keeping_pair: Pair) -> None:
    alice, bob = keeping_pair
    say(keeping_pair, "coffee on monday", "tea on friday", "more coffee")
    bob.enter("/search coffee")
    bob.shows("alice to bob: coffee on monday\n")
    bob.shows("alice to bob: more coffee\n2 messages found.\nbob → alice>")
    alice.enter("/search cocoa")
    alice.shows("Nothing found.")


def test_the_prompt_says_what_has_become_of_the_newest_message(keeping_pair: Pair) -> None:
    alice, bob = keeping_pair
    alice.enter("hello")
    alice.shows("alice → bob> hello\nalice → bob> delivered")
    alice.type("x")
    alice.shows("alice → bob> x")
    alice.shows_not("delivered")
    alice.enter("")
    bob.shows("alice: x")
    alice.shows("alice → bob> hello\nalice → bob> x\nalice → bob> delivered")
    bob.enter("hi")
    alice.shows("bob: hi\nalice → bob>")
    alice.shows_not("delivered")


def test_an_export_while_a_chat_goes_on(keeping_pair: Pair, tmp_path: Path) -> None:
    alice, _ = keeping_pair
    say(keeping_pair, "one", "two")
    text, data = tmp_path / "out.txt", tmp_path / "out.json"
    alice.enter(f"/export {text}")
    alice.shows(f"2 messages written to {text}\nalice → bob>")
    alice.enter(f"/export bob {data}")
    alice.shows(f"2 messages written to {data}\nalice → bob>")
    assert text.read_text().count(" alice: ") == 2
    assert [record["text"] for record in json.loads(data.read_text())] == ["one", "two"]
    alice.enter(f"/export {text}")
    alice.shows(f"{text} already exists, so nothing was written. Choose another name.\nalice → bob>")
    say(keeping_pair, "still here")


def test_a_server_that_keeps_nothing_says_so(tmp_path: Path, open_terminal: Open) -> None:
    with running(tmp_path, "--history", "off") as server:
        alice = log_in(server, open_terminal, "alice")
        alice.enter("/history bob")
        alice.shows("This server keeps no history.\nalice>")


def test_a_pipe_looks_back(keeping_pair: Pair, keeping_server: Server) -> None:
    alice, bob = keeping_pair
    say(keeping_pair, "one", "two")
    alice.type(CTRL_D)
    bob.shows("Chat with alice ended")
    command = [sys.executable, "client.py", "127.0.0.1", str(keeping_server.port), "--nickname", "alice"]
    script = "/history bob\n/search two\n/who\n"
    done = subprocess.run(command, cwd=ROOT, input=script, text=True, capture_output=True, timeout=BOUND, check=False)
    greeting, day, one, two, count, *found = done.stdout.splitlines()
    assert greeting == "Logged in as alice."
    assert (day[:2], one[5:], two[5:], count) == ("— ", " alice: one", " alice: two", "2 messages.")
    assert found[1][5:] == " alice to bob: two"
    assert found[2:3] == ["1 message found."]
    assert found[3].startswith("Online: ")
    assert (done.returncode, done.stderr) == (0, "")
