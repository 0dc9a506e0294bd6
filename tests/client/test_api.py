"""The API for bots: against the real server, and against a false one where only that can show it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from duologue.client import (
    Acknowledged,
    ChatEnd,
    ChatEnded,
    ChatRequested,
    ChatStarted,
    Client,
    ConnectionLost,
    Disconnected,
    Happening,
    LoginRefused,
    NotConnected,
    PeopleOnline,
    Recalled,
    RecallEnded,
    Reconnected,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestState,
    RequestWithdrawn,
    Said,
    WaitingRequests,
    connect,
)
from tests.terminal.programs import Server

FalseServer = Any  # tests/client/conftest.py
DOCUMENT = Path(__file__).parents[2] / "docs" / "bots.md"


async def until(client: Client, wanted: type[Happening]) -> Any:
    async with asyncio.timeout(10):
        async for event in client:
            if isinstance(event, wanted):
                return event
    raise AssertionError(f"it ended without {wanted.__name__}")


async def test_the_bot_of_the_document(server: Server) -> None:
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found
    assert len(found[1].strip().splitlines()) <= 10
    names: dict[str, Callable[..., Awaitable[None]]] = {}
    exec(found[1], names)
    bot = asyncio.ensure_future(names["echo"]("user1", server.port))
    async with connect("user2", port=server.port) as me:
        await me.who()
        while "user1" not in (await until(me, PeopleOnline)).nicknames:
            await me.who()
        await me.ask("user1")
        await until(me, ChatStarted)
        await me.say("is there\nan echo?")
        assert await until(me, Said) == Said("user1", "is there\nan echo?")
    bot.cancel()
    await asyncio.gather(bot, return_exceptions=True)


async def test_everything_that_two_can_do(server: Server) -> None:
    async with connect("Alice", port=server.port) as alice, connect("bob", port=server.port) as bob:
        assert (alice.nickname, alice.partner, alice.is_connected) == ("alice", None, True)
        await alice.ask("bob")
        await until(bob, ChatRequested)
        await until(alice, RequestSent)
        assert (alice.asked, bob.waiting) == (("bob",), ("alice",))
        await bob.requests()
        assert await until(bob, WaitingRequests) == WaitingRequests(("alice",))
        await alice.cancel()
        assert (await until(alice, RequestAnswered)).outcome is RequestState.CANCELLED
        await until(bob, RequestWithdrawn)
        await bob.ask("alice")
        await until(alice, ChatRequested)
        await alice.decline("bob")
        assert (await until(bob, RequestAnswered)).outcome is RequestState.DECLINED
        await alice.ask("bob")
        await until(bob, ChatRequested)
        await bob.accept()
        await until(alice, ChatStarted)
        assert alice.partner == "bob"
        await alice.quit()
        await until(alice, ChatEnded)
        assert await until(bob, ChatEnded) in (ChatEnded("alice", ChatEnd.LEFT), ChatEnded("alice", ChatEnd.YOU_LEFT))
        await bob.say("too late")
        assert (await until(bob, Refused)).code == "no_chat"
        await bob.exit()
        assert (await until(bob, Disconnected)).code == "bye"
        assert [event async for event in bob] == []
        with pytest.raises(NotConnected):
            await bob.who()


async def test_what_was_said_before_leaving_arrives(server: Server) -> None:
    async with connect("user3", port=server.port) as alice:
        async with connect("user4", port=server.port) as bob:
            await bob.ask("user3")
            await until(alice, ChatRequested)
            await alice.accept("user4")
            await until(bob, ChatStarted)
            for number in range(100):
                await bob.say(str(number))
        said = [(await until(alice, Said)).text for _ in range(100)]
        assert said == [str(number) for number in range(100)]


async def test_a_lost_connection_is_an_event_and_so_is_the_new_one(own_server: Server) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 3:
            await asyncio.to_thread(own_server.start)

    async with connect("alice", port=own_server.port) as me:
        me._sleep = sleep
        me._backoff._random = lambda: 1.0
        await asyncio.to_thread(own_server.kill)
        lost = await until(me, ConnectionLost)
        assert lost.partner is None
        assert (me.is_connected, me.partner, me.waiting, me.asked) == (False, None, (), ())
        with pytest.raises(NotConnected):
            await me.say("anybody?")
        assert await until(me, Reconnected) == Reconnected("alice")
        assert waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("code", ["taken_over", "removed", "protocol_error", "line_too_long"])
async def test_after_some_goodbyes_it_does_not_come_back(false_server: FalseServer, code: str) -> None:
    async with Client(false_server.address, "alice") as me:
        false_server.say("login_socket", f"disconnected {code} Bye.\n".encode())
        assert [event async for event in me] == [Disconnected(code, "Bye.")]
    assert false_server.logins == 1


async def no_wait(_: float) -> None:
    """Instead of sleeping."""


async def test_after_others_it_does(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice", sleep=no_wait) as me:
        false_server.say("login_socket", b"start_chat bob x\ndisconnected shutting_down Bye.\n")
        await until(me, Disconnected)
        for kind in ("login_socket", "chat_socket", "check_socket"):
            false_server.close(kind)
        assert (await until(me, ConnectionLost)).partner == "bob"
        await until(me, Reconnected)
    assert false_server.logins == 2


async def test_a_refusal_that_passes_is_tried_again_and_one_that_does_not_ends_it(false_server: FalseServer) -> None:
    refusals = [b"AUTH_DENIED busy Later.\n", b"AUTH_DENIED throttled Later.\n", b"AUTH_DENIED denied Never.\n"]

    async def sleep(_: float) -> None:
        false_server.answers["login_socket"] = refusals.pop(0)

    async with Client(false_server.address, "alice", sleep=sleep) as me:
        false_server.close("login_socket")
        events = [event async for event in me]
    assert events[-1] == Disconnected("denied", "Never.")
    assert refusals == []


async def test_a_refused_login_raises(server: Server) -> None:
    with pytest.raises(LoginRefused):
        await connect("nobody-at-all", port=server.port, password="wrong").open()


async def test_history_and_search_are_asked_for_and_come_as_events(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as me:
        await me.history("bob", 2)
        await false_server.hears("chat_socket", b"/history bob 2\n")
        await me.history("bob", 2, before=77)
        await false_server.hears("chat_socket", b"/history bob 2 77\n")
        await me.search("coffee on monday")
        await false_server.hears("chat_socket", b"/search coffee on monday\n")
        false_server.say("login_socket", b"recalled_part :a\nrecalled 7 9 bob alice :b\nrecall_ended 1 7\n")
        assert await until(me, Recalled) == Recalled(7, 9, "bob", "alice", "ab")
        assert await until(me, RecallEnded) == RecallEnded(1, 7)


async def test_it_knows_what_has_become_of_its_messages(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice", sleep=no_wait) as me:
        false_server.say("login_socket", b"start_chat bob x\n")
        await until(me, ChatStarted)
        await me.say("one")
        await me.say("two")
        false_server.say("check_socket", b"PONG 1 0 x\n")
        assert await until(me, Acknowledged) == me.acknowledged == Acknowledged(1, 0, "x")
        assert (me.sent, me.unstored) == (2, 1)
        false_server.close("login_socket")
        lost = await until(me, ConnectionLost)
        assert (lost.partner, lost.unstored) == ("bob", 1)
        assert (me.sent, me.unstored, me.acknowledged) == (0, 0, Acknowledged())
