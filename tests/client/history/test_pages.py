"""Pages asked for until there are enough, and answers told apart from everything else that happens meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest

from duologue.client.api import Client
from duologue.client.events import ConnectionLost
from duologue.client.history.pages import HistoryPages, NotRecalled
from duologue.core.commands.chat import ReadHistory, SearchHistory
from duologue.core.errors import PeerError
from duologue.core.events.chat import Disconnected, PeopleOnline, Recalled, RecallEnded, Refused
from tests.bound import BOUND
from tests.client.conftest import FalseServer

T = TypeVar("T")


def said(number: int) -> Recalled:
    """The n-th message came at second n."""
    return Recalled(number, number, "bob", "alice", f"text {number}")


def page(server: FalseServer, *numbers: int, before: int | None = None) -> None:
    lines = [f"recalled {number} {number} bob alice :text {number}\n" for number in numbers]
    end = f"recall_ended {len(numbers)}{'' if before is None else f' {before}'}\n"
    server.tell(("".join(lines) + end).encode())


async def asked(
    server: FalseServer, ask: Callable[[HistoryPages], Awaitable[T]], answer: Callable[[], Awaitable[None]]
) -> T:
    async with Client(server.address, "alice") as client:
        recaller = HistoryPages(client)

        async def listen() -> None:
            async for event in client:
                recaller.takes(event)

        listening = asyncio.create_task(listen())
        asking = asyncio.ensure_future(ask(recaller))
        async with asyncio.timeout(BOUND):
            await answer()
            result = await asking
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        return result


async def test_pages_until_there_are_enough(false_server: FalseServer) -> None:
    async def answer() -> None:
        await false_server.hears("chat_socket", b"/history bob 500\n")
        page(false_server, 8, 9, before=8)  # a server may give fewer
        await false_server.hears("chat_socket", b"/history bob 500 8\n")
        page(false_server, *range(1000, 1500), before=7)
        await false_server.hears("chat_socket", b"/history bob 98 7\n")
        page(false_server, 1, 2)

    found = await asked(false_server, lambda recaller: recaller.newest("bob", 600), answer)
    assert found == [said(number) for number in (1, 2, *range(1000, 1500), 8, 9)]


async def test_pages_back_until_the_time_and_no_further(false_server: FalseServer) -> None:
    async def answer() -> None:
        await false_server.hears("chat_socket", b"/history bob 500\n")
        page(false_server, 8, 9, before=8)
        await false_server.hears("chat_socket", b"/history bob 500 8\n")
        page(false_server, 4, 5, before=4)

    found = await asked(false_server, lambda recaller: recaller.newest("bob", 5000, since=5), answer)
    assert found == [said(number) for number in (5, 8, 9)]


async def test_a_server_that_goes_round_in_circles_is_left(false_server: FalseServer) -> None:
    async def answer() -> None:
        await false_server.hears("chat_socket", b"/history bob 500\n")
        page(false_server, 8, before=8)
        await false_server.hears("chat_socket", b"/history bob 500 8\n")
        page(false_server, 8, before=8)

    assert await asked(false_server, lambda recaller: recaller.newest("bob", 5000), answer) == [said(8), said(8)]


async def test_no_messages(false_server: FalseServer) -> None:
    async def answer() -> None:
        await false_server.hears("chat_socket", b"/history bob 20\n")
        page(false_server)

    assert await asked(false_server, lambda recaller: recaller.newest("bob", 20), answer) == []


async def test_what_is_found_comes_as_the_server_gives_it(false_server: FalseServer) -> None:
    async def answer() -> None:
        await false_server.hears("chat_socket", b"/search text\n")
        false_server.tell(b"online alice\nERROR slow_down Slower.\n")
        page(false_server, 9, 8)

    found = await asked(false_server, lambda recaller: recaller.ask(SearchHistory("text")), answer)
    assert found.messages == (said(9), said(8))


async def test_that_a_search_was_stopped_is_something_to_show_beside_what_it_found(false_server: FalseServer) -> None:
    async def answer() -> None:
        await false_server.hears("chat_socket", b"/search text\n")
        false_server.tell(b"ERROR search_stopped Stopped.\n")
        page(false_server, 9)

    found = await asked(false_server, lambda recaller: recaller.ask(SearchHistory("text")), answer)
    assert found.messages == (said(9),)


@asynccontextmanager
async def searching(server: FalseServer) -> AsyncIterator[tuple[HistoryPages, asyncio.Task[Any]]]:
    """A recaller, and its question, which has reached the server."""
    async with Client(server.address, "alice") as client:
        recaller = HistoryPages(client)
        asking = asyncio.create_task(recaller.ask(SearchHistory("x")))
        await server.hears("chat_socket", b"/search x\n")
        yield recaller, asking


async def test_only_its_own_answers_are_taken(false_server: FalseServer) -> None:
    async with searching(false_server) as (recaller, asking):
        assert not recaller.takes(PeopleOnline(()))
        assert not recaller.takes(Refused("no_chat", "You are in no chat."))
        assert not recaller.takes(Refused("slow_down", "Slower."))
        for code in ("bad_nickname", "bad_command", "unknown_command", "bad_room", "no_room", "room_locked"):
            assert not recaller.takes(Refused(code, "That was about something else."))
        assert not recaller.takes(Refused("not_in_room", "This question is about no room."))
        assert recaller.takes(Refused("no_history", "Nothing is kept."))
        assert not recaller.takes(Refused("no_history", "Nothing is kept."))
        with pytest.raises(NotRecalled, match=r"Nothing is kept\."):
            await asking
        assert recaller.takes(said(1))  # nobody asked: nothing to show
        assert recaller.takes(RecallEnded(1))


@pytest.mark.parametrize(
    ("partner", "code"),
    [
        ("bob", "no_history"),
        ("#tea", "no_history"),
        ("#tea", "not_in_room"),
        ("~Guest-5", "bad_nickname"),  # has gone
        ("server", "bad_nickname"),
    ],
)
async def test_a_question_that_is_refused_is_over(false_server: FalseServer, partner: str, code: str) -> None:
    async with Client(false_server.address, "alice") as client:
        recaller = HistoryPages(client)
        asking = asyncio.create_task(recaller.ask(ReadHistory(partner, 20)))
        await false_server.hears("chat_socket", f"/history {partner} 20\n".encode())
        assert recaller.takes(Refused(code, "That cannot be had."))
        with pytest.raises(NotRecalled, match=r"That cannot be had\."):
            await asking


async def test_a_block_or_a_room_that_was_refused_before_does_not_end_it(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as client:
        recaller = HistoryPages(client)
        asking = asyncio.create_task(recaller.ask(ReadHistory("bob", 20)))
        await false_server.hears("chat_socket", b"/history bob 20\n")
        assert not recaller.takes(Refused("bad_nickname", "Nobody can have that nickname."))
        assert not recaller.takes(Refused("not_in_room", "You are not in #tea."))
        assert recaller.takes(RecallEnded(0))
        assert (await asking).messages == ()


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (ReadHistory("a b", 20), "bad_nickname"),
        (ReadHistory("#a b", 20), "bad_room"),
        (SearchHistory(" "), "bad_command"),
        (SearchHistory(""), "bad_command"),
    ],
)
async def test_what_a_server_would_not_understand_is_not_asked(
    false_server: FalseServer, question: ReadHistory | SearchHistory, code: str
) -> None:
    async with Client(false_server.address, "alice") as client:
        recaller = HistoryPages(client)
        with pytest.raises(PeerError) as refused:
            await asyncio.wait_for(recaller.ask(question), BOUND)
        assert refused.value.code == code
        assert recaller.takes(said(1))  # nothing is waited for


@pytest.mark.parametrize("end", [ConnectionLost("reset", None), Disconnected("removed", "Bye.")])
async def test_a_lost_connection_ends_the_waiting_and_is_still_shown(
    false_server: FalseServer, end: ConnectionLost | Disconnected
) -> None:
    async with searching(false_server) as (recaller, asking):
        assert not recaller.takes(end)
        with pytest.raises(NotRecalled, match="connection was lost"):
            await asking
