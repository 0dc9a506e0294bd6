"""What a person does, and what that asks of the server."""

from __future__ import annotations

import tkinter
from collections.abc import Iterable
from tkinter import filedialog
from typing import Any
from unittest.mock import Mock

import pytest

from duologue.client.events import Happening
from duologue.client.input.meaning import Export
from duologue.client.window.actions import Actions
from duologue.client.window.changes import Added, Change
from duologue.client.window.dialogs import Choice, Form, Question
from duologue.client.window.look import dress
from duologue.client.window.news import Happened, Progress, Sent
from duologue.client.window.presenter import Presenter
from duologue.client.window.talk import Act, TalkState
from duologue.client.window.worker import Worker
from duologue.core.commands.chat import (
    AcceptChat,
    AskForChat,
    CancelRequest,
    Command,
    DeclineChat,
    QuitChat,
    SearchHistory,
)
from duologue.core.commands.people import Block, ComeBack, DoNotDisturb, GoAway, Unblock, WhoIs
from duologue.core.commands.rooms import JoinRoom, ListRooms, PartRoom
from duologue.core.events.chat import ChatRequested, ChatStarted
from duologue.core.events.people import Presence, State
from duologue.core.events.rooms import RoomEntered, RoomListed


class Scene:
    """Windows that only remember what they were asked for."""

    def __init__(self, root: tkinter.Tk) -> None:
        self.root = root
        self.presenter = Presenter(lambda: 0.0)
        self.presenter.log_in("alice")
        self.worker: Any = Mock(spec=Worker)
        self.shown: list[str] = []
        self.closed: list[str] = []
        self.is_left = False
        self.choice: str | None = None

    def apply(self, changes: Iterable[Change]) -> None:
        self.changes = [*changes]

    def show_talk(self, place: str, *, with_keyboard: bool) -> None:
        assert with_keyboard
        self.shown.append(place)

    def close_talk(self, place: str) -> None:
        self.closed.append(place)

    def selected(self) -> str | None:
        return self.choice

    def focus_request(self) -> None:
        self.shown.append("request")

    def find(self, by: int) -> None:
        self.shown.append(f"found {by}")

    def say_in(self, place: str) -> None:
        self.said_in = place

    def leave(self) -> None:
        self.is_left = True

    # For the tests

    def hears(self, *events: Happening) -> None:
        for event in events:
            self.presenter.hear(Happened(event, self.presenter.progress))

    def sent(self) -> list[Command]:
        return [call.args[0] for call in self.worker.send.mock_calls]

    def dialog(self) -> tkinter.Toplevel:
        self.root.update()
        return [widget for widget in self.root.winfo_children() if isinstance(widget, tkinter.Toplevel)][-1]


@pytest.fixture
def scene(root: tkinter.Tk) -> Scene:
    dress(root)
    return Scene(root)


@pytest.fixture
def actions(scene: Scene) -> Actions:
    return Actions(scene)


@pytest.mark.parametrize(
    ("act", "command"),
    [
        (Act.ASK, AskForChat("bob")),
        (Act.ASK_AGAIN, AskForChat("bob")),
        (Act.CANCEL, CancelRequest("bob")),
        (Act.ACCEPT, AcceptChat("bob")),
        (Act.DECLINE, DeclineChat("bob")),
        (Act.LEAVE, QuitChat()),
        (Act.LEAVE_ROOM, PartRoom("bob")),
        (Act.JOIN, JoinRoom("bob")),
    ],
)
def test_every_button_sends(scene: Scene, actions: Actions, act: Act, command: Command) -> None:
    scene.hears(ChatRequested("bob", 60))
    actions.act("bob", act)
    assert scene.sent() == [command]
    assert scene.presenter.active == "bob"
    assert ("bob" in scene.presenter.requests) == (act not in (Act.ACCEPT, Act.DECLINE))
    assert scene.shown == (["bob"] if act is Act.ACCEPT else [])


def test_what_is_written_is_shown_and_said(scene: Scene, actions: Actions) -> None:
    actions.submit("bob", "hi")
    scene.worker.say.assert_called_once_with("bob", "hi")
    assert scene.presenter.talk("bob").scroll.newest is not None


def test_opening_asks_only_where_a_chat_can_be(scene: Scene, actions: Actions) -> None:
    actions.open("bob")
    assert scene.sent() == []  # bob is not here
    scene.hears(Presence("bob", State.ONLINE), Presence("carol", State.ONLINE))
    actions.open("bob")
    assert scene.sent() == [AskForChat("bob")]
    scene.hears(ChatStarted("bob", "x"))
    actions.open("carol")
    assert scene.sent() == [AskForChat("bob")]
    assert scene.shown == ["bob", "bob", "carol"]


def test_closing_a_window(scene: Scene, actions: Actions) -> None:
    actions.close("bob")
    assert scene.closed == ["bob"]
    scene.presenter.talk("bob").move(TalkState.ASKING)
    actions.close("bob")
    scene.hears(RoomEntered("#tea", 1, ""))
    actions.close("#tea")
    assert scene.sent() == [CancelRequest("bob"), PartRoom("#tea")]
    assert scene.closed == ["bob", "bob"]  # the room when the server has answered


def test_closing_asks_where_a_chat_is_on(scene: Scene, actions: Actions) -> None:
    scene.hears(ChatStarted("bob", "x"))
    actions.close("bob")
    assert scene.closed == []
    question = scene.dialog()
    assert isinstance(question, Question)
    question._yes()
    assert (scene.sent(), scene.closed) == ([QuitChat()], ["bob"])


def test_a_chat_that_ended_meanwhile_is_not_left_twice(scene: Scene, actions: Actions) -> None:
    scene.hears(ChatStarted("bob", "x"))
    actions.close("bob")
    scene.presenter.talk("bob").move(TalkState.ENDED)
    question = scene.dialog()
    assert isinstance(question, Question)
    question._yes()
    assert (scene.sent(), scene.closed) == ([], ["bob"])


def test_quitting_asks_where_a_chat_is_on(scene: Scene, actions: Actions) -> None:
    scene.hears(ChatStarted("bob", "x"))
    actions.quit()
    assert not scene.is_left
    question = scene.dialog()
    assert isinstance(question, Question)
    question._yes()
    assert scene.is_left


def test_quitting_asks_where_messages_may_be_lost(scene: Scene, actions: Actions) -> None:
    scene.presenter.sent(Sent("bob", "s1", Progress(unsaved=2)))
    actions.quit()
    assert not scene.is_left
    question = scene.dialog()
    assert isinstance(question, Question)
    assert "2 messages" in str(question.body.winfo_children()[0]["text"])
    question._yes()
    assert scene.is_left


def test_quitting_asks_nothing_where_nothing_is_lost(scene: Scene, actions: Actions) -> None:
    scene.presenter.sent(Sent("bob", "s1", Progress()))
    actions.quit()
    assert scene.is_left


def test_ones_own_state(scene: Scene, actions: Actions) -> None:
    actions.be_online()
    actions.be_undisturbed()
    actions.be_away()
    form = scene.dialog()
    assert isinstance(form, Form)
    form.entries[0].insert(0, "lunch")
    form._take()
    assert scene.sent() == [ComeBack(), DoNotDisturb(), GoAway("lunch")]


def answer_yes(scene: Scene) -> None:
    question = scene.dialog()
    assert isinstance(question, Question)
    question._yes()


def test_blocking_is_asked_about_first(scene: Scene, actions: Actions) -> None:
    scene.hears(ChatRequested("bob", 60))
    actions.act("bob", Act.BLOCK)
    question = scene.dialog()
    assert "bob cannot ask you for a chat" in str(question.winfo_children()[0].winfo_children()[0]["text"])
    question.event_generate("<Escape>")
    assert (scene.sent(), list(scene.presenter.requests)) == ([], ["bob"])
    actions.act("bob", Act.BLOCK)
    answer_yes(scene)
    assert (scene.sent(), list(scene.presenter.requests)) == ([Block("bob")], [])


def test_whoever_is_chosen(scene: Scene, actions: Actions) -> None:
    for do in (actions.open_selected, actions.describe_selected, actions.block_selected):
        do()
    assert (scene.sent(), scene.shown) == ([], [])
    scene.choice = "bob"
    for do in (actions.open_selected, actions.describe_selected, actions.block_selected):
        do()
    assert (scene.sent(), scene.shown) == ([WhoIs("bob")], ["bob"])
    answer_yes(scene)
    assert scene.sent() == [WhoIs("bob"), Block("bob")]
    actions.answer_request()
    assert scene.shown[-1] == "request"


@pytest.mark.parametrize(
    ("typed", "trouble"), [("no one", "cannot be part"), ("#tea", "That is a room"), ("Alice", "That is you.")]
)
def test_nobody_to_write_to(scene: Scene, actions: Actions, typed: str, trouble: str) -> None:
    actions.write_to()
    form = scene.dialog()
    assert isinstance(form, Form)
    form.entries[0].insert(0, typed)
    form._take()
    assert trouble in str(form._trouble["text"])
    assert scene.shown == []


def test_writing_to_somebody(scene: Scene, actions: Actions) -> None:
    actions.write_to()
    form = scene.dialog()
    assert isinstance(form, Form)
    form.entries[0].insert(0, "Bob")
    form._take()
    assert scene.shown == ["bob"]


def test_blocked_people_are_unblocked(scene: Scene, actions: Actions) -> None:
    actions.choose_blocked(["bob", "carol"])
    choice = scene.dialog()
    assert isinstance(choice, Choice)
    choice.rows.selection_clear(0)
    choice.rows.selection_set(1)
    choice._take()
    assert scene.sent() == [Unblock("carol")]


def test_rooms_are_joined(scene: Scene, actions: Actions) -> None:
    actions.join()
    form = scene.dialog()
    assert isinstance(form, Form)
    form.entries[0].insert(0, "tea")
    form.entries[1].insert(0, "secret")
    form._take()
    actions.list_rooms()
    assert scene.sent() == [JoinRoom("#tea", "secret"), ListRooms()]


def test_a_room_with_a_password_asks_for_it(scene: Scene, actions: Actions) -> None:
    rooms = [RoomListed("#open", 1, False, "milk"), RoomListed("#locked", 1, True, "")]
    actions.choose_room(rooms, 2)
    choice = scene.dialog()
    assert isinstance(choice, Choice)
    assert choice.rows.get(0, "end") == ("#open (1) · milk", "#locked (1, with a password)")
    choice._take()
    actions._enter(rooms[1])
    form = scene.dialog()
    assert isinstance(form, Form)
    form.entries[0].insert(0, "secret")
    form._take()
    assert scene.sent() == [JoinRoom("#open"), JoinRoom("#locked", "secret")]


def test_one_search_window(scene: Scene, actions: Actions) -> None:
    actions.search()
    first = actions.search_window
    actions.search()
    assert first
    assert actions.search_window is first
    first.words.insert(0, "tea")
    first._start()
    scene.worker.recall.assert_called_once_with(SearchHistory("tea"))


@pytest.mark.parametrize("use", [Actions.open, lambda actions, place: actions.submit(place, "hi"), Actions._write_to])
def test_the_window_that_was_used_last_is_exported(
    scene: Scene, actions: Actions, monkeypatch: pytest.MonkeyPatch, use: Any
) -> None:
    monkeypatch.setattr(filedialog, "asksaveasfilename", lambda **_: "/home/x.json")
    actions.export()
    use(actions, ["bob"] if use is Actions._write_to else "bob")
    scene.presenter.open("bob")
    actions.export()
    actions.export_talk("#tea")
    wanted = [call.args[0] for call in scene.worker.export.mock_calls]
    assert wanted == [Export(place, "/home/x.json") for place in ("#lobby", "bob", "#tea")]


def test_a_file_of_another_kind_is_explained_there(
    scene: Scene, actions: Actions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filedialog, "asksaveasfilename", lambda **_: "/home/x.pdf")
    actions.export_talk("bob")
    (change,) = scene.changes
    assert isinstance(change, Added)
    assert change.place == "bob"
    assert ".txt or .json" in str(change.blocks)
    scene.worker.export.assert_not_called()
