"""Three sockets that live and die together, against a server that does what a real one does not."""

from __future__ import annotations

import asyncio

import pytest

from duologue.client.connection import MOST_UNREAD, ServerConnection, Timing
from duologue.client.engine.memory import Memory
from duologue.client.engine.memory_store import PendingLetter
from duologue.client.errors import CannotConnect, LinkLost, LoginRefused, PasswordNeeded
from duologue.client.events import LetterDelivered
from duologue.core.commands.chat import Say
from duologue.core.events.chat import Acknowledged, ChatRequested, ChatResumed, ChatStarted, Disconnected, Said
from tests.bound import BOUND
from tests.client.conftest import FalseServer


async def opened(server: FalseServer, timing: Timing | None = None, password: str | None = None) -> ServerConnection:
    return await ServerConnection.open(server.address, "alice", password, timing or Timing(), Memory())


async def lost(connection: ServerConnection) -> str:
    try:
        async with asyncio.timeout(BOUND):
            while True:
                await connection.next_event()
    except LinkLost as error:
        return str(error)
    finally:
        await connection.close()


async def test_what_the_server_says_before_all_is_attached_is_not_forgotten(false_server: FalseServer) -> None:
    false_server.answers["login_socket"] += b"want_chat_with_you bob 9\n"
    connection = await opened(false_server)
    assert await connection.next_event() == ChatRequested("bob", 9)
    await connection.close()


@pytest.mark.parametrize("kind", ["login_socket", "chat_socket", "check_socket"])
async def test_one_dead_socket_ends_the_session(false_server: FalseServer, kind: str) -> None:
    connection = await opened(false_server, Timing(last_words=0.01))
    false_server.close(kind)
    assert await lost(connection) in ("the server closed it", "the connection was reset")
    with pytest.raises(LinkLost):
        await connection.next_event()


async def test_the_last_words_are_heard_even_when_another_socket_closes_first(false_server: FalseServer) -> None:
    connection = await opened(false_server)
    false_server.close("check_socket")
    await false_server.sockets["check_socket"].wait_closed()
    false_server.tell(b"start_chat bob x\n:the last\ndisconnected taken_over Bye.\n")
    false_server.close("login_socket")
    assert await connection.next_event() == ChatStarted("bob", "x")
    assert await connection.next_event() == Said("bob", "the last")
    assert await connection.next_event() == Disconnected("taken_over", "Bye.")
    await lost(connection)


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (b"AUTH_DENIED denied No.\n", LoginRefused, "No."),
        (b"PASSWORD\n", PasswordNeeded, "password"),
        (b"ERROR too_slow Faster.\n", CannotConnect, "Faster."),
        (b"HTTP/1.1 400 Bad Request\n", CannotConnect, "does not understand"),
        (b"online alice\n", CannotConnect, "is not an answer"),
        (b"\x15\x03\x01\x00\x02\x02\x46\n", CannotConnect, "--tls"),
    ],
)
async def test_answers_to_a_login_that_let_nobody_in(
    false_server: FalseServer, answer: bytes, error: type[Exception], words: str
) -> None:
    false_server.answers["login_socket"] = answer
    with pytest.raises(error, match=words):
        await opened(false_server)


async def test_a_password_is_handed_in_when_asked_for(false_server: FalseServer) -> None:
    false_server.answers["login_socket"] = b"PASSWORD\nAUTH_SUCCESS token alice\n"
    connection = await opened(false_server, password="secret")
    await false_server.hears("login_socket", b"secret\n")
    await connection.close()


async def test_a_token_that_is_refused(false_server: FalseServer) -> None:
    false_server.answers["check_socket"] = b"ERROR bad_token Log in again.\n"
    with pytest.raises(CannotConnect, match=r"Log in again\."):
        await opened(false_server)


async def test_a_server_that_never_answers_the_login(false_server: FalseServer) -> None:
    false_server.answers["login_socket"] = b""
    with pytest.raises(CannotConnect, match="it does not answer"):
        await opened(false_server, Timing(login=0.05))


async def test_messages_are_acknowledged_together_when_they_are_finished(false_server: FalseServer) -> None:
    connection = await opened(false_server, Timing(heartbeat=0.01))
    false_server.tell(b"start_chat bob xyz\n:one\n:two\n:three\n")
    events = [await connection.next_event() for _ in range(4)]
    assert events[:3] == [ChatStarted("bob", "xyz"), Said("bob", "one"), Said("bob", "two")]
    await false_server.hears("check_socket", b"PING 0 xyz\n")
    for event in events[:3]:
        connection.finished(event)
    await false_server.hears("check_socket", b"PING 2 xyz\n")
    await connection.close()


async def test_what_is_finished_is_acknowledged_before_the_goodbye(false_server: FalseServer) -> None:
    connection = await opened(false_server, Timing(last_words=10, leaving=0.05))
    false_server.says_goodbye = False
    false_server.tell(b"start_chat bob xyz\n:one\n")
    for _ in range(2):
        connection.finished(await connection.next_event())
    leaving = asyncio.create_task(connection.leave())
    await false_server.hears("check_socket", b"PING 1 xyz\n")
    false_server.say("check_socket", b"PING\n")
    assert ("chat_socket", b"/exit\n") not in await false_server.hears("check_socket", b"PONG\n")
    false_server.say("check_socket", b"PONG 0 0 xyz\n")
    await false_server.hears("chat_socket", b"/exit\n")
    await leaving


async def test_a_probe_is_answered_at_once(false_server: FalseServer) -> None:
    connection = await opened(false_server)
    false_server.say("check_socket", b"PING\n")
    await false_server.hears("check_socket", b"PONG\n")
    await connection.close()


async def test_it_pings_at_every_heartbeat_and_silence_is_death(false_server: FalseServer) -> None:
    time = 0.0

    def now() -> float:
        return time

    connection = await opened(false_server, Timing(heartbeat=0.01, dead_after=45, now=now))
    await false_server.hears("check_socket", b"PING 0\n")
    await false_server.hears("check_socket", b"PING 0\n")
    time = 45.0
    assert await lost(connection) == "nothing was heard from the server for 45 s"


async def test_anything_heard_is_a_sign_of_life(false_server: FalseServer) -> None:
    time = 0.0
    connection = await opened(false_server, Timing(heartbeat=0.01, dead_after=45, now=lambda: time))
    time = 44.0
    false_server.tell(b"want_chat_with_you bob 9\n")
    assert await connection.next_event() == ChatRequested("bob", 9)
    time = 88.0
    await false_server.hears("check_socket", b"PING 0\n")
    time = 89.0
    assert "45 s" in await lost(connection)


async def test_sending_over_a_dead_link_says_nothing_of_its_own(false_server: FalseServer) -> None:
    connection = await opened(false_server, Timing(last_words=0.01))
    for writer in false_server.sockets.values():
        writer.transport.abort()
    await lost(connection)
    for _ in range(3):
        await connection.send(Say("hello?"))


async def test_leaving_waits_for_the_server_and_not_for_ever(false_server: FalseServer) -> None:
    false_server.says_goodbye = False
    connection = await opened(false_server, Timing(leaving=0.05))
    await connection.leave()
    await false_server.hears("chat_socket", b"/exit\n")


async def test_leaving_takes_as_long_as_the_server_goes_on_reading(
    false_server: FalseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each message that it answers for is a reason to wait on; each wait is as long as it may take without any."""
    connection = await in_a_chat(false_server, 3)
    false_server.says_goodbye = False
    waits: list[int] = []

    async def passes(_: object, **how: float) -> None:
        assert how == {"timeout": Timing().leaving}
        waits.append(connection._left_to_read)
        if len(waits) <= 3:
            connection._was_answered.clear()
            false_server.say("check_socket", f"PONG {len(waits)} 0 xyz\n".encode())
            await connection._was_answered.wait()

    monkeypatch.setattr("duologue.client.connection.asyncio.wait", passes)
    await connection.leave()
    assert waits == [3, 2, 1, 0]


async def in_a_chat(server: FalseServer, messages: int, timing: Timing | None = None) -> ServerConnection:
    connection = await opened(server, timing)
    server.tell(b"start_chat bob xyz\n")
    assert isinstance(await connection.next_event(), ChatStarted)
    for number in range(messages):
        await connection.send(Say(str(number)))
    return connection


async def test_an_acknowledgement_is_an_event_when_it_is_news(false_server: FalseServer) -> None:
    connection = await in_a_chat(false_server, 2)
    false_server.say("check_socket", b"PONG 1 0 xyz\nPONG 1 0 xyz\nPONG 0 0\nPONG 9 9 old\nPONG 2 1 xyz\n")
    assert await connection.next_event() == Acknowledged(1, 0, "xyz")
    assert await connection.next_event() == Acknowledged(2, 1, "xyz")
    false_server.tell(b"want_chat_with_you carol 9\n")
    assert await connection.next_event() == ChatRequested("carol", 9)
    await connection.close()


async def test_acknowledgements_that_nobody_takes_hold_nothing_up(false_server: FalseServer) -> None:
    connection = await in_a_chat(false_server, MOST_UNREAD + 8)
    await connection.post(PendingLetter("carol", "abc", "hi", at=0))
    false_server.say("check_socket", b"".join(b"PONG %d 0 xyz\n" % number for number in range(1, MOST_UNREAD + 9)))
    false_server.say("check_socket", b"PONG 1 1 abc\nPING\n")
    await false_server.hears("check_socket", b"PONG\n")
    assert connection.session.messages.live
    assert connection.session.messages.live.stored == MOST_UNREAD + 8
    assert await connection.next_event() == LetterDelivered("carol", "abc", "hi")  # that one would be a loss
    assert await connection.next_event() == Acknowledged(1, 0, "xyz")
    await connection.close()


async def test_a_chat_goes_on_or_not_before_the_link_is_open(false_server: FalseServer) -> None:
    memory = Memory()
    memory.say(memory.begin("xyz", "bob"), b":one\n")
    false_server.answers["login_socket"] += b"chat_waits bob xyz 60\nwant_chat_with_you carol 9\n"
    opening = asyncio.create_task(ServerConnection.open(false_server.address, "alice", None, Timing(), memory))
    await false_server.hears("chat_socket", b"/resume xyz xyz 0 xyz 0\n")
    assert not opening.done()
    false_server.tell(b"chat_resumed bob xyz 0 xyz 0\nstream_begins bob xyz 1\n")
    connection = await opening
    await false_server.hears("chat_socket", b":one\n")
    assert await connection.next_event() == ChatRequested("carol", 9)
    assert await connection.next_event() == ChatResumed("bob", "xyz", 0, "xyz", 0)
    await connection.close()
