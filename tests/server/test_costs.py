"""What is told to many, or lists many, costs more."""

from __future__ import annotations

import asyncio
from pathlib import Path

from duologue.core.commands.chat import ComeIn, Command, ListOnline, Ping, ReadHistory, SendLetter, SendLetters
from duologue.core.commands.people import GoAway, ListBlocked, ListPeople
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms
from duologue.core.costs import COSTS, LISTED, MESSAGE, MISTAKE, ROOM_LISTED, ROOM_MADE, TOLD
from duologue.core.errors import PeerError
from duologue.core.pages import PAGE
from duologue.server.costs import cost_of
from tests.stage import CAST, Actor, Stage, opened, until


def extra(stage: Stage, nickname: str, command: Command) -> float:
    hub = stage.server.hub
    return round(cost_of(hub, hub.directory.sessions_of(nickname)[0].chat_socket, command) - COSTS[type(command)], 6)


async def heard(actor: Actor, beginning: str) -> None:
    while not (await actor.login.line()).startswith(beginning):
        pass


async def test_a_mistake_has_its_price_and_so_has_what_a_stranger_asks(tmp_path: Path) -> None:
    async with opened(tmp_path) as stage:
        await stage.enters("alice")
        hub = stage.server.hub
        connection = hub.directory.sessions_of("alice")[0].chat_socket
        assert cost_of(hub, connection, PeerError("bad_command", "No.")) == MISTAKE
        connection.session = None
        assert cost_of(hub, connection, ListOnline()) == COSTS[ListOnline]
        assert cost_of(hub, connection, ComeIn("rosa")) == COSTS[ComeIn]
        await (await stage.enters("bob")).says("/join lobby")
        await until(lambda: bool(hub.room_rules.rooms_of("bob")))
        assert cost_of(hub, connection, ComeIn("rosa")) == COSTS[ComeIn] + TOLD


async def test_what_lists_many_costs_for_each(tmp_path: Path) -> None:
    async with opened(tmp_path) as stage:
        await asyncio.gather(*map(stage.enters, CAST))
        assert extra(stage, "alice", ListOnline()) == len(CAST) * LISTED
        assert extra(stage, "alice", ListPeople()) == 2 * len(CAST) * LISTED
        assert extra(stage, "alice", ListRooms()) == ROOM_LISTED
        assert extra(stage, "alice", ListBlocked()) == PAGE * LISTED
        assert extra(stage, "alice", ReadHistory("bob", 100)) == 100 * LISTED
        assert extra(stage, "alice", ReadHistory("bob", 10**17)) < 1_000 * LISTED


async def test_a_receipt_of_a_letter_is_a_question_to_the_store(tmp_path: Path) -> None:
    async with opened(tmp_path) as stage:
        _, _, chat = await stage.chat_between("alice", "bob")
        assert extra(stage, "alice", Ping(1)) == extra(stage, "alice", Ping(1, chat)) == 0
        assert extra(stage, "alice", Ping(1, f"{chat}.2")) == 0
        assert extra(stage, "alice", Ping(1, "letter")) == MESSAGE


async def test_what_tells_many_costs_for_each(tmp_path: Path) -> None:
    async with opened(tmp_path) as stage:
        actors = await asyncio.gather(*map(stage.enters, CAST))
        for actor in actors:
            await actor.says("/join tea")
            await heard(actor, "room_entered #tea ")
        assert extra(stage, "alice", SendLetter("#tea", "s", 1, "hello")) == len(CAST) * TOLD
        assert extra(stage, "alice", SendLetter("bob", "s", 1, "hello")) == 0
        pasted = SendLetters(tuple(SendLetter("#tea", "s", number, "hello") for number in range(1, 8)))
        assert extra(stage, "alice", pasted) == round(6 * MESSAGE + 7 * len(CAST) * TOLD, 6)
        assert extra(stage, "alice", JoinRoom("tea")) == len(CAST) * TOLD
        assert extra(stage, "alice", JoinRoom("coffee")) == ROOM_MADE
        assert extra(stage, "alice", ListMembers("tea")) == len(CAST) * LISTED
        assert extra(stage, "alice", ListMembers("no such room")) == 0
        assert extra(stage, "alice", ListMembers("!")) == 0
        assert extra(stage, "alice", GoAway("")) == 0
        await actors[1].says("/watch on")
        await heard(actors[1], "presence dave ")
        assert extra(stage, "alice", GoAway("")) == TOLD
