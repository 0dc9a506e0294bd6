"""A browser's connection over real sockets, with a hub that only notes (the whole: scenes/test_web.py)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from websockets.frames import Frame, Opcode

from duologue.core.events.rooms import RoomJoined
from duologue.server.net.web_connection import WebConnection
from duologue.server.session import Hold
from tests.browser import Tab, enters, sends
from tests.stage import opened, until

PROTOCOLS = ("native", "web")


async def test_what_many_are_told_is_encoded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[object] = []

    def counted(event: object) -> bytes:
        calls.append(event)
        return b"\x81\x02{}"

    async with opened(tmp_path, protocols=PROTOCOLS) as stage:
        tabs = [await enters(stage, nickname) for nickname in ("alice", "bob", "carol")]
        monkeypatch.setattr("duologue.server.net.web_connection.encode_frame", counted)
        connections = [session.login_socket for session in stage.server.hub.directory.sessions]
        assert {connection.tell_all for connection in connections} == {WebConnection.tell_all}
        WebConnection.tell_all(
            [connection for connection in connections if isinstance(connection, WebConnection)],
            RoomJoined("#tea", "dave"),
        )
        for tab in tabs:
            assert await tab.frame() == {}
        assert len(calls) == 1


async def test_several_events_are_a_frame_each(tmp_path: Path) -> None:
    joined = [RoomJoined("#tea", name) for name in ("carol", "dave")]
    async with opened(tmp_path, protocols=PROTOCOLS) as stage:
        tabs = [await enters(stage, nickname) for nickname in ("alice", "bob")]
        sockets = [session.login_socket for session in stage.server.hub.directory.sessions]
        WebConnection.tell_all([socket for socket in sockets if isinstance(socket, WebConnection)], *joined)
        sockets[0].tell_each(joined)
        for _ in range(2):
            await tabs[0].hears("room_joined", nickname="carol")
            await tabs[0].hears("room_joined", nickname="dave")
        await tabs[1].hears("room_joined", nickname="carol")
        await tabs[1].hears("room_joined", nickname="dave")
        await tabs[0].leaves()
        await until(lambda: "alice" not in stage.present())
        sockets[0].tell_each(joined)  # who has gone is told nothing


async def test_it_is_all_three_sockets(tmp_path: Path) -> None:
    async with opened(tmp_path, protocols=PROTOCOLS) as stage:
        await enters(stage, "alice")
        session = stage.server.hub.directory.sessions_of("alice")[0]
        assert len({*session.sockets}) == 1
        table = stage.server.hub.connections.connection_table
        assert len({table[name][0] for name in ("login_socket", "chat_socket", "check_socket")}) == 1


async def test_a_request_is_told_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path, protocols=PROTOCOLS) as stage:
        found = await sends(stage, b"GET /nothing HTTP/1.1\r\n\r\n")
        assert found.startswith(b"HTTP/1.1 404 ")
        assert found.endswith(b"There is no such page.\n")


async def test_while_it_is_not_read_from_its_silence_is_ours(tmp_path: Path) -> None:
    async with opened(tmp_path, protocols=PROTOCOLS) as stage:
        await enters(stage, "alice")
        connection = stage.server.hub.directory.sessions_of("alice")[0].login_socket
        connection.hold(Hold.STORE)
        for _ in range(3):
            stage.passes(30)
        assert stage.present() == {"alice"}
        connection.release(Hold.STORE)
        for _ in range(3):
            stage.passes(30)
        assert stage.present() == set()


def written(kind: str, **fields: str | int) -> bytes:
    return Frame(Opcode.TEXT, json.dumps({"type": kind, **fields}).encode()).serialize(mask=True)


async def test_what_waits_behind_a_question_is_done_before_a_close_is_answered(tmp_path: Path) -> None:
    """All in one read: the close is there before the answer of the store."""
    async with opened(tmp_path, protocols=PROTOCOLS, history=True) as stage:
        alice, bob = await enters(stage, "alice"), await stage.enters("bob")
        await alice.says("join_room", room="#tea")
        await alice.hears("room_entered")
        await bob.says("/join #tea")
        await bob.hears("room_entered #tea 2 :")
        question = written("read_history", nickname="#tea", count=5)
        topic = written("set_topic", room="#tea", topic="goodbye")
        alice.socket.transport.write(question + topic + Frame(Opcode.CLOSE, b"").serialize(mask=True))
        await bob.hears("room_topic #tea alice :goodbye", "room_left #tea alice")


async def test_many_commands_of_one_read_are_carried_out_in_turns(tmp_path: Path) -> None:
    async with opened(tmp_path, protocols=PROTOCOLS, limits={"message_burst": 10_000.0}) as stage:
        alice: Tab = await enters(stage, "alice")
        for _ in range(1000):
            await alice.says("list_requests")
        for _ in range(1000):
            await alice.hears("waiting_requests")
