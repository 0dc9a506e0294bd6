"""The one life of a request (protocol 6.1): a whole table, no way out of an end, and never a quiet nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.requests import TRANSITIONS, Cause, Chat, Request, RequestState
from duologue.core.streams import Direction, Stream

BEGINNINGS = {RequestState.ASKED, RequestState.WAITING}
ENDS = set(RequestState) - BEGINNINGS


def reached_from(state: RequestState) -> set[RequestState]:
    found = {state}
    for following in TRANSITIONS.get(state, {}).values():
        found |= reached_from(following)
    return found


def in_state(state: RequestState) -> Request:
    return Request("alice", "bob", 1, 120.0, state)


@pytest.mark.parametrize("end", sorted(ENDS, key=str))
def test_an_end_has_no_way_out(end: RequestState) -> None:
    assert end not in TRANSITIONS


@pytest.mark.parametrize("state", RequestState)
def test_every_state_can_come_about(state: RequestState) -> None:
    assert state in reached_from(RequestState.ASKED)


@pytest.mark.parametrize("state", sorted(BEGINNINGS, key=str))
def test_what_has_begun_can_end(state: RequestState) -> None:
    assert reached_from(state) & ENDS


def test_every_cause_leads_somewhere() -> None:
    assert {cause for row in TRANSITIONS.values() for cause in row} == set(Cause)


def test_nothing_leads_back_to_the_beginning() -> None:
    assert RequestState.ASKED not in {state for row in TRANSITIONS.values() for state in row.values()}


@pytest.mark.parametrize("state", RequestState)
@pytest.mark.parametrize("cause", Cause)
def test_a_request_goes_where_the_table_leads_and_nowhere_else(state: RequestState, cause: Cause) -> None:
    request = in_state(state)
    if cause in TRANSITIONS.get(state, {}):
        assert request.move(cause) is request.state is TRANSITIONS[state][cause]
    else:
        with pytest.raises(KeyError):
            request.move(cause)
        assert request.state is state


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (Cause.ACCEPT, RequestState.ACCEPTED),
        (Cause.DECLINE, RequestState.DECLINED),
        (Cause.CANCEL, RequestState.CANCELLED),
        (Cause.ASKER_IN_CHAT, RequestState.CANCELLED),
        (Cause.TARGET_IN_CHAT, RequestState.BUSY),
        (Cause.TARGET_LEFT, RequestState.OFFLINE),
        (Cause.TIME, RequestState.EXPIRED),
    ],
)
def test_how_a_waiting_request_ends(cause: Cause, outcome: RequestState) -> None:
    """Design, section 5; protocol 6.3."""
    assert in_state(RequestState.WAITING).move(cause) is outcome


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (Cause.TARGET_UNKNOWN, RequestState.UNKNOWN),
        (Cause.TARGET_OFFLINE, RequestState.OFFLINE),
        (Cause.TARGET_IN_CHAT, RequestState.BUSY),
        (Cause.DECLINED_BEFORE, RequestState.TOO_SOON),
        (Cause.ASKED_TOO_OFTEN, RequestState.TOO_OFTEN),
    ],
)
def test_how_a_request_ends_before_it_reaches_anyone(cause: Cause, outcome: RequestState) -> None:
    assert in_state(RequestState.ASKED).move(cause) is outcome


@given(st.lists(st.sampled_from(Cause)))
def test_a_request_comes_to_one_end_at_most(causes: list[Cause]) -> None:
    request = in_state(RequestState.ASKED)
    ends = 0
    for cause in causes:
        if cause in TRANSITIONS.get(request.state, {}):
            ends += request.move(cause) in ENDS
    assert ends == (request.state in ENDS)


def test_a_chat_has_two_directions_that_count_apart() -> None:
    chat = Chat("id", "alice", "bob")
    chat.says("alice").current.sent += 2
    assert (chat.hears("bob").current.sent, chat.hears("alice").current.sent) == (2, 0)
    assert (chat.partner_of("alice"), chat.partner_of("bob")) == ("bob", "alice")


def test_what_one_says_is_what_the_other_hears() -> None:
    chat = Chat("id", "alice", "bob")
    assert chat.says("alice") is chat.hears("bob")
    assert chat.says("bob") is chat.hears("alice")
    assert (chat.says("alice").sender, chat.says("alice").recipient) == ("alice", "bob")


def test_the_first_stream_of_either_direction_has_the_name_of_the_chat() -> None:
    """Protocol 7.1."""
    chat = Chat("id", "alice", "bob")
    assert [chat.says(name).current.name for name in ("alice", "bob")] == ["id", "id"]


def test_no_two_chats_share_a_count() -> None:
    one, other = Chat("a", "alice", "bob"), Chat("b", "alice", "bob")
    one.says("bob").current.sent = 7
    one.away["bob"] = 1
    assert other.says("bob").current.sent == 0
    assert not other.away


def test_a_chat_of_before_goes_on_with_its_streams() -> None:
    said = Direction("alice", "bob", [Stream("id", sent=3), Stream("id.2", sent=1)])
    chat = Chat("id", "alice", "bob", {"alice": said})
    assert chat.says("alice") is said
    assert chat.says("bob").current.name == "id"
