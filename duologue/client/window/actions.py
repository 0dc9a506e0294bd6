"""The actions of a person in the windows and their menus, and the commands that they send to the server."""

from __future__ import annotations

import tkinter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from duologue.client.history.transcript import count_of
from duologue.client.input.addressee import addressee
from duologue.client.input.meaning import Explain, Export
from duologue.client.view.base import Kind
from duologue.client.window.changes import Change, Restated
from duologue.client.window.dialogs import Choice, Form, Question
from duologue.client.window.exporting import ask_file
from duologue.client.window.presenter import Presenter
from duologue.client.window.search_window import SearchWindow
from duologue.client.window.talk import IN_CHAT, Act, TalkState
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
from duologue.core.commands.people import (
    AllowAsking,
    Block,
    ComeBack,
    DoNotDisturb,
    GoAway,
    ListBlocked,
    MayAsk,
    Unblock,
    WhoIs,
)
from duologue.core.commands.rooms import JoinRoom, ListRooms, PartRoom
from duologue.core.errors import PeerError
from duologue.core.events.chat import Recalled
from duologue.core.events.people import State
from duologue.core.events.rooms import RoomListed
from duologue.core.room_rules import LOBBY, is_room, room_key
from duologue.core.text import visible


class Scene(Protocol):
    """The windows, as far as the actions need them."""

    root: tkinter.Tk
    presenter: Presenter
    worker: Worker

    def apply(self, changes: Iterable[Change]) -> None: ...

    def show_talk(self, place: str, *, with_keyboard: bool) -> None: ...

    def close_talk(self, place: str) -> None: ...

    def selected(self) -> str | None: ...

    def focus_request(self) -> None: ...

    def find(self, by: int) -> None: ...

    def say_in(self, place: str) -> None: ...

    def leave(self) -> None: ...


_COMMANDS: dict[Act, Callable[[str], Command]] = {
    Act.ASK: AskForChat,
    Act.ASK_AGAIN: AskForChat,
    Act.CANCEL: CancelRequest,
    Act.ACCEPT: AcceptChat,
    Act.DECLINE: DeclineChat,
    Act.BLOCK: Block,
    Act.LEAVE: lambda _: QuitChat(),
    Act.LEAVE_ROOM: PartRoom,
    Act.JOIN: JoinRoom,
}
_ANSWERS = frozenset({Act.ACCEPT, Act.DECLINE, Act.BLOCK})


class Actions:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self.search_window: SearchWindow | None = None

    # In a talk

    def submit(self, place: str, text: str) -> None:
        self._scene.apply(self._scene.presenter.type(place, text))
        self._scene.say_in(place)
        self._scene.worker.say(place, text)

    def earlier(self, place: str) -> None:
        self._scene.apply(self._scene.presenter.earlier(place))

    def export_talk(self, place: str) -> None:
        """Export a talk. The result is reported in its window."""
        match ask_file(self._scene.root, place):
            case Export() as wanted:
                self._scene.worker.export(wanted)
            case Explain(text):
                self._scene.apply(self._scene.presenter.note(place, Kind.TROUBLE, text))

    def act(self, place: str, act: Act) -> None:
        if act is Act.BLOCK:
            self._ask_to_block(place)
        elif act is Act.JOIN and self._scene.presenter.talk(place).has_password:
            self._ask_password(place)
        else:
            self._do(place, act)

    def _do(self, place: str, act: Act) -> None:
        if act in _ANSWERS:
            self._scene.apply(self._scene.presenter.forget_request(place))
        if act is Act.ACCEPT:
            self._scene.show_talk(place, with_keyboard=True)
        self._send(_COMMANDS[act](place), place)

    def _ask_to_block(self, nickname: str) -> None:
        name = self._scene.presenter.talk(nickname).name
        text = (
            f"{name} cannot ask you for a chat or write to you any more, and is not told. A chat with {name} ends. "
            "“Blocked people…” in the menu Me undoes it."
        )
        Question(self._scene.root, f"Block {name}", text, f"Block {name}", lambda: self._do(nickname, Act.BLOCK))

    def _send(self, command: Command, place: str = LOBBY) -> None:
        self._scene.presenter.active = place
        self._scene.worker.send(command, place)

    def open(self, nickname: str) -> None:
        """Open somebody's window after a double-click, and offer a chat if one is possible."""
        presenter = self._scene.presenter
        presenter.active = nickname
        self._scene.show_talk(nickname, with_keyboard=True)
        is_here = presenter.people.presence_of(nickname).state is not State.OFFLINE
        can_ask = presenter.talk(nickname).standing in (TalkState.ALONE, TalkState.ENDED)
        if is_here and can_ask and presenter.partner is None:
            self.act(nickname, Act.ASK)

    def close(self, place: str) -> None:
        """Close a window: its chat or room is left."""
        standing = self._scene.presenter.talk(place).standing
        if standing in IN_CHAT:
            name = self._scene.presenter.talk(place).name
            text = f"The chat with {name} is on. Closing the window leaves it."
            Question(self._scene.root, f"Chat with {name}", text, "Leave the chat", lambda: self._leave_chat(place))
        elif standing is TalkState.ROOM:
            self.act(place, Act.LEAVE_ROOM)
        else:
            if standing is TalkState.ASKING:
                self.act(place, Act.CANCEL)
            self._scene.close_talk(place)

    def _leave_chat(self, place: str) -> None:
        if self._scene.presenter.talk(place).standing in IN_CHAT:  # it may have ended while the question was open
            self.act(place, Act.LEAVE)
        self._scene.close_talk(place)

    # Menu: Me

    def be_online(self) -> None:
        self._send(ComeBack())

    def be_away(self) -> None:
        labels = ["Why, or until when? People who ask for you read it. It may be empty."]
        Form(self._scene.root, "Away", labels, "Be away", self._go_away)

    def _go_away(self, words: Sequence[str]) -> None:
        self._send(GoAway(words[0]))

    def be_undisturbed(self) -> None:
        self._send(DoNotDisturb())

    def allow(self, who: MayAsk) -> None:
        self._send(AllowAsking(who))

    def show_blocked(self) -> None:
        self._send(ListBlocked())

    def choose_blocked(self, nicknames: Sequence[str]) -> None:
        Choice(
            self._scene.root,
            "Blocked people",
            [visible(self._scene.presenter.shown(nickname)) for nickname in nicknames],
            "You have blocked nobody.",
            "Unblock",
            lambda index: self._send(Unblock(nicknames[index])),
        )

    def quit(self) -> None:
        """Quit, after a question if something would be lost."""
        losses = " ".join(_lost_by_quitting(self._scene.presenter))
        if losses:
            Question(self._scene.root, "Quit", losses, "Quit", self._scene.leave)
        else:
            self._scene.leave()

    # Menu: People

    def open_selected(self) -> None:
        nickname = self._scene.selected()
        if nickname:
            self.open(nickname)

    def write_to(self) -> None:
        Form(self._scene.root, "Write to somebody", ["Nickname"], "Open", self._write_to)

    def _write_to(self, words: Sequence[str]) -> str | None:
        try:
            nickname = addressee(words[0])
        except PeerError as error:
            return visible(error.text)
        if is_room(nickname):
            return "That is a room. Join it from the menu Rooms."
        if nickname == self._scene.presenter.me:
            return "That is you."
        self._scene.presenter.active = nickname
        self._scene.show_talk(nickname, with_keyboard=True)
        return None

    def describe_selected(self) -> None:
        nickname = self._scene.selected()
        if nickname:
            self._send(WhoIs(nickname))

    def block_selected(self) -> None:
        nickname = self._scene.selected()
        if nickname:
            self._ask_to_block(nickname)

    def describe(self, nickname: str) -> None:
        self._send(WhoIs(nickname), nickname)

    def answer_request(self) -> None:
        self._scene.focus_request()

    # Menu: Rooms, History

    def join(self) -> None:
        labels = ["Room; if it does not exist, it is created", "Password, if it has one"]
        Form(self._scene.root, "Join a room", labels, "Join", self._join)

    def _join(self, words: Sequence[str]) -> str | None:
        try:
            room = room_key(words[0])
        except PeerError as error:
            return visible(error.text)
        self._enter_room(room, words[1] or None)
        return None

    def _enter_room(self, room: str, password: str | None = None) -> None:
        """Enter a room. Its window opens at once, with the keyboard: what is typed next is meant for it."""
        presenter = self._scene.presenter
        if presenter.talk(room).standing is TalkState.OUTSIDE:
            presenter.talk(room).move(TalkState.ENTERING)
        self._scene.show_talk(room, with_keyboard=True)
        self._scene.apply([Restated(room)])
        self._send(JoinRoom(room, password), room)

    def list_rooms(self) -> None:
        self._send(ListRooms())

    def choose_room(self, rooms: Sequence[RoomListed], count: int) -> None:
        Choice(
            self._scene.root,
            "Rooms" if len(rooms) == count else f"The first {len(rooms):,} of {count:,} rooms",
            [*map(_described, rooms)],
            "There are no rooms. “Join a room…” creates one.",
            "Join",
            lambda index: self._enter(rooms[index]),
        )

    def _enter(self, room: RoomListed) -> None:
        if not room.has_password or room.room in self._scene.presenter.talks:
            self._enter_room(room.room)
        else:
            self._ask_password(room.room)

    def _ask_password(self, room: str) -> None:
        labels = [f"Password of {visible(room)}"]
        Form(self._scene.root, "Join a room", labels, "Join", lambda words: self._join([room, *words]))

    def find(self, by: int = -1) -> None:
        self._scene.find(by)

    def search(self, words: str = "") -> None:
        if self.search_window is None or not self.search_window.winfo_exists():
            self.search_window = SearchWindow(self._scene.root, self._search, self._open_found)
        self.search_window.appear(self.search_window.words)
        if words.strip():
            self.search_window.look_for(words)

    def _open_found(self, message: Recalled) -> None:
        """Open what was found in the place where it was said."""
        place = _place_of(message, self._scene.presenter.me)
        self._scene.show_talk(place, with_keyboard=True)
        self._scene.apply(self._scene.presenter.seek(place, message))

    def _search(self, words: str) -> None:
        self._scene.worker.recall(SearchHistory(words))

    def export(self) -> None:
        self.export_talk(self._scene.presenter.here())


def _place_of(message: Recalled, me: str) -> str:
    if is_room(message.recipient):
        return message.recipient
    return message.recipient if message.sender == me else message.sender


def _lost_by_quitting(presenter: Presenter) -> Iterator[str]:
    if presenter.partner:
        yield f"The chat with {presenter.talk(presenter.partner).name} is on. Quitting leaves it."
    if presenter.progress.unsaved:
        yield f"Not on the server yet, and lost if it cannot be reached now: {count_of(presenter.progress.unsaved)}."


def _described(room: RoomListed) -> str:
    lock = ", with a password" if room.has_password else ""
    topic = f" · {visible(room.topic)}" if room.topic else ""
    return f"{visible(room.room)} ({room.members}{lock}){topic}"
