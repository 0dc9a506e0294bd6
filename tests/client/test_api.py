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
    CannotConnect,
    ChatEnd,
    ChatEnded,
    ChatHeld,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    Client,
    ConnectionLost,
    Disconnected,
    Happening,
    KeptFor,
    LetterDelivered,
    LoginRefused,
    MemoryLost,
    MemoryTaken,
    MessageFrom,
    NotConnected,
    NotKept,
    PeopleOnline,
    Recalled,
    RecallEnded,
    Reconnected,
    Refused,
    RequestAnswered,
    RequestSent,
    RequestState,
    RequestWithdrawn,
    RoomEntered,
    RoomLost,
    RoomSaid,
    Said,
    WaitingRequests,
    connect,
)
from duologue.client.connection import ServerConnection, Timing
from duologue.client.engine.memory_file import MemoryFile
from duologue.core.errors import PeerError
from tests.bound import BOUND
from tests.client.conftest import FalseServer
from tests.terminal.programs import Server

DOCUMENT = Path(__file__).parents[2] / "docs" / "bots.md"


async def until(client: Client, *wanted: type[Happening]) -> Any:
    async with asyncio.timeout(BOUND):
        async for event in client:
            if isinstance(event, wanted):
                return event
    raise AssertionError(f"it ended without {' or '.join(kind.__name__ for kind in wanted)}")


async def chat_begins(client: Client, server: FalseServer, *said: str) -> None:
    """With bob, who has `said` these by now."""
    server.tell("".join(["start_chat bob x\n", *(f":{text}\n" for text in said)]).encode())
    await until(client, ChatStarted)


async def link_is_lost(client: Client, server: FalseServer) -> ConnectionLost:
    server.close("login_socket")
    lost: ConnectionLost = await until(client, ConnectionLost)
    return lost


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
        # What had not been handed over when the chat ended comes as letters.
        said = [(await until(alice, Said, MessageFrom)).text for _ in range(100)]
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
        assert waits == [0.5, 0.5, 0.5], "a server that may be about to be back is tried often"


@pytest.mark.parametrize("code", ["taken_over", "removed", "password_changed", "protocol_error", "line_too_long"])
async def test_after_some_goodbyes_it_does_not_come_back(false_server: FalseServer, code: str) -> None:
    async with Client(false_server.address, "alice") as me:
        false_server.tell(f"disconnected {code} Bye.\n".encode())
        assert [event async for event in me] == [Disconnected(code, "Bye.")]
    assert false_server.logins == 1


async def no_wait(_: float) -> None:
    """Instead of sleeping."""


@pytest.mark.parametrize("code", ["shutting_down", "lost", "dead", "stalled", "store_failed"])
async def test_after_others_it_does(false_server: FalseServer, code: str) -> None:
    async with Client(false_server.address, "alice", sleep=no_wait) as me:
        false_server.tell(f"disconnected {code} Bye.\n".encode())
        await until(me, Disconnected)
        for kind in ("login_socket", "chat_socket", "check_socket"):
            false_server.close(kind)
        await until(me, ConnectionLost)
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


async def test_a_server_that_is_full_says_so_once_and_is_tried_again(false_server: FalseServer) -> None:
    """With longer and longer waits, as after any other loss."""
    answers = [b"ERROR server_full It is full.\n", b"ERROR server_full It is full.\n", b"AUTH_DENIED denied Never.\n"]
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        false_server.answers["login_socket"] = answers.pop(0)

    async with Client(false_server.address, "alice", sleep=sleep, jitter=lambda: 1.0) as me:
        false_server.close("login_socket")
        events = [event async for event in me]
    lost = [event.reason for event in events if isinstance(event, ConnectionLost)]
    assert lost[1:] == ["It is full"]
    assert waits == sorted({*waits}), "each longer than the one before"
    assert len(waits) == 3


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
        false_server.tell(b"text_part :a\nrecalled 7 9 bob alice :b\nrecall_ended 1 7\n")
        assert await until(me, Recalled) == Recalled(7, 9, "bob", "alice", "ab")
        assert await until(me, RecallEnded) == RecallEnded(1, 7)


async def test_it_knows_what_has_become_of_its_messages(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice", sleep=no_wait) as me:
        await chat_begins(me, false_server)
        await me.say("one")
        await me.say("two")
        false_server.say("check_socket", b"PONG 1 0 x\n")
        assert await until(me, Acknowledged) == me.acknowledged == Acknowledged(1, 0, "x")
        assert (me.sent, me.unstored) == (2, 1)


async def test_a_chat_outlives_its_connection(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice", sleep=no_wait) as me:
        await chat_begins(me, false_server, "hi")
        await me.say("one")
        await me.say("two")
        await until(me, Said)
        false_server.say("check_socket", b"PONG 1 0 x\n")
        await until(me, Acknowledged)
        lost = await link_is_lost(me, false_server)
        assert (lost.partner, lost.unstored, me.partner, me.is_live) == ("bob", 1, "bob", False)
        await me.say("while away")
        assert me.unstored == 2
        reconnecting = asyncio.create_task(until(me, Reconnected))
        await false_server.hears("chat_socket", b"/resume x x 1 x 1\n")
        assert not reconnecting.done()
        false_server.tell(b"chat_resumed bob x 1 x 1\nstream_begins bob x 1\n:hi\n:there\n")
        await reconnecting
        assert await anext(me) == ChatResumed("bob", "x", 1, "x", 1)
        assert me.is_live
        await false_server.hears("chat_socket", b":two\n")
        await false_server.hears("chat_socket", b":while away\n")
        assert await anext(me) == Said("bob", "there")


async def test_a_message_is_acknowledged_when_the_next_is_asked_for(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice", timing=Timing(heartbeat=0.01, last_words=0.01)) as me:
        false_server.tell(b"start_chat bob x\n:one\n:two\n")
        await until(me, Said)
        await false_server.hears("check_socket", b"PING 0 x\n")
        await until(me, Said)
        await false_server.hears("check_socket", b"PING 1 x\n")
    await false_server.hears("check_socket", b"PING 2 x\n")  # who leaves in order has dealt with it


async def test_a_message_that_broke_its_reader_is_not_acknowledged(false_server: FalseServer) -> None:
    async def read() -> None:
        async with Client(false_server.address, "alice") as me:
            false_server.tell(b"start_chat bob x\n:one\n")
            await until(me, Said)
            raise KeyError

    with pytest.raises(KeyError):
        await read()
    while not false_server.heard.empty():
        assert b"PING 1" not in false_server.heard.get_nowait()[1]


async def test_what_is_taken_is_acknowledged_together_when_that_is_said(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice", timing=Timing(heartbeat=0.01, last_words=0.01)) as me:
        false_server.tell(b"start_chat bob x\n:one\n:two\n:three\n")
        assert [type(await me.take()) for _ in range(3)] == [ChatStarted, Said, Said]
        waiting = [me.has_more]
        assert await me.take() == Said("bob", "three")
        assert [*waiting, me.has_more] == [True, False]
        await false_server.hears("check_socket", b"PING 0 x\n")
        me.finished()
        await false_server.hears("check_socket", b"PING 3 x\n")


async def test_what_was_taken_before_a_connection_is_lost_does_not_come_again(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice", sleep=no_wait) as me:
        letter = b"message_from bob 1 s 1 :hi\n"
        false_server.tell(letter)
        assert isinstance(await me.take(), MessageFrom)
        false_server.answers["login_socket"] += letter
        false_server.close("login_socket")
        assert isinstance(await me.take(), ConnectionLost)
        await until(me, Reconnected)
        false_server.tell(b"online bob\n")
        assert isinstance(await until(me, MessageFrom, PeopleOnline), PeopleOnline)


async def test_what_is_given_back_is_not_acknowledged(false_server: FalseServer) -> None:
    me = Client(false_server.address, "alice")
    await me.open()
    false_server.tell(b"start_chat bob x\n:one\n:two\n")
    assert [type(await me.take()) for _ in range(2)] == [ChatStarted, Said]
    me.finished()
    assert await me.take() == Said("bob", "two")
    me.give_back()
    await me.close()
    said = [false_server.heard.get_nowait() for _ in range(false_server.heard.qsize())]
    assert ("check_socket", b"PING 1 x\n") in said
    assert ("check_socket", b"PING 2 x\n") not in said


async def test_a_handler_that_fails_is_logged_and_the_next_event_comes(
    false_server: FalseServer, caplog: pytest.LogCaptureFixture
) -> None:
    handled: list[str] = []

    async def handle(event: Happening) -> None:
        if isinstance(event, Said):
            handled.append(event.text)
            raise KeyError(event.text)

    false_server.answers["login_socket"] += b"start_chat bob x\n:one\n:two\ndisconnected removed Bye.\n"
    async with Client(false_server.address, "alice") as me:
        await me.serve(handle)
    assert handled == ["one", "two"]
    assert [record.exc_info is not None for record in caplog.records if record.name.endswith("api")] == [True, True]
    assert "one" not in caplog.messages


async def test_a_handler_that_ends_the_program_has_not_taken_its_message(false_server: FalseServer) -> None:
    async def handle(event: Happening) -> None:
        if isinstance(event, Said):
            raise SystemExit

    me = Client(false_server.address, "alice")
    false_server.answers["login_socket"] += b"start_chat bob x\n:one\n"
    with pytest.raises(SystemExit):
        async with me:
            await me.serve(handle)
    heard = [false_server.heard.get_nowait() for _ in range(false_server.heard.qsize())]
    assert ("check_socket", b"PING 1 x\n") not in heard


async def test_nobody_has_to_wait_for_the_next_try(false_server: FalseServer) -> None:
    waiting = asyncio.Event()

    async def sleep(_: float) -> None:
        waiting.set()
        await asyncio.Event().wait()

    async with Client(false_server.address, "alice", sleep=sleep) as me:
        me.try_now()  # nothing to hurry: it is not remembered for later
        await link_is_lost(me, false_server)
        coming = asyncio.ensure_future(anext(me))
        await waiting.wait()
        me.try_now()
        assert await coming == Reconnected("alice")


async def test_a_letter_and_what_becomes_of_it(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as me:
        stream = await me.write("Bob", "two\nlines")
        await false_server.hears("chat_socket", f"/msg bob {stream} 1 :two\vlines\n".encode())
        assert [(letter.nickname, letter.stream, letter.text) for letter in me.letters] == [
            ("bob", stream, "two\nlines")
        ]
        false_server.tell(f"kept_for bob {stream} 1\n".encode())
        assert await until(me, KeptFor) == KeptFor("bob", stream, 1)
        false_server.say("check_socket", f"PONG 1 1 {stream}\n".encode())
        assert await until(me, LetterDelivered) == LetterDelivered("bob", stream, "two\nlines")
        assert me.letters == ()
        for nickname, text in (("no name", "x"), ("bob", "x" * 9000)):
            with pytest.raises(PeerError):
                await me.write(nickname, text)
    with pytest.raises(NotConnected):
        await me.write("bob", "too late")


async def test_a_text_that_is_no_unicode_is_sent_and_kept(false_server: FalseServer, tmp_path: Path) -> None:
    """A terminal gives a byte that is no UTF-8 as half a surrogate pair."""
    async with Client(false_server.address, "alice", memory=tmp_path / "memory") as me:
        stream = await me.write("bob", "a\udcffb")
        await false_server.hears("chat_socket", f"/msg bob {stream} 1 :a?b\n".encode())
        assert [letter.text for letter in me.letters] == ["a?b"]


async def test_a_letter_written_without_a_connection_is_sent_later(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice", sleep=no_wait) as me:
        await link_is_lost(me, false_server)
        stream = await me.write("bob", "hi")
        await until(me, Reconnected)
        await false_server.hears("chat_socket", f"/msg bob {stream} 1 :hi\n".encode())


async def room_is_entered(client: Client, server: FalseServer, room: str, password: str | None = None) -> None:
    await client.join(room, password)
    server.tell(f"room_entered {room} 1 :\n".encode())
    await until(client, RoomEntered)


async def test_what_is_said_in_a_room_and_what_becomes_of_it(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as me:
        assert (me.joined, me.room) == ((), None)
        await room_is_entered(me, false_server, "#tea")
        await room_is_entered(me, false_server, "#ops")
        assert (me.joined, me.room) == (("#tea", "#ops"), "#ops")
        me.turn_to("tea")
        assert me.room == "#tea"
        stream = await me.say_in("Tea", "two\nlines")
        await false_server.hears("chat_socket", f"/msg #tea {stream} 1 :two\vlines\n".encode())
        assert (me.unstored, [letter.nickname for letter in me.letters]) == (1, ["#tea"])
        false_server.say("check_socket", f"PONG 1 1 {stream}\n".encode())
        assert await until(me, Acknowledged) == Acknowledged(1, 1, stream)
        assert (me.unstored, me.letters) == (0, ())
        refused = await me.write("#ops", "hi")
        false_server.tell(f"not_kept #ops {refused} 1 not_in_room You are not in #ops.\n".encode())
        assert (await until(me, NotKept)).stream == refused
        assert me.room == "#tea"
        for room, text in (("no room", "x"), ("tea", "x" * 9000)):
            with pytest.raises(PeerError):
                await me.say_in(room, text)
        await me.part("tea")
        assert me.room is None


async def test_rooms_outlive_a_connection(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice", sleep=no_wait) as me:
        await room_is_entered(me, false_server, "#tea", "open sesame")
        await room_is_entered(me, false_server, "#ops")
        false_server.tell(b"room_said #tea bob 0 7 :hi\n")
        assert await until(me, RoomSaid) == RoomSaid("#tea", "bob", 0, 7, "hi")
        lost = await link_is_lost(me, false_server)
        assert lost.rooms == me.joined == ("#tea", "#ops")
        stream = await me.say_in("#tea", "while away")
        with pytest.raises(NotConnected):
            await me.join("#new")
        await until(me, Reconnected)
        await false_server.hears("chat_socket", b"/join #tea open sesame\n")
        await false_server.hears("chat_socket", b"/history #tea 100\n")
        await false_server.hears("chat_socket", b"/join #ops\n")
        await false_server.hears("chat_socket", f"/msg #tea {stream} 1 :while away\n".encode())
        false_server.tell(b"room_entered #tea 2 :\nrecalled 7 0 bob #tea :hi\n")
        false_server.tell(b"text_part :one \nrecalled 8 9 bob #tea :two\nrecall_ended 2\n")
        assert await until(me, RoomSaid) == RoomSaid("#tea", "bob", 9, 8, "one two")
        false_server.tell(b"ERROR wrong_password It has one now.\nERROR not_in_room No.\n")
        assert await until(me, RoomLost) == RoomLost("#ops", "wrong_password", "It has one now.")
        assert me.room == "#tea"


async def test_what_was_said_in_a_room_survives_the_process(false_server: FalseServer, tmp_path: Path) -> None:
    killed = Client(false_server.address, "alice", memory=tmp_path / "memory")
    await killed.open()
    await room_is_entered(killed, false_server, "#tea")
    stream = await killed.say_in("#tea", "hello")
    assert killed._connection
    await killed._connection.close()  # as if it were killed
    killed._memory._memory_store.close()
    async with Client(false_server.address, "alice", memory=tmp_path / "memory") as again:
        assert again.room == "#tea"
        for _ in range(2):  # once by each
            await false_server.hears("chat_socket", b"/join #tea\n")
        await false_server.hears("chat_socket", f"/msg #tea {stream} 1 :hello\n".encode())


async def test_what_was_said_survives_the_process(false_server: FalseServer, tmp_path: Path) -> None:
    killed = Client(false_server.address, "alice", memory=tmp_path / "memory")
    await killed.open()
    false_server.tell(b"start_chat bob x\n:one\n:two\n")
    await until(killed, Said)
    await until(killed, Said)
    await killed.say("hello")
    await false_server.hears("check_socket", b"PING 1 x\n")
    assert killed._connection
    await killed._connection.close()  # as if it were killed
    killed._memory._memory_store.close()
    again = Client(false_server.address, "alice", memory=tmp_path / "memory")
    opening = asyncio.create_task(again.open())
    await false_server.hears("chat_socket", b"/resume x x 0 x 1\n")
    false_server.tell(b"chat_resumed bob x 0 x 0\nstream_begins bob x 1\n:one\n:two\n")
    await opening
    await false_server.hears("chat_socket", b":hello\n")
    assert [await anext(again), await anext(again)] == [ChatResumed("bob", "x", 0, "x", 0), Said("bob", "two")]
    await again.close()


async def test_a_file_that_cannot_be_used_is_told_and_all_goes_on(false_server: FalseServer, tmp_path: Path) -> None:
    file = tmp_path / "memory"
    file.write_bytes(b"not a database" * 99)
    async with Client(false_server.address, "alice", memory=file) as me:
        lost = await anext(me)
        assert isinstance(lost, MemoryLost)
        assert lost.reason.startswith(f"{file}: ")
        await chat_begins(me, false_server)
        await me.say("hello")
        await false_server.hears("chat_socket", b":hello\n")


async def test_a_login_that_fails_leaves_no_file_open(false_server: FalseServer, tmp_path: Path) -> None:
    false_server.answers["check_socket"] = b"ERROR bad_token Log in again.\n"
    with pytest.raises(CannotConnect):
        await Client(false_server.address, "alice", memory=tmp_path / "memory").open()


async def test_who_leaves_without_a_connection_has_left_the_chat(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice", sleep=no_wait) as me:
        await chat_begins(me, false_server)
        await link_is_lost(me, false_server)
        with pytest.raises(NotConnected):
            await me.quit()
    assert me.partner is None


async def test_who_is_taken_over_has_not_left_the_chat(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as me:
        false_server.tell(b"start_chat bob x\ndisconnected taken_over Bye.\n")
        assert isinstance([event async for event in me][-1], Disconnected)
        with pytest.raises(NotConnected):
            await me.say("too late")
    assert me.partner == "bob"


async def test_two_clients_of_one_account_and_one_memory(false_server: FalseServer, tmp_path: Path) -> None:
    hasty = Timing(leaving=0.01)
    async with Client(false_server.address, "alice", memory=tmp_path / "memory", timing=hasty) as older:
        await chat_begins(older, false_server)
        newer = Client(false_server.address, "alice", memory=tmp_path / "memory")
        opening = asyncio.create_task(newer.open())
        await false_server.hears("chat_socket", b"/resume x x 0 x 0\n")
        with pytest.raises(MemoryTaken):
            await older.say("from the older")
        false_server.tell(b"chat_resumed bob x 0 x 0\n")
        await opening
        await newer.say("from the newer")
        await false_server.hears("chat_socket", b":from the newer\n")
        await newer.close()


async def test_also_while_a_lost_connection_is_being_closed_what_is_said_is_kept(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice") as me:
        await chat_begins(me, false_server)
        assert me._connection
        closed, close = asyncio.Event(), me._connection.close

        async def close_slowly() -> None:
            await closed.wait()
            await close()

        me._connection.close = close_slowly  # type: ignore[method-assign]
        false_server.close("login_socket")
        losing = asyncio.create_task(until(me, ConnectionLost))
        async with asyncio.timeout(BOUND):
            while me.is_connected:  # noqa: ASYNC110 -- what changes it is what is tested
                await asyncio.sleep(0)
        await me.say("hello?")
        closed.set()
        await losing
        assert me.unstored == 1


async def test_what_is_said_while_a_connection_is_being_opened_is_sent(false_server: FalseServer) -> None:
    async with Client(false_server.address, "alice", sleep=no_wait) as me:
        await chat_begins(me, false_server)
        await link_is_lost(me, false_server)
        opening, written = ServerConnection.open, list[str]()

        async def open_and_be_slow(*arguments: Any) -> ServerConnection:
            connection = await opening(*arguments)
            await me.say("just before")
            written.append(await me.write("carol", "and a letter"))
            return connection

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ServerConnection, "open", open_and_be_slow)
            reconnecting = asyncio.create_task(until(me, Reconnected))
            await false_server.hears("chat_socket", b"/resume x x 0 x 0\n")
            false_server.tell(b"chat_resumed bob x 0 x 0\n")
            await reconnecting
        await me.say("just after")
        await false_server.hears("chat_socket", f"/msg carol {written[0]} 1 :and a letter\n".encode())
        await false_server.hears("chat_socket", b":just before\n")
        await false_server.hears("chat_socket", b":just after\n")


async def test_a_bot_names_its_device_and_another_holds_the_chat(false_server: FalseServer) -> None:
    async with connect(
        "alice", host=false_server.address.host, port=false_server.address.port, device="bot-1"
    ) as client:
        assert client.follows
        await false_server.hears("chat_socket", b"/follow\n")
        false_server.tell(b"chat_held bob c\n")
        await until(client, ChatHeld)
        assert (client.partner, client.is_elsewhere, client.is_live) == ("bob", True, False)
        await client.say("hi")
        [letter] = client.letters
        await false_server.hears("chat_socket", f"/msg bob {letter.stream} 1 :hi\n".encode())
        await link_is_lost(client, false_server)
        await client.say("while it is lost")
        assert client.unstored == 2
        await until(client, Reconnected)
        await false_server.hears("chat_socket", f"/msg bob {client.letters[1].stream} 1 :while it is lost\n".encode())


def test_a_name_that_no_device_has_is_refused() -> None:
    with pytest.raises(PeerError):
        connect("alice", device="my phone")


async def test_a_device_that_was_taken_over_is_another_at_the_next_start(
    false_server: FalseServer, tmp_path: Path
) -> None:
    def device() -> str:
        file = MemoryFile(tmp_path / "memory")
        name = file.device()
        file.close()
        return name

    before = device()
    client = Client(false_server.address, "alice", memory=tmp_path / "memory", is_device=True)
    async with client:
        false_server.tell(b"disconnected taken_over You have logged in from somewhere else.\n")
        await until(client, Disconnected)
    assert device() != before


async def test_a_memory_alone_is_no_device_to_a_bot(false_server: FalseServer, tmp_path: Path) -> None:
    """It gets the letters that came while it did not run."""
    async with Client(false_server.address, "alice", memory=tmp_path / "memory") as client:
        assert not client.follows


async def test_a_window_leaves_the_file_of_a_terminal_alone(false_server: FalseServer, tmp_path: Path) -> None:
    terminal = Client(false_server.address, "alice", memory=tmp_path / "memory", is_device=True)
    window = Client(false_server.address, "alice", memory=tmp_path / "memory", is_shared=True)
    async with terminal, window:
        assert (terminal.follows, window.follows) == (True, False)
        await terminal.write("bob", "hi")
        await window.write("bob", "hi")
        assert (terminal.unstored, window.unstored) == (1, 1)
