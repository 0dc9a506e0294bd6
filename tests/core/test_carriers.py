"""Each event comes down on one socket (docs/protocol.md, section 5): the chat socket is the conversation, the check
socket says who lives and what has arrived, and the login socket tells all else.
"""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.carriers import carrier_of
from duologue.core.commands.chat import SocketKind
from duologue.core.events.chat import (
    Acknowledged,
    ChatElsewhere,
    ChatEnded,
    ChatFree,
    ChatHeld,
    ChatPaused,
    ChatRequested,
    ChatResumed,
    ChatStarted,
    ChatUnknown,
    ChatWaits,
    Disconnected,
    Event,
    MessageFrom,
    PartnerResumed,
    Probe,
    Refused,
    RequestsEnded,
    Said,
    StreamBegins,
    TextPart,
)
from duologue.core.events.devices import Cursor, Following, Kept
from duologue.core.events.people import Spelled
from tests.protocols.native.test_signals import EVENTS

CONVERSATION = {
    *(ChatStarted, Said, StreamBegins, ChatPaused, PartnerResumed, ChatEnded),
    *(ChatResumed, ChatUnknown, ChatElsewhere),
}
"""What has its place in a chat, among the messages. Of an end and of a return that are both forms, 10.3 and 10.6."""

FEED = {Following, Kept, Cursor}
"""What is stored besides, in one order with it."""

LIFE = {Acknowledged, Probe}

BESIDE = {
    ChatRequested: "a request is no part of the chat that one is in",
    RequestsEnded: "it ends them where they were told",
    ChatWaits: "it is told at the login, before anything is resumed",
    ChatHeld: "it is told to those who take no part in the chat",
    ChatFree: "as that it is held",
    MessageFrom: "a letter; of the rest of a chat the mailbox knows better",
    Refused: "an answer never comes between what people say",
    Disconnected: "the last word of a session",
    TextPart: "where it belongs to a line of another socket, that one tells it",
    Spelled: "each socket introduces people by itself",
}
"""The closest to a conversation of those that are none."""


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
@given(data=st.data())
def test_every_event_has_exactly_one_carrier(kind: type, data: st.DataObject) -> None:
    carrier = carrier_of(data.draw(EVENTS[kind]))
    assert (carrier is SocketKind.CHAT) == (kind in CONVERSATION | FEED)
    assert (carrier is SocketKind.CHECK) == (kind in LIFE)
    assert (carrier is SocketKind.LOGIN) == (kind not in CONVERSATION | FEED | LIFE)


def test_nothing_has_two() -> None:
    assert not CONVERSATION & LIFE
    assert not (CONVERSATION | FEED | LIFE) & BESIDE.keys()
