"""Rooms, session after session: coming in, being lost and coming back, and what was missed, once and in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.client.engine.joined_rooms import JoinedRooms
from duologue.client.engine.memory import Memory
from duologue.client.engine.memory_store import PendingLetter
from duologue.client.engine.rooms import MOST_MISSED
from duologue.client.engine.session import ClientSession
from duologue.client.events import Happening, MissedMore, RoomLost
from duologue.core.commands.chat import SocketKind
from duologue.core.commands.rooms import JoinRoom, PartRoom
from duologue.core.events.chat import NotKept, Recalled, RecallEnded, Refused
from duologue.core.events.rooms import RoomEntered, RoomExited, RoomSaid

NOW = 1000


class Alice:
    """Her client, over as many sessions as it takes. It is 1000 s after 1970."""

    def __init__(self) -> None:
        self.memory = Memory()
        self.memory.joined_rooms = JoinedRooms(lambda: NOW)
        self.comes_back()

    def comes_back(self) -> list[str]:
        """In a new session; what she asks at once on the chat socket."""
        self.session = ClientSession(self.memory)
        self.hears("AUTH_SUCCESS token alice")
        assert [*self.session.receive_data(SocketKind.CHECK, b"PONG 0 0\n")]
        return self.session.data_to_send()[SocketKind.CHAT].decode().splitlines()

    def hears(self, *lines: str) -> list[Happening]:
        return [*self.session.receive_data(SocketKind.LOGIN, "".join(f"{line}\n" for line in lines).encode())]

    def joins(self, room: str, password: str | None = None) -> str:
        return self.session.command(JoinRoom(room, password)).decode()

    def is_in(self, room: str, password: str | None = None) -> None:
        self.joins(room, password)
        self.hears(f"room_entered {room} 1 :")

    @property
    def rooms(self) -> list[str]:
        return [*self.memory.joined_rooms.rooms]


@pytest.fixture
def alice() -> Alice:
    return Alice()


def back(room: str, password: str = "") -> list[str]:
    """What is asked to come back into it."""
    return [f"/join {room}{password and f' {password}'}", f"/history {room} {MOST_MISSED}"]


def said(number: int, room: str = "#tea", at: int = NOW, nickname: str = "bob") -> RoomSaid:
    return RoomSaid(room, nickname, at, number, f"text {number}")


def live(number: int, room: str = "#tea") -> str:
    return f"room_said {room} bob {NOW} {number} :text {number}"


def recalled(number: int, room: str = "#tea", at: int = NOW, nickname: str = "bob") -> str:
    return f"recalled {number} {at} {nickname} {room} :text {number}"


# Coming in


def test_a_room_is_the_current_one_from_the_moment_that_it_is_asked_for(alice: Alice) -> None:
    assert alice.joins("Tea", "open sesame") == "/join Tea open sesame\n"
    assert alice.rooms == ["#tea"]
    assert alice.hears("room_entered #tea 3 :green") == [RoomEntered("#tea", 3, "green")]
    assert alice.rooms == ["#tea"]


@pytest.mark.parametrize("code", ["wrong_password", "room_locked", "too_many_rooms", "bad_room", "throttled"])
def test_who_is_not_let_in_is_where_they_were_before(alice: Alice, code: str) -> None:
    alice.is_in("#ops")
    alice.joins("#tea", "wrong")
    assert alice.hears(f"ERROR {code} No.") == [Refused(code, "No.")]
    assert alice.rooms == ["#ops"]


def test_other_refusals_are_about_something_else(alice: Alice) -> None:
    alice.joins("#tea")
    assert alice.hears("ERROR no_chat You are in no chat.", "ERROR slow_down Slower.")
    assert alice.rooms == ["#tea"]


def test_a_second_try_is_not_spoiled_by_the_answer_to_the_first(alice: Alice) -> None:
    alice.joins("#tea", "wrong")
    alice.joins("#tea", "right")
    alice.hears("ERROR wrong_password No.")
    assert alice.rooms == ["#tea"]
    alice.hears("room_entered #tea 2 :")
    assert alice.rooms == ["#tea"]
    assert alice.comes_back() == back("#tea", "right")


def test_who_is_in_stays_in_whatever_becomes_of_another_try(alice: Alice) -> None:
    alice.is_in("#tea")
    alice.joins("#tea", "superfluous")
    alice.hears("ERROR throttled Later.")
    assert alice.rooms == ["#tea"]


def test_a_room_that_is_parted_is_not_come_back_into(alice: Alice) -> None:
    alice.is_in("#tea")
    alice.is_in("#ops")
    assert alice.session.command(PartRoom("OPS")) == b"/part OPS\n"
    assert alice.rooms == ["#tea"]
    assert alice.hears(live(7, "#ops"), "room_exited #ops") == [said(7, "#ops"), RoomExited("#ops")]
    assert alice.comes_back() == back("#tea")


def test_parted_and_joined_again_in_one_breath(alice: Alice) -> None:
    alice.is_in("#tea")
    alice.session.command(PartRoom("#tea"))
    alice.joins("#tea")
    alice.hears("room_exited #tea", "room_entered #tea 1 :")
    assert alice.rooms == ["#tea"]


def test_a_room_that_the_server_takes_us_out_of_is_left(alice: Alice) -> None:
    alice.is_in("#tea")
    alice.hears("room_exited #tea")
    assert alice.rooms == []


def test_a_refused_message_shows_that_we_are_not_there(alice: Alice) -> None:
    alice.is_in("#tea")
    alice.session.messages.mail.write(PendingLetter("#tea", "abc", "hi", 0))
    refused = NotKept("#tea", "abc", 1, "not_in_room", "You are not in #tea.")
    assert alice.hears("not_kept #tea abc 1 not_in_room You are not in #tea.") == [refused]
    assert alice.rooms == []


# Coming back


def test_back_into_all_rooms_with_their_passwords_before_what_was_said_there(alice: Alice) -> None:
    alice.is_in("#tea", "open sesame")
    alice.is_in("#ops")
    alice.memory.write(PendingLetter("#tea", "abc", "meanwhile", 0))
    assert alice.comes_back() == [*back("#tea", "open sesame"), *back("#ops"), "/msg #tea abc 1 :meanwhile"]
    assert alice.hears("room_entered #tea 2 :", "recall_ended 0") == [RoomEntered("#tea", 2, "")]
    alice.hears("room_entered #ops 1 :", "recall_ended 0")
    assert alice.rooms == ["#tea", "#ops"]


def test_what_was_missed_is_told_once_and_what_was_seen_is_not(alice: Alice) -> None:
    alice.is_in("#tea")
    assert alice.hears(live(5), live(7)) == [said(5), said(7)]
    alice.comes_back()
    told = alice.hears("room_entered #tea 2 :", recalled(5), recalled(7), recalled(9), "recall_ended 3", live(12))
    assert told == [RoomEntered("#tea", 2, ""), said(9), said(12)]
    alice.comes_back()
    assert alice.hears("room_entered #tea 2 :", recalled(9), recalled(12), "recall_ended 2")[1:] == []


def test_what_comes_live_before_the_history_is_told_after_it_and_once(alice: Alice) -> None:
    alice.is_in("#tea")
    alice.is_in("#ops")
    alice.hears(live(5))
    alice.comes_back()
    told = alice.hears("room_entered #tea 2 :", live(9), live(8, "#ops"), live(10))
    assert told == [RoomEntered("#tea", 2, "")]
    assert alice.hears(recalled(5), recalled(6), recalled(9), "recall_ended 3") == [said(6), said(9), said(10)]
    assert alice.hears("room_entered #ops 2 :", "recall_ended 0")[1:] == [said(8, "#ops")]


def test_where_nothing_was_said_yet_what_was_said_since_we_came_was_missed(alice: Alice) -> None:
    alice.is_in("#tea")
    alice.comes_back()
    page = [recalled(3, at=NOW - 9), recalled(4, at=NOW), recalled(5, at=NOW + 9)]
    assert alice.hears("room_entered #tea 2 :", *page, "recall_ended 3")[1:] == [said(4), said(5, at=NOW + 9)]


def test_ones_own_messages_were_not_missed_but_are_known(alice: Alice) -> None:
    alice.is_in("#tea")
    alice.comes_back()
    alice.hears("room_entered #tea 2 :", recalled(4, nickname="alice"), "recall_ended 1")
    alice.comes_back()
    assert alice.hears("room_entered #tea 2 :", recalled(4), recalled(5), "recall_ended 2")[1:] == [said(5)]


def test_it_is_said_where_more_was_missed_than_is_told(alice: Alice) -> None:
    alice.is_in("#tea")
    alice.hears(live(5))
    alice.comes_back()
    told = alice.hears("room_entered #tea 2 :", recalled(8), recalled(9), "recall_ended 2 8")
    assert told[1:] == [MissedMore("#tea"), said(8), said(9)]
    alice.comes_back()
    assert alice.hears("room_entered #tea 2 :", recalled(9), recalled(10), "recall_ended 2 9")[1:] == [said(10)]


def test_a_room_whose_password_has_changed_is_lost_and_no_other(alice: Alice) -> None:
    alice.is_in("#tea", "old")
    alice.is_in("#ops")
    alice.hears(live(5, "#ops"))
    alice.comes_back()
    told = alice.hears(
        "ERROR wrong_password That is not it.",
        "ERROR room_locked #tea has a password.",
        "room_entered #ops 2 :",
        recalled(6, "#ops"),
        "recall_ended 1",
    )
    assert told == [
        RoomLost("#tea", "wrong_password", "That is not it."),
        RoomEntered("#ops", 2, ""),
        said(6, "#ops"),
    ]
    assert alice.rooms == ["#ops"]
    alice.is_in("#tea", "new")
    alice.hears("recall_ended 0")  # one that somebody has asked for
    assert alice.comes_back() == [*back("#ops"), *back("#tea", "new")]


def test_a_server_without_a_history_has_nothing_that_was_missed(alice: Alice) -> None:
    alice.is_in("#tea")
    alice.comes_back()
    assert alice.hears("ERROR slow_down Slower.", "room_entered #tea 2 :", live(7), "ERROR no_history None.") == [
        Refused("slow_down", "Slower."),
        RoomEntered("#tea", 2, ""),
        said(7),
    ]
    assert alice.hears("ERROR no_history None.") == [Refused("no_history", "None.")]


def test_a_search_that_was_stopped_says_nothing_about_a_room(alice: Alice) -> None:
    alice.is_in("#tea")
    alice.comes_back()
    alice.hears("room_entered #tea 2 :", live(7))
    assert alice.hears("ERROR search_stopped Stopped.") == [Refused("search_stopped", "Stopped.")]
    assert alice.hears(recalled(6), "recall_ended 1") == [said(6), said(7)]


def test_a_room_that_is_parted_while_its_history_comes(alice: Alice) -> None:
    alice.is_in("#tea")
    alice.comes_back()
    alice.hears("room_entered #tea 2 :", live(7))
    alice.session.command(PartRoom("#tea"))
    assert alice.hears(recalled(6), "recall_ended 1", "room_exited #tea") == [RoomExited("#tea")]


def test_a_connection_lost_once_more_on_the_way_back_loses_nothing(alice: Alice) -> None:
    alice.is_in("#tea")
    alice.hears(live(5))
    alice.comes_back()
    assert alice.hears("room_entered #tea 2 :", recalled(6), live(7))[1:] == []
    assert alice.comes_back() == back("#tea")
    page = [recalled(6), recalled(7), "recall_ended 2"]
    assert alice.hears("room_entered #tea 2 :", *page)[1:] == [said(6), said(7)]


def test_a_join_that_was_lost_on_its_way_is_made_up_for(alice: Alice) -> None:
    alice.joins("#tea")
    assert alice.comes_back() == back("#tea")


def test_what_somebody_asks_for_is_theirs(alice: Alice) -> None:
    alice.is_in("#tea")
    answer = Recalled(5, NOW, "bob", "#tea", "text 5")
    assert alice.hears(recalled(5), "recall_ended 1") == [answer, RecallEnded(1)]


@given(st.lists(st.sampled_from(["bob says", "lost", "entered", "answered"]), max_size=40))
def test_whatever_happens_all_is_told_once_and_in_order(steps: list[str]) -> None:
    """Of the room's history; a server says live what is said after it has let us in."""
    alice = Alice()
    alice.is_in("#tea")
    history: list[int] = []
    told: list[int] = []
    is_in = is_answered = True

    def hears(*lines: str) -> None:
        told.extend(event.number for event in alice.hears(*lines) if isinstance(event, RoomSaid))

    for step in [*steps, "lost", "entered", "answered"]:
        if step == "bob says":
            history.append(len(history) + 1)
            if is_in:
                hears(live(history[-1]))
        elif step == "lost":
            alice.comes_back()
            is_in = is_answered = False
        elif step == "entered" and not is_in:
            hears("room_entered #tea 2 :")
            is_in = True
        elif step == "answered" and is_in and not is_answered:
            hears(*map(recalled, history[-MOST_MISSED:]), f"recall_ended {len(history)}")
            is_answered = True
    assert told == history
