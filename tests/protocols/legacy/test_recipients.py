"""Where a text goes that is no command, and who is meant by a reply."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.commands.chat import AcceptChat, DeclineChat, Say
from duologue.core.commands.rooms import SayInRoom, SayPrivately
from duologue.core.errors import PeerError
from duologue.core.events.chat import ChatRequested, ChatStarted, MessageFrom
from duologue.core.events.rooms import RoomEntered
from duologue.protocols.legacy.recipients import answer_to, message, privately, reply, room_of
from duologue.protocols.legacy.user_state import UserState
from duologue.protocols.legacy.wording import Wording


def written_to_by(*nicknames: str, before: str = "") -> UserState:
    user = UserState(Wording(before=before))
    for nickname in nicknames:
        user.spoken(MessageFrom(nickname, 0, "s", 1, "hi"))
    return user


def test_a_text_goes_to_whom_one_talks_with() -> None:
    user = UserState(Wording())
    with pytest.raises(PeerError, match="You are in no room"):
        room_of(user)
    user.told(RoomEntered("#tea", 1, ""))
    assert message("hi", user) == SayInRoom("#tea", "hi")
    user.told(ChatStarted("~Bob", "id"))
    assert message("hi", user) == Say("hi")
    assert privately("~bob", "hi", user) == Say("hi")
    assert privately("carol", "hi", user) == SayPrivately("carol", "hi")


def test_an_answer_to_one_of_several() -> None:
    user = UserState(Wording())
    for nickname in ("~Bob", "alice"):
        user.told(ChatRequested(nickname, 120))
    assert answer_to("alice", "hello", user) is None
    assert answer_to("alice", "yes", user) == AcceptChat("alice")
    assert [*user.waiting] == ["~Bob"]
    assert answer_to("~Bob", " N ", user) == DeclineChat("~Bob")


def test_nobody_has_written() -> None:
    with pytest.raises(PeerError) as error:
        reply("hi", written_to_by(before="MSG "))
    assert error.value.text == "Nobody has written to you. MSG /msg NAME TEXT writes to somebody."


def test_a_reply() -> None:
    user = written_to_by("~Bob", "~Bob")
    assert reply("hi", user) == SayPrivately("~Bob", "hi")
    user.told(ChatStarted("~Bob", "id"))
    assert reply("hi", user) == Say("hi")


@pytest.mark.parametrize("writers", [("~Bob", "alice"), ("~Bob", "carol", "alice"), ("alice", "~Bob", "alice")])
def test_somebody_else_has_written_while_it_was_typed(writers: tuple[str, ...]) -> None:
    """What was meant for bob must not reach alice."""
    user = written_to_by(*writers, before="MSG ")
    with pytest.raises(PeerError) as error:
        reply("my password is x", user)
    assert error.value.text == ("alice has written since. MSG /reply once more for alice, or MSG /msg Bob TEXT.")
    user.has_typed()
    assert reply("hi", user) == SayPrivately("alice", "hi")


@given(st.lists(st.sampled_from(["alice", "~Bob", "carol", "dave"]), max_size=10))
def test_a_reply_never_reaches_another_than_all_have_been(writers: list[str]) -> None:
    """And no number of writers grows what is remembered."""
    user = written_to_by(*writers)
    assert len(user.writers) <= 2
    if len({*writers}) == 1:
        assert reply("hi", user) == SayPrivately(writers[0], "hi")
    else:
        with pytest.raises(PeerError):
            reply("hi", user)
    assert user.writers[-1:] == tuple(writers[-1:])
