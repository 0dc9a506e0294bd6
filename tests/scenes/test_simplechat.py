"""Original clients of system 000 at the port of the native protocol: raw sockets that do what seeds.md says of them.

One `recv(1024)` of theirs is one message. The two seconds that they wait between the words of an answer are short here.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from duologue.core.names import Account
from duologue.server.auth.passwords import hash_password
from duologue.server.net.connection import NativeConnection
from tests.bound import BOUND
from tests.scenes.conftest import hears_pong
from tests.scenes.test_tls import Identity
from tests.stage import Actor, Stage, opened, until

WAIT = 0.01
"""Seconds instead of the two between yes, yes and the nickname; a read apart all the same."""


class Original:
    """One client, and the person before it."""

    def __init__(self, stage: Stage, source: str = "127.0.0.1") -> None:
        self.login, self.chat, self.check = (socket.socket() for _ in range(3))
        self._address = stage.settings.host, stage.settings.port
        self._source = source
        self._listening: asyncio.Task[None] | None = None
        self._heard: asyncio.Queue[str] = asyncio.Queue()
        self.pinged = 0
        for sock in (self.login, self.chat, self.check):
            sock.setblocking(False)

    # Its sockets

    async def connects(self, sock: socket.socket, port: int = 0) -> None:
        if sock.getsockname()[1] == 0:
            sock.bind((self._source, port))
        await asyncio.get_running_loop().sock_connect(sock, self._address)
        if sock is self.login:
            self._listening = asyncio.create_task(self._listens())

    def reserves_ports(self) -> bool:
        """Could it have three in a row? A scene that is not about that begins with those that are free."""
        self.login.bind((self._source, 0))
        try:
            self.chat.bind((self._source, self.port + 1))
            self.check.bind((self._source, self.port + 2))
        except OSError:
            return False
        return True

    async def _listens(self) -> None:
        """All the time, as its thread does; a PING is answered there."""
        with contextlib.suppress(ConnectionError):
            while data := await asyncio.get_running_loop().sock_recv(self.login, 1024):
                if data == b"PING":
                    self.pinged += 1
                    await asyncio.get_running_loop().sock_sendall(self.login, b"PONG")
                else:
                    self._heard.put_nowait(data.decode())
        self._heard.put_nowait("")

    async def sends(self, sock: socket.socket, *words: str) -> None:
        """Each a read of its own."""
        for word in words:
            await asyncio.get_running_loop().sock_sendall(sock, word.encode())
            await asyncio.sleep(WAIT)

    async def reads(self, sock: socket.socket) -> str:
        async with asyncio.timeout(BOUND):
            if sock is self.login:
                return await self._heard.get()
            return (await asyncio.get_running_loop().sock_recv(sock, 1024)).decode()

    @property
    def port(self) -> int:
        return int(self.login.getsockname()[1])

    # In and out

    async def knocks(self, nickname: str) -> str:
        """The answer to a nickname, on the connection that there is."""
        await self.sends(self.login, "login_socket", nickname)
        return await self.reads(self.login)

    async def attaches(self) -> None:
        """Raises OSError where another connection has one of the two ports."""
        for sock, word, beyond in ((self.chat, "chat_socket", 1), (self.check, "check_socket", 2)):
            await self.connects(sock, self.port + beyond)
            await self.sends(sock, word)

    async def stops_listening(self) -> None:
        """It hangs."""
        if self._listening:
            self._listening.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listening

    async def listens_again(self) -> None:
        self._listening = asyncio.create_task(self._listens())

    async def leaves(self) -> None:
        await self.stops_listening()
        for sock in (self.login, self.chat, self.check):
            sock.close()

    async def is_out(self) -> None:
        for sock in (self.login, self.chat, self.check):
            with contextlib.suppress(ConnectionError):
                assert await self.reads(sock) == ""

    # What its user does

    async def types(self, *lines: str) -> None:
        for line in lines:
            await self.sends(self.check, "PING")
            await self.sends(self.chat, line)

    async def asks(self, nickname: str) -> None:
        await self.types(f"/chat {nickname}")

    async def hears_answer(self, answer: str) -> None:
        """On the chat socket, where it waits."""
        assert await self.reads(self.chat) == answer

    async def accepts(self, nickname: str) -> None:
        await self.sends(self.check, "PING")
        await self.sends(self.chat, "yes", "yes", nickname)

    async def hears(self, *messages: str) -> None:
        for message in messages:
            assert await self.reads(self.login) == message

    async def is_asked_by(self, nickname: str) -> None:
        await self.hears(f"want_chat_with_you {nickname}", nickname)

    async def heard_nothing(self) -> None:
        """On neither socket: the answer to a question is the very next message."""
        await self.sends(self.chat, "/rooms")
        await self.hears("Rooms:\n  #lobby (0)")
        with pytest.raises(BlockingIOError):
            self.chat.recv(1)


class Guild:
    """Who comes with an original client, and is gone when the scene is over."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._came: list[Original] = []

    def client(self, source: str = "127.0.0.1") -> Original:
        client = Original(self.stage, source)
        self._came.append(client)
        return client

    async def connects(self) -> Original:
        while not (client := self.client()).reserves_ports():
            pass
        await client.connects(client.login)
        return client

    async def enters(self, nickname: str) -> Original:
        client = await self.connects()
        assert await client.knocks(nickname) == "AUTH_SUCCESS"
        await client.attaches()
        await until(lambda: nickname in self.stage.present())
        return client

    async def chat_between(self, one: str, other: str) -> tuple[Original, Original]:
        asker, target = await self.enters(one), await self.enters(other)
        await asker.asks(other)
        await target.is_asked_by(one)
        await target.accepts(one)
        await asker.hears_answer("start_chat")
        await asker.hears(f"Waiting for {other} to answer.")
        await target.hears(started_with(one))
        return asker, target

    async def chat_with_native(self, one: str, other: str) -> tuple[Original, Actor, str]:
        """The native one accepts."""
        original, native = await self.enters(one), await self.stage.enters(other)
        await original.asks(other)
        await native.hears(f"want_chat_with_you {one} 120")
        await native.says("yes")
        await original.hears_answer("start_chat")
        await original.hears(f"Waiting for {other} to answer.")
        started = await native.hears_like(rf"start_chat {one} (\S+)")
        return original, native, started[1]

    async def leave(self) -> None:
        for client in self._came:
            await client.leaves()


def started_with(nickname: str) -> str:
    return f"Chat with {nickname} started: what you type goes to {nickname} alone. /quit leaves the chat."


def is_over(nickname: str, why: str = "left.") -> str:
    return f"chat_ended {nickname} {why}"


@pytest.fixture
async def guild(stage: Stage) -> AsyncIterator[Guild]:
    guild = Guild(stage)
    yield guild
    await guild.leave()


@contextlib.asynccontextmanager
async def keeping(folder: Path, **changes: Any) -> AsyncIterator[Guild]:
    """A server with a history."""
    async with opened(folder, **{"history": True, **changes}) as stage:
        guild = Guild(stage)
        yield guild
        await guild.leave()


# Two of them


async def test_the_whole_conversation(guild: Guild) -> None:
    alice, bob = await guild.chat_between("alice", "bob")
    await alice.types("hello")
    await bob.hears("alice: hello")
    await bob.types("hello yourself", "yes", "no")
    await alice.hears("bob: hello yourself", "bob: yes", "bob: no")
    await alice.types("/quit")
    await alice.hears("Chat with bob ended: you left.")
    await bob.hears(is_over("alice"))
    assert guild.stage.present() == {"alice", "bob"}


async def test_the_line_that_was_being_typed_when_the_chat_ended_does_nothing(guild: Guild) -> None:
    """Its answer would be read as that to the next /chat."""
    for line in ("/quit", "/exit", "/chat carol", "yes", "are you there?"):
        alice, bob = await guild.chat_between("alice", "bob")
        await alice.types("/quit")
        await bob.hears(is_over("alice"))
        await bob.types(line)
        if line != "/quit":
            await bob.hears("The chat with alice had ended, so that line went nowhere. Type it again.")
        await bob.heard_nothing()
        await bob.asks("carol")
        await bob.hears_answer("carol is offline")
        for client in (alice, bob):
            await client.leaves()
        await until(lambda: not guild.stage.present())


async def test_one_chat_after_the_other(guild: Guild) -> None:
    alice, bob = await guild.chat_between("alice", "bob")
    carol = await guild.enters("carol")
    await alice.types("/quit")
    await alice.hears("Chat with bob ended: you left.")
    await bob.hears(is_over("alice"))
    await bob.types("/quit")
    await bob.asks("carol")
    await carol.is_asked_by("bob")
    await carol.accepts("bob")
    await bob.hears_answer("start_chat")
    await bob.hears("Waiting for carol to answer.")
    await carol.hears(started_with("bob"))
    await bob.types("hi carol")
    await carol.hears("bob: hi carol")
    await alice.heard_nothing()


async def test_both_ask_each_other(guild: Guild) -> None:
    alice, bob = await guild.enters("alice"), await guild.enters("bob")
    await alice.asks("bob")
    await bob.is_asked_by("alice")
    await bob.asks("alice")
    for one in (alice, bob):
        await one.hears_answer("start_chat")
    await bob.types("you too?")
    await alice.hears("Waiting for bob to answer.", "bob: you too?")


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("dave", "dave is offline"),
        ("nobody", "nobody doesn't exist"),
        ("alice", "That is you. Ask somebody else for a chat."),
        ("", "Usage: /chat NAME"),
    ],
)
async def test_what_cannot_be_is_answered_on_the_chat_socket(guild: Guild, asked: str, answer: str) -> None:
    alice = await guild.enters("alice")
    await alice.types(f"/chat {asked}".rstrip())
    await alice.hears_answer(answer)
    await alice.heard_nothing()


async def test_who_is_busy_is_not_available(guild: Guild) -> None:
    await guild.chat_between("alice", "bob")
    carol = await guild.enters("carol")
    await carol.asks("bob")
    await carol.hears_answer("bob is not available")


# Requests


async def test_a_request_that_expires_is_answered_only_then(guild: Guild) -> None:
    """It cannot refuse, and the asker waits on the chat socket all the while."""
    alice, bob = await guild.enters("alice"), await guild.enters("bob")
    await alice.asks("bob")
    await alice.hears("Waiting for bob to answer.")
    await bob.is_asked_by("alice")
    await stays_alive_for(guild.stage, 120, alice, bob)
    await alice.hears_answer("bob didn't answer")
    await bob.hears("alice stopped waiting for your answer.")
    await bob.accepts("alice")
    await bob.hears(is_over("alice", "does not wait for you any more."))
    await bob.types("/quit")
    await bob.heard_nothing()
    await alice.heard_nothing()


async def stays_alive_for(stage: Stage, seconds: int, *clients: Original) -> None:
    """They answer PING with PONG, and say nothing else."""
    for _ in range(seconds // 20):
        before = [client.pinged for client in clients]
        stage.passes(20)
        await until(lambda: [client.pinged - 1 for client in clients] == before)  # noqa: B023 - it is waited for here
        await asyncio.sleep(WAIT)


async def test_of_several_who_ask_the_nickname_says_which(guild: Guild) -> None:
    alice, bob, carol = [await guild.enters(name) for name in ("alice", "bob", "carol")]
    for asker in (bob, carol):
        await asker.asks("alice")
    await alice.is_asked_by("bob")
    await alice.is_asked_by("carol")
    await alice.accepts("carol")
    await carol.hears_answer("start_chat")
    await bob.hears_answer("alice is not available")
    await alice.types("hello")
    await carol.hears("Waiting for alice to answer.", "alice: hello")


async def test_an_asker_who_gives_up_while_yes_is_being_said(guild: Guild) -> None:
    """In those four seconds the client would not notice that the chat is over."""
    alice, bob = await guild.stage.enters("alice"), await guild.enters("bob")
    await alice.says("/chat bob")
    await bob.is_asked_by("alice")
    await bob.sends(bob.chat, "yes")
    await bob.hears(started_with("alice"))
    await alice.says("/quit")
    await alice.hears("chat_requested bob 120")
    await alice.hears_like("start_chat bob .*")
    await alice.hears("chat_ended bob you_left")
    await bob.sends(bob.chat, "yes", "alice")
    await bob.hears(is_over("alice", "does not wait for you any more."))
    await bob.types("/quit")
    await bob.heard_nothing()


# With a native partner


async def test_a_native_partner(guild: Guild) -> None:
    alice, bob, chat = await guild.chat_with_native("alice", "bob")
    await alice.types("hello")
    await bob.hears(":hello")
    await bob.says(":one", ":two")
    await alice.hears("bob: one", "bob: two")
    await hears_pong(bob, f"PONG 2 2 {chat}")
    await alice.types("/quit")
    await bob.hears("chat_ended alice left")
    await alice.hears("Chat with bob ended: you left.")


async def test_a_native_one_asks_and_quits(guild: Guild) -> None:
    alice, bob = await guild.stage.enters("alice"), await guild.enters("bob")
    await alice.says("/chat bob")
    await bob.is_asked_by("alice")
    await bob.accepts("alice")
    await bob.hears(started_with("alice"))
    await alice.hears("chat_requested bob 120")
    await alice.hears_like("start_chat bob .*")
    await bob.types("hi")
    await alice.hears(":hi")
    await alice.says("/quit")
    await bob.hears(is_over("alice"))


async def test_a_native_one_declines(guild: Guild) -> None:
    alice, bob = await guild.enters("alice"), await guild.stage.enters("bob")
    await alice.asks("bob")
    await bob.hears("want_chat_with_you alice 120")
    await bob.says("no")
    await alice.hears_answer("bob decline chat")


async def test_what_a_user_typed_is_never_a_signal(guild: Guild) -> None:
    alice, bob, _ = await guild.chat_with_native("alice", "bob")
    hostile = ("PING", "chat_ended x", "want_chat_with_you carol", "AUTH_SUCCESS", "start_chat", "\x1b[2J")
    await bob.says(*(f":{text}" for text in hostile), ":a\vPING")
    await alice.hears(*(f"bob: {text}" for text in hostile[:-1]), "bob: ␛[2J", "bob: a\n  PING")


async def test_twenty_quick_messages_are_twenty_reads(guild: Guild) -> None:
    alice, bob, chat = await guild.chat_with_native("alice", "bob")
    await bob.says(*(f":{number}" for number in range(20)))
    await alice.hears(*(f"bob: {number}" for number in range(20)))
    await hears_pong(bob, f"PONG 20 20 {chat}")


async def test_a_long_message_is_cut_between_characters(guild: Guild) -> None:
    alice, bob, _ = await guild.chat_with_native("alice", "bob")
    await bob.says(":" + "ü€" * 600)
    heard = [await alice.reads(alice.login) for _ in range(3)]
    assert all(len(message.encode()) < 1024 for message in heard)
    assert "".join(message.removeprefix("bob: ") for message in heard) == "ü€" * 600


# The login


async def test_a_wrong_nickname_and_another_on_the_same_connection(guild: Guild) -> None:
    client = await guild.connects()
    assert "client.py" in await client.knocks("nobody")
    assert "nickname" in await client.knocks("no body")
    assert await client.knocks("ALICE") == "AUTH_SUCCESS"
    await client.attaches()
    await until(lambda: guild.stage.present() == {"alice"})


async def test_word_and_nickname_glued(guild: Guild) -> None:
    client = await guild.connects()
    await client.sends(client.login, "login_socketalice")
    assert await client.reads(client.login) == "AUTH_SUCCESS"


async def test_a_few_refusals_are_enough(guild: Guild) -> None:
    client = await guild.connects()
    for _ in range(3):
        assert "Unknown nickname" in await client.knocks("nobody")
    with contextlib.suppress(ConnectionError):
        assert await client.reads(client.login) == ""


async def test_a_first_word_may_come_in_pieces(guild: Guild) -> None:
    client = await guild.connects()
    await client.sends(client.login, "log", "in_soc", "ket", "alice")
    assert await client.reads(client.login) == "AUTH_SUCCESS"
    native = await guild.stage.connects()
    for piece in (b"d", b"uologue/1 login_", b"socket\nbob\n"):
        await native.sends(piece)
        await asyncio.sleep(WAIT)
    await native.hears_like("AUTH_SUCCESS .* bob")


async def test_half_a_first_word_waits_no_longer_than_a_login_may_take(guild: Guild) -> None:
    client = await guild.connects()
    await client.sends(client.login, "login_s")
    guild.stage.passes(20)
    assert "A login has to be complete within 20 s." in await client.reads(client.login)
    assert await client.reads(client.login) == ""


async def test_a_password_cannot_be_given_and_nobody_learns_who_has_one(tmp_path: Path) -> None:
    accounts = [Account("alice"), Account("carol", disabled=True)]
    accounts.append(Account("bob", password_hash=hash_password("sesame")))
    async with opened(tmp_path, accounts=accounts) as stage:
        guild = Guild(stage)
        answers = {await (await guild.connects()).knocks(name) for name in ("bob", "carol", "nobody")}
        assert answers == {
            "Unknown nickname, or one that does not come in by itself: an account with a password needs client.py, and "
            "so does one on another machine."
        }
        await guild.leave()


async def test_ports_that_are_taken_and_a_login_left_half_done(guild: Guild) -> None:
    """The client begins anew by itself, and the server takes away what it leaves behind."""
    first = await guild.connects()
    other, first.check = first.check, socket.socket()
    assert await first.knocks("alice") == "AUTH_SUCCESS"
    with other, pytest.raises(OSError, match="in use"):
        await first.attaches()
    assert guild.stage.present() == set()
    alice = await guild.enters("alice")
    for sock in (first.login, first.chat):
        assert await first.reads(sock) == ""
    await alice.heard_nothing()


async def test_a_newer_session_takes_over(guild: Guild) -> None:
    older = await guild.enters("alice")
    newer = await guild.enters("alice")
    await older.hears("You have logged in from somewhere else; this session is over.")
    await older.is_out()
    await newer.heard_nothing()


async def test_a_further_socket_is_taken_from_the_same_address_and_the_right_port_only(guild: Guild) -> None:
    alice = await guild.connects()
    assert await alice.knocks("alice") == "AUTH_SUCCESS"
    alice.check.close()
    for source, beyond in (("127.0.0.2", 1), ("127.0.0.1", 2), ("127.0.0.1", 0)):
        eve = guild.client(source)
        await eve.connects(eve.chat, alice.port + beyond if beyond else 0)
        await eve.sends(eve.chat, "chat_socket")
        assert "Log in again" in await eve.reads(eve.chat)
        assert await eve.reads(eve.chat) == ""
        await eve.leaves()


async def test_a_further_socket_that_comes_too_late(guild: Guild) -> None:
    alice = await guild.connects()
    assert await alice.knocks("alice") == "AUTH_SUCCESS"
    guild.stage.passes(10)
    assert "within 10 s" in await alice.reads(alice.login)
    await alice.connects(alice.chat)
    await alice.sends(alice.chat, "chat_socket")
    assert "Log in again" in await alice.reads(alice.chat)
    assert guild.stage.present() == set()


async def test_what_comes_with_the_word_waits_for_the_other_socket(guild: Guild) -> None:
    alice = await guild.connects()
    assert await alice.knocks("alice") == "AUTH_SUCCESS"
    await alice.connects(alice.chat, alice.port + 1)
    await alice.sends(alice.chat, "chat_socket/chat nobody", "/chat dave")
    await alice.connects(alice.check, alice.port + 2)
    await alice.sends(alice.check, "check_socketPING")
    await alice.hears_answer("nobody doesn't exist")
    await alice.hears_answer("dave is offline")


async def test_such_clients_know_no_tls(tmp_path: Path) -> None:
    """Within it nobody is taken for one: further sockets would have to be found by their ports there too."""
    identity = Identity(trustme.CA(), tmp_path / "cert.pem", tmp_path / "key.pem")
    identity.issue()
    async with opened(tmp_path, tls=identity.client(), **identity.settings) as stage:
        wire = await stage.connects("login_socket")
        await wire.hears_like("ERROR unknown_first_line .*")


async def test_a_server_may_be_without_such_clients(tmp_path: Path) -> None:
    async with opened(tmp_path, protocols=("native",)) as stage:
        wire = await stage.connects("login_socket")
        await wire.hears_like("ERROR unknown_first_line .*")


# Connections are lost


async def test_who_answers_the_heartbeat_stays(guild: Guild) -> None:
    alice, bob = await guild.chat_between("alice", "bob")
    await stays_alive_for(guild.stage, 100, alice, bob)
    assert guild.stage.present() == {"alice", "bob"}


async def test_the_check_socket_is_a_sign_of_life_too(guild: Guild) -> None:
    alice = await guild.enters("alice")
    await alice.stops_listening()
    for _ in range(3):
        guild.stage.passes(20)
        await alice.sends(alice.check, "PING", "PINGPING")
    assert guild.stage.present() == {"alice"}


async def test_who_does_not_answer_is_dead(guild: Guild) -> None:
    alice = await guild.enters("alice")
    await alice.stops_listening()
    guild.stage.passes(20)
    guild.stage.passes(30)
    await alice.listens_again()
    await alice.hears("Nothing was heard from you for too long.")
    await alice.is_out()
    assert alice.pinged == 1


async def test_who_reads_what_a_partner_says_lives(guild: Guild) -> None:
    alice, bob, chat = await guild.chat_with_native("alice", "bob")
    await alice.stops_listening()
    guild.stage.passes(30)
    await bob.check.hears("PING")
    await bob.says(":hello")
    await hears_pong(bob, f"PONG 1 1 {chat}")
    guild.stage.passes(30)
    assert guild.stage.present() == {"alice", "bob"}


async def test_the_partner_is_lost_and_comes_back(guild: Guild) -> None:
    alice, bob, chat = await guild.chat_with_native("alice", "bob")
    await bob.vanishes()
    await alice.hears("bob lost the connection and has 60 s to return. You can go on writing.")
    await alice.types("are you there?")
    bob = await guild.stage.enters("bob")
    await bob.hears(f"chat_waits alice {chat} 60")
    await bob.says(f"/resume {chat}")
    await bob.hears_like("chat_resumed alice .*")
    await bob.hears_like("stream_begins alice .*")
    await bob.hears(":are you there?")
    await alice.hears("bob is back.")
    await bob.says(":yes")
    await alice.hears("bob: yes")


async def test_the_partner_is_lost_for_good(guild: Guild) -> None:
    alice, bob = await guild.chat_between("alice", "bob")
    await bob.leaves()
    await alice.hears("bob lost the connection and has 60 s to return. You can go on writing.")
    for _ in range(2):
        guild.stage.passes(30)
        await alice.sends(alice.check, "PING")
    await alice.hears(is_over("bob", "lost: the connection did not come back."))
    await alice.types("/quit")
    await alice.asks("bob")
    await alice.hears_answer("bob is offline")


@pytest.mark.parametrize("way", ["yes", "/chat"])
async def test_one_is_lost_itself_and_the_server_resumes_for_it(guild: Guild, way: str) -> None:
    """It has forgotten everything: what was said meanwhile comes at once, and it may go back into the chat."""
    alice, bob, chat = await guild.chat_with_native("alice", "bob")
    await alice.leaves()
    await bob.hears("chat_paused alice 60")
    await bob.says(":hello?")
    alice = await guild.enters("alice")
    await bob.hears(f"stream_begins alice {chat}.2 1", f"chat_resumed alice {chat}")
    await alice.hears("Chat with bob goes on.", "want_chat_with_you bob", "bob", "bob: hello?")
    if way == "yes":
        await alice.accepts("bob")
    else:
        await alice.asks("carol")
        await alice.hears_answer("You are in a chat with bob. /chat bob goes on with it.")
        await alice.asks("bob")
        await alice.hears_answer("start_chat")
    await alice.types("yes", "here I am")
    await bob.hears(":yes", ":here I am")
    await bob.says(":good", "/quit")
    await alice.hears("bob: good", is_over("bob"))


async def test_both_are_lost_and_come_back(guild: Guild) -> None:
    for client in await guild.chat_between("alice", "bob"):
        await client.leaves()
    await until(lambda: not guild.stage.present())
    alice = await guild.enters("alice")
    await alice.hears("Chat with bob goes on.", "want_chat_with_you bob", "bob")
    await alice.hears("bob lost the connection and has 60 s to return. You can go on writing.")
    bob = await guild.enters("bob")
    await bob.hears("Chat with alice goes on.", "want_chat_with_you alice", "alice")
    await alice.hears("bob is back.")
    await alice.accepts("bob")
    await alice.types("again")
    await bob.hears("alice: again")


async def test_the_server_stops_and_starts(tmp_path: Path) -> None:
    async with keeping(tmp_path) as guild:
        alice, bob = await guild.chat_between("alice", "bob")
        await alice.types("remember")
        await bob.hears("alice: remember")
        guild.stage.server.hub.shut_down()
        for client in (alice, bob):
            await client.hears("Server is shutting down. Goodbye!")
            await client.is_out()
    async with keeping(tmp_path) as guild:
        alice, bob = await guild.enters("alice"), await guild.enters("bob")
        await alice.hears("Chat with bob goes on.", "want_chat_with_you bob", "bob")
        await alice.hears("bob lost the connection and has 60 s to return. You can go on writing.", "bob is back.")
        await bob.hears("Chat with alice goes on.", "want_chat_with_you alice", "alice")
        await bob.accepts("alice")
        await bob.types("I do")
        await alice.hears("bob: I do")


# What else may be typed


async def test_the_commands_of_the_other_old_doors(guild: Guild) -> None:
    alice, bob = await guild.enters("alice"), await guild.stage.enters("bob")
    await alice.types("/who")
    await alice.hears("Online: alice, bob")
    await alice.types("/help")
    assert (await alice.reads(alice.login)).startswith("You can type:\n  /chat NAME")
    await alice.types("/join tea", "/msg #tea hello", "hello?", "/nonsense")
    await alice.hears(
        "You are in #tea, with nobody else. /msg #tea TEXT talks there.",
        "You are in no chat, so nobody got that. /chat NAME asks for one.",
        "There is no command /nonsense. /help lists them; //nonsense sends it as text.",
    )
    await bob.says("/join #tea")
    await bob.hears("room_entered #tea 2 :")
    await alice.hears("bob has joined #tea.")
    await alice.types("/exit")
    await alice.hears("Goodbye!")
    await alice.is_out()


@pytest.mark.parametrize("history", [True, False])
async def test_letters_come_once(tmp_path: Path, history: bool) -> None:
    async with keeping(tmp_path, history=history) as guild:
        bob = await guild.stage.enters("bob")
        await bob.says("/msg alice AbCd-_123456 1 :are you there?")
        await bob.hears("kept_for alice AbCd-_123456 1")
        alice = await guild.enters("alice")
        await alice.hears("bob (private message): are you there?")
        await hears_pong(bob, "PONG 1 1 AbCd-_123456")
        await alice.leaves()
        await until(lambda: guild.stage.present() == {"bob"})
        alice = await guild.enters("alice")
        await alice.heard_nothing()
        await alice.types("/msg bob I am")
        await bob.hears_like(r"message_from alice \d+ \S+ 1 :I am")


@pytest.mark.parametrize("history", [True, False])
async def test_what_was_on_its_way_when_the_chat_ended_comes_once(tmp_path: Path, history: bool) -> None:
    async with keeping(tmp_path, history=history) as guild:
        alice, bob, chat = await guild.chat_with_native("alice", "bob")
        await bob.says(*(f":{number}" for number in range(10)), "/quit")
        await alice.hears(*(f"bob: {number}" for number in range(10)), is_over("bob"))
        await hears_pong(bob, f"PONG 10 10 {chat}")
        await alice.leaves()
        await until(lambda: guild.stage.present() == {"bob"})
        alice = await guild.enters("alice")
        await alice.heard_nothing()


async def test_a_native_socket_is_what_it_was_before_such_clients(guild: Guild) -> None:
    """Once it is known for native, nothing stands between its bytes and its door."""
    alice = await guild.stage.enters("alice")
    await alice.heard_nothing()
    [listener] = guild.stage.server._listeners
    native = [connection for connection in listener._open if isinstance(connection, NativeConnection)]
    assert [connection._receive for connection in native] == [connection.codec.receive_data for connection in native]
    assert len(native) == 3
