"""The windows obey what the desk has decided."""

from __future__ import annotations

import tkinter
from unittest.mock import Mock

import pytest

from duologue.client.happenings import Happening
from duologue.client.recaller import Page
from duologue.client.window.desk import Desk
from duologue.client.window.look import dress
from duologue.client.window.news import Happened
from duologue.client.window.scroll import SHOWN, SLACK
from duologue.client.window.stage import Stage
from duologue.client.window.worker import Worker
from duologue.core.commands import ReadHistory
from duologue.core.events import ChatRequested, ChatStarted, Recalled, Said
from duologue.core.people_events import Presence, State
from duologue.core.room_events import RoomEntered, RoomSaid
from duologue.core.rooms import LOBBY


@pytest.fixture
def stage(root: tkinter.Tk) -> Stage:
    dress(root)
    desk = Desk(lambda: 1_700_000_000.0)
    stage = Stage(root, desk, Mock(spec=Worker), has_bell=True, log_in_again=lambda: None, leave=lambda: None)
    stage.apply(desk.log_in("alice"))
    stage.show("")
    root.geometry("900x600")
    root.update()
    hear(stage, RoomEntered(LOBBY, 1, ""))
    return stage


def hear(stage: Stage, *events: Happening) -> None:
    for event in events:
        stage.apply(stage.desk.hear(Happened(event, stage.desk.progress)))
    stage.root.update()


def test_a_window_that_opens_by_itself_leaves_the_keyboard(stage: Stage) -> None:
    stage.view.lobby.compose.field.focus_force()
    stage.root.update()
    hear(stage, ChatRequested("bob", 60), ChatStarted("bob", "x"), Said("bob", "hi"))
    assert stage.root.focus_get() is stage.view.lobby.compose.field
    assert stage._windows["bob"].title() == "(1) bob - Duologue"
    stage.worker.recall.assert_any_call(ReadHistory("bob", 100, None))  # type: ignore[attr-defined]


def test_ten_thousand_messages_keep_the_window_small(stage: Stage) -> None:
    hear(stage, *(RoomSaid(LOBBY, "bob", 1_700_000_000, number, "hi") for number in range(10_000)))
    lines = int(stage.view.lobby.history.text.index("end").split(".")[0])
    assert lines <= SHOWN + SLACK + 2
    assert stage.view.lobby.history.is_at_end
    stage.actions.earlier(LOBBY)
    assert int(stage.view.lobby.history.text.index("end").split(".")[0]) > lines


def test_whoever_reads_further_up_is_left_alone(stage: Stage) -> None:
    hear(stage, *(RoomSaid(LOBBY, "bob", 1_700_000_000, number, "hi") for number in range(2000)))
    text = stage.view.lobby.history.text
    text.yview("100.0")
    stage.root.update()
    top = text.index("@0,0")
    hear(stage, *(RoomSaid(LOBBY, "bob", 1_700_000_000, number, "hi") for number in range(2000, 4000)))
    assert text.index("@0,0") == top


def test_a_page_stands_above(stage: Stage) -> None:
    hear(stage, RoomSaid(LOBBY, "bob", 1_700_000_000, 9, "new"))
    stage.apply(stage.desk.turn_page(LOBBY, Page((Recalled(3, 1_700_000_000, "bob", LOBBY, "old"),), 3)))
    stage.root.update()
    shown = stage.view.lobby.history.text.get("1.0", "end")
    assert shown.index("old") < shown.index("new")
    assert stage.view.lobby.history._button.winfo_viewable()


def test_five_hundred_people_are_painted_once(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    painted: list[int] = []
    monkeypatch.setattr(stage.view, "show_people", lambda rows: painted.append(len(rows)))
    for number in range(500):
        stage.apply(stage.desk.hear(Happened(Presence(f"user{number}", State.ONLINE), stage.desk.progress)))
    stage.root.update()
    assert painted == [500]


def test_what_is_read_is_no_longer_counted(stage: Stage) -> None:
    hear(stage, ChatStarted("bob", "x"), Said("bob", "hi"))
    assert stage.root.title() == "(1) alice - Duologue"
    stage.show_talk("bob", with_keyboard=True)
    for _ in range(3):
        stage.root.update()
    assert stage.root.title() == "alice - Duologue"
    assert stage.desk.reading == "bob"


def test_the_bell_rings_for_a_request(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    rung: list[None] = []
    monkeypatch.setattr(stage.root, "bell", lambda: rung.append(None))
    hear(stage, ChatRequested("bob", 60), ChatRequested("bob", 60))
    assert len(rung) == 2
    assert list(stage._boxes) == ["bob"]
    stage.focus_request()
    stage.root.update()
    assert stage.root.focus_get() is stage._boxes["bob"]._buttons[0]


def test_without_a_request_its_key_does_nothing(stage: Stage) -> None:
    stage.focus_request()


def test_hiding_closes_every_window(stage: Stage) -> None:
    hear(stage, ChatRequested("carol", 60), RoomEntered("#tea", 1, ""))
    stage.hide()
    stage.root.update()
    assert not [widget for widget in stage.root.winfo_children() if isinstance(widget, tkinter.Toplevel)]
    assert stage.desk.open_places == {LOBBY}
