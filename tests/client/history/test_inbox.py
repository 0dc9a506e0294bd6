"""What is unread, as it is seen: against a server that answers what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from duologue.client.api import Client
from duologue.client.events import MessageKept
from duologue.client.history.commands import HistoryCommands
from duologue.client.history.inbox import MARK_EVERY
from duologue.client.input.meaning import ShowConversations, ShowHistory, ShowUnread
from duologue.client.view.base import Line
from duologue.core.events.chat import Refused
from tests.bound import BOUND
from tests.client.conftest import FalseServer

LIST = (
    "conversation bob 9 1795176000 2 5 bob :two\n"
    "conversation #tea 8 1795176000 100 1 carol :the newest\n"
    "conversation carol 7 1795176000 0 7 carol :old\n"
    "conversations_ended\n"
)


class Desk:
    """A client that follows, whose events go to the inbox, and all that it shows."""

    def __init__(self, server: FalseServer, client: Client) -> None:
        self.server = server
        self.client = client
        self.lines: list[Line] = []
        self.past = HistoryCommands(client, self.lines.append)
        self.slept: list[float] = []

    @property
    def shown(self) -> list[str]:
        return [f"{line.speaker}: {line.text}" if line.speaker else line.text for line in self.lines]

    async def listen(self) -> None:
        async for event in self.client:
            self.past.takes(event)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)

    async def hears(self, question: str, answer: str = "") -> None:
        await self.server.hears("chat_socket", f"{question}\n".encode())
        self.server.tell(answer.encode())


@pytest.fixture
async def desk(false_server: FalseServer) -> AsyncIterator[Desk]:
    async with Client(false_server.address, "alice", device="desk") as client:
        desk = Desk(false_server, client)
        tasks = [asyncio.create_task(desk.listen()), asyncio.create_task(desk.past.inbox.tell(desk.sleep))]
        yield desk
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_line_says_what_is_unread(desk: Desk) -> None:
    async with asyncio.timeout(BOUND):
        greeting = asyncio.create_task(desk.past.inbox.greet())
        await desk.hears("/conversations", LIST)
        await greeting
    assert desk.shown == ["Unread: bob 2, #tea 100+. /unread shows them."]


@pytest.mark.parametrize("answer", ["conversations_ended\n", "ERROR no_history It cannot be read.\n"])
async def test_where_nothing_is_unread_nothing_is_said(desk: Desk, answer: str) -> None:
    async with asyncio.timeout(BOUND):
        greeting = asyncio.create_task(desk.past.inbox.greet())
        await desk.hears("/conversations", answer)
        await greeting
    assert desk.shown == []


async def test_what_is_unread_is_shown_and_read_from_then_on(desk: Desk) -> None:
    async with asyncio.timeout(BOUND):
        showing = asyncio.create_task(desk.past.carry_out(ShowUnread()))
        await desk.hears("/conversations", "conversation bob 9 1795176000 1 5 alice :mine\nconversations_ended\n")
        messages = ("5 1795176000 bob alice :read", "8 1795176000 bob alice :new", "9 1795176000 alice bob :mine")
        answer = "".join(f"recalled {message}\n" for message in messages)
        await desk.hears("/history bob 500", f"{answer}recall_ended 3 5\n")
        await showing
        await desk.hears("/read bob 9")
    assert desk.shown[1:] == ["bob: new", "alice: mine", "1 message that had not been read."]


async def test_nothing_is_unread(desk: Desk) -> None:
    async with asyncio.timeout(BOUND):
        showing = asyncio.create_task(desk.past.carry_out(ShowUnread()))
        await desk.hears("/conversations", "conversations_ended\n")
        await showing
    assert desk.shown == ["Nothing is unread."]


async def test_conversations_are_listed_with_the_latest_last(desk: Desk) -> None:
    async with asyncio.timeout(BOUND):
        showing = asyncio.create_task(desk.past.carry_out(ShowConversations()))
        await desk.hears("/conversations", LIST)
        await showing
    assert [line.partition(" ")[2].partition(" ")[2] for line in desk.shown[:-1]] == [
        "carol, carol: old",
        "#tea (100+ unread), carol: the newest",
        "bob (2 unread), bob: two",
    ]
    assert desk.shown[-1] == "3 conversations. /history NICK shows one."


async def test_a_list_that_cannot_be_had_is_told(desk: Desk) -> None:
    async with asyncio.timeout(BOUND):
        showing = asyncio.create_task(desk.past.carry_out(ShowConversations()))
        await desk.hears("/conversations", "ERROR no_history It cannot be read.\n")
        await showing
    assert desk.shown == ["It cannot be read."]


async def test_what_was_looked_up_has_been_read(desk: Desk) -> None:
    async with asyncio.timeout(BOUND):
        showing = asyncio.create_task(desk.past.carry_out(ShowHistory("bob", 20)))
        await desk.hears("/history bob 20", "recalled 8 1795176000 bob alice :hi\nrecall_ended 1\n")
        await showing
        await desk.hears("/read bob 8")


async def test_marks_are_told_at_a_sensible_pace_and_only_the_last(desk: Desk) -> None:
    inbox = desk.past.inbox
    for number in (5, 6, 7):
        inbox.shows(MessageKept("bob", 9, "abc", number, "hi", number))
    inbox.turns_to(None)
    inbox.turns_to("bob")
    inbox.reads_to("carol", 3)
    async with asyncio.timeout(BOUND):
        assert [line for _, line in await desk.server.hears("chat_socket", b"/read carol 3\n")][-1] == b"/read bob 7\n"
    assert {*desk.slept} == {MARK_EVERY}


def test_a_room_that_was_left_meanwhile_is_no_trouble() -> None:
    past = HistoryCommands(Client(FalseServer().address, "alice"), lambda _: None)
    assert past.takes(Refused("no_conversation", "You have no conversation with #tea."))


async def test_who_is_no_device_tells_nothing(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as client:
        inbox = HistoryCommands(client, lambda _: None).inbox
        inbox.reads_to("bob", 7)
        assert not inbox._due.is_set()
