"""The commands about what was said before, as they are seen: against a server that answers what the test says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from duologue.client.api import Client
from duologue.client.history.commands import HistoryCommands
from duologue.client.history.transcript import plain
from duologue.client.input.meaning import Export, ShowFound, ShowHistory
from duologue.client.view.base import Kind, Line
from tests.bound import BOUND
from tests.client.conftest import FalseServer

HOUR = 3600
NOW = 1795176000.0


def files_in(folder: Path) -> list[Path]:
    return [*folder.iterdir()]


class Desk:
    """A client whose events go to the commands, and all that they show."""

    def __init__(self, server: FalseServer, client: Client) -> None:
        self.server = server
        self.client = client
        self.lines: list[Line] = []
        self.past = HistoryCommands(client, self.lines.append, lambda: NOW)

    @property
    def shown(self) -> list[str]:
        """Without the times, which depend on where one is."""
        return [f"{line.speaker}: {line.text}" if line.speaker else line.text for line in self.lines]

    async def listen(self) -> None:
        async for event in self.client:
            self.past.takes(event)

    async def does(self, meaning: ShowHistory | ShowFound | Export, *dialogue: tuple[str, str]) -> None:
        """What is heard, and the answer to it."""
        doing = asyncio.create_task(self.past.carry_out(meaning))
        async with asyncio.timeout(BOUND):
            for question, answer in dialogue:
                await self.server.hears("chat_socket", f"{question}\n".encode())
                self.server.tell(answer.encode())
            await doing


@pytest.fixture
async def desk(false_server: FalseServer) -> AsyncIterator[Desk]:
    async with Client(false_server.address, "alice") as client:
        desk = Desk(false_server, client)
        listening = asyncio.create_task(desk.listen())
        yield desk
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


def recalled(number: int, text: str, ago: int = 0, sender: str = "bob", recipient: str = "alice") -> str:
    return f"recalled {number} {int(NOW) - ago} {sender} {recipient} :{text}\n"


async def test_history_is_oldest_first_with_its_day_and_a_count(desk: Desk) -> None:
    answer = recalled(1, "one\vmore", 60) + recalled(2, "two", sender="alice") + "recall_ended 2\n"
    await desk.does(ShowHistory("bob", 20), ("/history bob 20", answer))
    day, *rest = desk.shown
    assert day.startswith("— ")
    assert rest == ["bob: one\nmore", "alice: two", "2 messages."]
    assert [line.kind for line in desk.lines] == [Kind.DAY, Kind.MESSAGE, Kind.MESSAGE, Kind.HINT]
    assert desk.lines[1].time


@pytest.mark.parametrize(
    ("since", "hint"),
    [
        (None, "No messages with bob."),
        ("2h", "No messages with bob in the last 2h."),
        ("yesterday", "No messages with bob since yesterday."),
    ],
)
async def test_no_messages_are_said_to_be_none(desk: Desk, since: str | None, hint: str) -> None:
    await desk.does(ShowHistory("bob", 20, since), ("/history bob 20", "recall_ended 0\n"))
    assert desk.shown == [hint]


async def test_a_room_has_a_history_too(desk: Desk) -> None:
    answer = recalled(1, "one", recipient="#tea") + "recall_ended 1\n"
    await desk.does(ShowHistory("#tea", 20), ("/history #tea 20", answer))
    assert desk.shown[1:] == ["#tea bob: one", "1 message."]
    await desk.does(ShowHistory("#ops", 20), ("/history #ops 20", "recall_ended 0\n"))
    await desk.does(ShowHistory("#ops", 20), ("/history #ops 20", "ERROR not_in_room You are not in #ops.\n"))
    assert desk.shown[3:] == ["No messages in #ops.", "You are not in #ops."]


async def test_history_since_shows_nothing_older(desk: Desk) -> None:
    answer = recalled(1, "old", 3 * HOUR) + recalled(2, "new", HOUR) + "recall_ended 2 1\n"
    await desk.does(ShowHistory("bob", 5000, "2h"), ("/history bob 500", answer))
    assert desk.shown[1:] == ["bob: new", "1 message in the last 2h."]


async def test_as_many_as_are_shown_at_most(desk: Desk) -> None:
    dialogue = []
    for page in range(10):
        question = "/history bob 500" + (f" {9000 - page}" if page else "")
        answer = "".join(recalled(number, "x") for number in range(500)) + f"recall_ended 500 {8999 - page}\n"
        dialogue.append((question, answer))
    await desk.does(ShowHistory("bob", 5000), *dialogue)
    assert desk.shown[-1] == "5,000 messages, the newest; /export writes all of them to a file."
    assert len(desk.shown) == 5002


async def test_what_is_found_has_both_names_and_the_newest_last(desk: Desk) -> None:
    answer = recalled(9, "new", 0, "alice", "carol") + recalled(1, "old", 60) + "recall_ended 2\n"
    await desk.does(ShowFound("o"), ("/search o", answer))
    assert desk.shown[1:] == ["bob to alice: old", "alice to carol: new", "2 messages found."]


async def test_nothing_is_found(desk: Desk) -> None:
    await desk.does(ShowFound("o"), ("/search o", "recall_ended 0\n"))
    assert desk.shown == ["Nothing found."]


async def test_more_may_have_been_found(desk: Desk) -> None:
    answer = "".join(recalled(number, "x") for number in range(50)) + "recall_ended 50\n"
    await desk.does(ShowFound("x"), ("/search x", answer))
    assert desk.shown[-1] == "The newest 50 messages that contain these words; more words narrow it down."


async def test_a_refusal_is_said(desk: Desk) -> None:
    await desk.does(ShowFound("x"), ("/search x", "ERROR no_history This server keeps no \x1bhistory.\n"))
    assert desk.lines == [Line(Kind.TROUBLE, "This server keeps no ␛history.")]


async def test_words_that_do_not_fit_into_a_line(desk: Desk) -> None:
    await desk.does(ShowFound("x" * 9000))
    assert desk.lines[0].kind is Kind.TROUBLE
    assert "8192" in desk.shown[0]


async def test_between_two_sessions(false_server: FalseServer) -> None:
    lines: list[Line] = []
    await HistoryCommands(Client(false_server.address, "alice"), lines.append).carry_out(ShowFound("x"))
    assert [line.text for line in lines] == ["Not connected to the server, so nothing was sent."]


async def test_two_commands_take_turns(desk: Desk) -> None:
    first = asyncio.create_task(desk.does(ShowFound("a")))
    second = asyncio.create_task(desk.does(ShowFound("b")))
    await desk.server.hears("chat_socket", b"/search a\n")
    assert desk.server.heard.empty()
    desk.server.tell(recalled(1, "for a").encode() + b"recall_ended 1\n")
    await desk.server.hears("chat_socket", b"/search b\n")
    desk.server.tell(b"recall_ended 0\n")
    await asyncio.gather(first, second)
    assert desk.shown[1:] == ["bob to alice: for a", "1 message found.", "Nothing found."]


PAGES = (
    ("/history bob 500", recalled(3, "three") + recalled(4, "four") + "recall_ended 2 3\n"),
    ("/history bob 500 3", recalled(1, "one", 9) + "recall_ended 1\n"),
)


async def test_an_export_as_text(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    await desk.does(Export("bob", str(path)), *PAGES)
    assert desk.shown == [f"3 messages written to {path}"]
    assert [line.partition("bob: ")[2] for line in path.read_text(encoding="utf-8").splitlines()] == [
        "",
        "one",
        "three",
        "four",
    ]


async def test_an_export_as_json(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "chat.json"
    await desk.does(Export("bob", str(path)), *PAGES)
    assert [record["number"] for record in json.loads(path.read_text())] == [1, 3, 4]


@pytest.mark.parametrize(("suffix", "name"), [("txt", "Bob: one"), ("json", '"bob"')])
async def test_people_read_names_as_accounts_spell_them(desk: Desk, tmp_path: Path, suffix: str, name: str) -> None:
    answer = "name_spelled bob Bob\n" + recalled(1, "one") + "recall_ended 1\n"
    await desk.does(Export("bob", str(tmp_path / f"a.{suffix}")), ("/history bob 500", answer))
    assert name in (tmp_path / f"a.{suffix}").read_text()
    await desk.does(ShowHistory("bob", 20), ("/history bob 20", answer))
    assert desk.shown[-2:] == ["Bob: one", "1 message."]
    await desk.does(ShowFound("one"), ("/search one", answer))
    assert desk.shown[-2:] == ["Bob to alice: one", "1 message found."]
    await desk.does(ShowHistory("bob", 20), ("/history bob 20", "recall_ended 0\n"))
    assert desk.shown[-1] == "No messages with Bob."


async def test_an_export_without_messages_writes_no_file(desk: Desk, tmp_path: Path) -> None:
    await desk.does(Export("bob", str(tmp_path / "chat.txt")), ("/history bob 500", "recall_ended 0\n"))
    assert desk.shown == ["No messages with bob; nothing written."]
    assert files_in(tmp_path) == []


async def test_an_existing_file_is_refused_before_anything_is_asked(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    path.write_text("mine")
    await desk.does(Export("bob", str(path)))
    assert desk.shown == [f"{path} already exists, so nothing was written. Choose another name."]
    assert path.read_text() == "mine"


async def test_a_folder_that_is_not_there(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "chat.txt"
    await desk.does(Export("bob", str(path)))
    assert desk.shown == [f"Cannot write {path}: no such file or directory."]


async def test_a_home_that_is_not_there(desk: Desk) -> None:
    await desk.does(Export("bob", "~no-such-person-here/chat.txt"))
    assert desk.shown[0].startswith("Cannot write ~no-such-person-here/chat.txt: ")


async def test_a_connection_lost_in_the_middle_leaves_no_file(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "chat.txt"
    await desk.does(Export("bob", str(path)), PAGES[0], ("/history bob 500 3", "disconnected removed Bye.\n"))
    assert desk.shown == ["The connection was lost before all messages had come."]
    assert files_in(tmp_path) == []


async def test_shown_lines_are_safe_in_plain_text(desk: Desk) -> None:
    answer = recalled(1, "x\v12:00 alice: forged") + "recall_ended 1\n"
    await desk.does(ShowHistory("bob", 1), ("/history bob 1", answer))
    assert plain(desk.lines[1]).endswith("bob: x\n    12:00 alice: forged")
