"""Requests for the list of conversations: page after page, and its answers are nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from duologue.client.api import Client
from duologue.client.events import ConnectionLost, Happening
from duologue.client.history.conversation_list import ConversationList
from duologue.client.history.pages import NotRecalled
from duologue.core.events.chat import Refused
from duologue.core.events.devices import ConversationListed, ConversationsEnded
from tests.bound import BOUND


def conversation(name: str, number: int, unread: int = 0) -> ConversationListed:
    return ConversationListed(name, number, 9, unread, 1, name, "hi")


class Answering:
    """A client whose server answers each question with what the test wrote down for it."""

    def __init__(self, **answers: list[Happening]) -> None:
        self.answers = answers
        self.hear: Callable[[Happening], bool] = lambda _: False

    async def conversations(self, before: int | None = None) -> None:
        asyncio.get_running_loop().call_soon(lambda: [*map(self.hear, self.answers[f"before_{before}"])])


def listed(client: Answering) -> ConversationList:
    found = ConversationList(cast(Client, client))
    client.hear = found.takes
    return found


async def test_all_pages_are_one_list_and_the_unread_are_picked_out() -> None:
    bob, carol, dave = conversation("bob", 9, 3), conversation("carol", 8), conversation("dave", 7, 1)
    pages: dict[str, list[Happening]] = {
        "before_None": [bob, carol, ConversationsEnded(8)],
        "before_8": [dave, ConversationsEnded()],
    }
    async with asyncio.timeout(BOUND):
        assert await listed(Answering(**pages)).newest() == [bob, carol, dave]
        assert await listed(Answering(**pages)).unread() == [bob, dave]
        assert await listed(Answering(**pages)).newest(2) == [bob, carol]


@pytest.mark.parametrize("answer", [Refused("no_history", "It cannot be read."), ConnectionLost("reset", None)])
async def test_there_is_no_list(answer: Happening) -> None:
    async with asyncio.timeout(BOUND):
        with pytest.raises(NotRecalled):
            await listed(Answering(before_None=[answer])).newest()


async def test_a_lost_connection_is_told_to_others_too() -> None:
    found = ConversationList(cast(Client, Answering(before_None=[])))
    asking = asyncio.ensure_future(found.newest())
    await asyncio.sleep(0)
    assert not found.takes(Refused("slow_down", "Slow down."))
    assert not found.takes(ConnectionLost("reset", None))
    with pytest.raises(NotRecalled):
        await asking


def test_what_nobody_asked_for_is_not_shown() -> None:
    found = listed(Answering())
    assert found.takes(conversation("bob", 9))
    assert found.takes(ConversationsEnded())
    assert not found.takes(Refused("no_history", "It cannot be read."))
