"""Rooms and the lobby."""

from __future__ import annotations

from duologue.client.events import (
    MissedMore,
    RoomLost,
)
from duologue.client.history.pages import HistoryPage
from duologue.client.window.changes import (
    Closed,
    HistoryWanted,
    Opened,
    PageWanted,
    Restated,
    RoomsCame,
)
from duologue.client.window.hear_rooms import MOST_LISTED
from duologue.client.window.news import Progress, Sent
from duologue.client.window.presenter import Presenter
from duologue.core.commands.rooms import ListMembers, ListRooms
from duologue.core.events.chat import Acknowledged
from duologue.core.events.rooms import (
    RoomEntered,
    RoomExited,
    RoomJoined,
    RoomLeft,
    RoomListed,
    RoomMembers,
    RoomMissed,
    RoomSaid,
    RoomsListed,
    RoomTopic,
)
from duologue.core.room_rules import LOBBY
from tests.client.window.at_presenter import NOW, hear, lines, presenter

__all__ = ["presenter"]


def test_the_lobby_is_entered(presenter: Presenter) -> None:
    changes = hear(presenter, RoomEntered(LOBBY, 2, ""))
    assert changes == [HistoryWanted(LOBBY), PageWanted(ListMembers(LOBBY), LOBBY), Restated(LOBBY)]
    presenter.turn_page(LOBBY, HistoryPage((), None))
    assert HistoryWanted(LOBBY) not in hear(presenter, RoomEntered(LOBBY, 2, ""))  # after a lost connection


def test_a_room(presenter: Presenter) -> None:
    assert Opened("#tea") in hear(presenter, RoomEntered("#tea", 2, "milk"))
    hear(presenter, RoomMembers("#tea", ("alice", "bob")), RoomJoined("#tea", "carol"), RoomLeft("#tea", "bob"))
    assert presenter.talk("#tea").members == {"alice", "carol"}
    hear(presenter, RoomSaid("#tea", "carol", int(NOW), 5, "hi"), RoomSaid("#tea", "carol", int(NOW), 5, "hi"))
    hear(presenter, RoomTopic("#tea", "carol", "sugar"), RoomMissed("#tea", 2), MissedMore("#tea"))
    assert lines(presenter, "#tea") == [
        "carol has joined #tea.",
        "bob has left #tea.",
        "carol  hi",
        "carol set the topic of #tea: sugar",
        "You missed 2 messages. Open the room again to see what was said.",
        "More was said in #tea than is shown here.",
    ]
    assert presenter.status("#tea") == "#tea · 2 people here · sugar"
    assert hear(presenter, RoomExited("#tea"))[0] == Closed("#tea")
    assert "#tea" not in presenter.talks


def test_what_is_said_in_a_room_is_stored(presenter: Presenter) -> None:
    hear(presenter, RoomEntered("#tea", 1, ""))
    presenter.type("#tea", "hi")
    presenter.sent(Sent("#tea", "s1", Progress(is_connected=True)))
    hear(presenter, Acknowledged(1, 1, "s1"))
    assert presenter.talk("#tea").mark == "stored"


def test_nobody_is_told_of_who_comes_into_the_lobby(presenter: Presenter) -> None:
    hear(presenter, RoomEntered(LOBBY, 1, ""), RoomJoined(LOBBY, "bob"))
    assert presenter.talk(LOBBY).members == {"bob"}
    assert lines(presenter, LOBBY) == []


def test_a_room_that_is_lost(presenter: Presenter) -> None:
    hear(presenter, RoomEntered("#tea", 1, ""), RoomLost("#tea", "wrong_password", "Wrong."))
    assert presenter.status("#tea") == "You are no longer in #tea. Wrong."
    assert not presenter.talk("#tea").can_write


def test_the_list_of_rooms(presenter: Presenter) -> None:
    rooms = [RoomListed("#a", 1, False, ""), RoomListed("#b", 2, True, "x")]
    assert hear(presenter, *rooms, RoomsListed(2)) == [RoomsCame(tuple(rooms), 2)]
    assert hear(presenter, RoomsListed(0)) == [RoomsCame((), 0)]


def test_a_long_list_of_rooms_is_asked_for_page_by_page_up_to_a_point(presenter: Presenter) -> None:
    page = [RoomListed(f"#room{number:03}", 1, False, "") for number in range(100)]
    for _ in range(MOST_LISTED // 100 - 1):
        assert hear(presenter, *page, RoomsListed(9_000, "#room099")) == [PageWanted(ListRooms("#room099"), LOBBY)]
    [came] = hear(presenter, *page, RoomsListed(9_000, "#room099"))
    assert came == RoomsCame(tuple(page * (MOST_LISTED // 100)), 9_000)


def test_many_members_are_asked_for_page_by_page_and_counted_beyond(presenter: Presenter) -> None:
    hear(presenter, RoomEntered("#tea", 1_000, ""))
    for page in range(MOST_LISTED // 100):
        names = tuple(f"user{number:03}" for number in range(100 * page, 100 * page + 100))
        changes = hear(presenter, RoomMembers("#tea", names, 900 - 100 * page))
        wanted = PageWanted(ListMembers("#tea", names[-1]), "#tea")
        assert (wanted in changes) == (page < MOST_LISTED // 100 - 1)
    hear(presenter, RoomJoined("#tea", "zoe"), RoomLeft("#tea", "user001"), RoomLeft("#tea", "user999"))
    assert presenter.status("#tea") == "#tea · 999 people here"
    hear(presenter, RoomEntered("#tea", 1, ""), RoomMembers("#tea", ("alice",)))
    assert presenter.status("#tea") == "#tea · you are alone here"
