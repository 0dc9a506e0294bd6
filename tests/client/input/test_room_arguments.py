"""What may follow /join, /part, /names and /topic, through what a person types."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.client.input.meaning import Explain, InputContext, Meaning, Send, TurnTo
from duologue.client.input.parsing import meaning_of
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SetTopic
from duologue.core.text import visible

NOWHERE = InputContext()
ROOM = InputContext(rooms=("#ops", "#tea"))
CHAT = InputContext(partner="bob", rooms=("#tea",))


@pytest.mark.parametrize(
    ("standing", "typed", "meaning"),
    [
        (NOWHERE, "/join tea", Send(JoinRoom("#tea"))),
        (NOWHERE, "/join #TEA", Send(JoinRoom("#tea"))),
        (NOWHERE, "/join tea open  sesame ", Send(JoinRoom("#tea", "open  sesame"))),
        (NOWHERE, "/join quit", Send(JoinRoom("#quit"))),
        (ROOM, "/join ops", TurnTo("#ops")),
        (ROOM, "/join #tea", TurnTo("#tea")),
        (ROOM, "/join ops secret", TurnTo("#ops")),
        (ROOM, "/part", Send(PartRoom("#tea"))),
        (ROOM, "/part OPS", Send(PartRoom("#ops"))),
        (NOWHERE, "/part ops", Send(PartRoom("#ops"))),
        (ROOM, "/names", Send(ListMembers("#tea"))),
        (NOWHERE, "/names #lobby", Send(ListMembers("#lobby"))),
        (NOWHERE, "/names \uff03lobby", Send(ListMembers("#lobby"))),
        (ROOM, "/names #tea bob", Send(ListMembers("#tea", "bob"))),
        (NOWHERE, "/rooms", Send(ListRooms())),
        (NOWHERE, "/rooms TEA", Send(ListRooms("#tea"))),
        (ROOM, "/topic", Send(SetTopic("#tea"))),
        (ROOM, "/topic #ops", Send(SetTopic("#ops"))),
        (NOWHERE, "/topic #ops", Send(SetTopic("#ops"))),
        (ROOM, "/topic black", Send(SetTopic("#tea", "black"))),
        (ROOM, "/topic #tea ops", Send(SetTopic("#tea", "ops"))),
        (ROOM, "/topic #tea #ops", Send(SetTopic("#tea", "#ops"))),
        (ROOM, "/topic \uff03ops", Send(SetTopic("#ops"))),
        (CHAT, "/topic", Send(SetTopic("#tea"))),
        (CHAT, "/topic #tea all about tea", Send(SetTopic("#tea", "all about tea"))),
        (ROOM, "/topic  all about\n tea", Send(SetTopic("#tea", "all about tea"))),
        (ROOM, "/topic #ops who is on duty", Send(SetTopic("#ops", "who is on duty"))),
        (ROOM, "/topic -", Send(SetTopic("#tea", ""))),
        (ROOM, "/topic #ops -", Send(SetTopic("#ops", ""))),
        (ROOM, "/topic - and more", Send(SetTopic("#tea", "- and more"))),
    ],
)
def test_meanings(standing: InputContext, typed: str, meaning: Meaning) -> None:
    assert meaning_of(typed, standing) == meaning


@pytest.mark.parametrize(
    ("standing", "typed", "explained"),
    [
        (NOWHERE, "/join", "Usage: /join ROOM [PASSWORD]"),
        (NOWHERE, "/join /exit", "cannot be part of a room name"),
        (NOWHERE, "/join #", "room name is empty"),
        (NOWHERE, "/part", "You are not in a room. /join ROOM enters one"),
        (NOWHERE, "/names", "You are not in a room."),
        (NOWHERE, "/topic", "You are not in a room."),
        (NOWHERE, "/topic all about tea", "You are not in a room."),
        (ROOM, "/part tea ops", "Usage: /part [ROOM]"),
        (ROOM, "/names ops", "Type a room with its mark here: /names #ops"),
        (ROOM, "/names bob", "Type a room with its mark here: /names #bob"),
        (
            ROOM,
            "/topic ops",
            "Is that the room #ops, or a topic? /topic #ops asks for the topic of #ops; "
            "/topic #tea ops sets it in #tea.",
        ),
        (ROOM, "/topic OPS is on duty", "/topic #tea OPS is on duty sets it in #tea."),
        (ROOM, "/topic tea", "Is that the room #tea, or a topic?"),
        (CHAT, "/topic all about tea", "You are in a chat, so say which room: /topic #tea all about tea"),
        (CHAT, "/topic -", "/topic #tea -"),
        (ROOM, "/names #\x1b[2J", "cannot be part of a room name"),
    ],
)
def test_what_cannot_be_is_explained(standing: InputContext, typed: str, explained: str) -> None:
    meaning = meaning_of(typed, standing)
    assert isinstance(meaning, Explain)
    assert explained in meaning.text


@given(
    st.sampled_from(["/join", "/part", "/names", "/topic"]),
    st.text(max_size=40),
    st.sampled_from([NOWHERE, ROOM, CHAT]),
)
def test_whatever_follows_is_understood_or_explained(word: str, rest: str, standing: InputContext) -> None:
    meaning = meaning_of(f"{word} {rest}", standing)
    assert isinstance(meaning, Send | TurnTo | Explain)
    if isinstance(meaning, Explain):
        assert visible(meaning.text) == meaning.text
