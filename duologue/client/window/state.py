"""Everything that the windows show at one moment, and the few steps of which every change consists. Sans-I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from duologue.client.events import Happening
from duologue.client.view.base import Kind
from duologue.client.window.changes import (
    Added,
    Change,
    HistoryWanted,
    PeopleChanged,
    RequestGone,
    Restated,
    Written,
)
from duologue.client.window.news import Progress
from duologue.client.window.people import People, PersonRow
from duologue.client.window.scroll import ScrollEntry
from duologue.client.window.talk import IN_CHAT, Talk, TalkState
from duologue.client.window.words import words
from duologue.core.commands.people import MayAsk
from duologue.core.events.people import State
from duologue.core.events.rooms import RoomListed
from duologue.core.room_rules import LOBBY
from duologue.core.spellings import respelled
from duologue.core.text import visible

Changes = list[Change]


class WindowState:
    """The state. `clock` returns seconds since 1970.

    `reading` is the place whose window has the keyboard, `active` the one with the latest action: refusals by the
    server are shown there. `open_places` have a window. `bar` reports trouble with the connection, and `is_over` that
    it is final. `spellings` are how accounts spell themselves, as far as is known.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.listed: list[RoomListed] = []
        self.blocked: list[str] = []
        self.me = ""
        self.spellings: Mapping[str, str] = {}
        self.state = State.ONLINE
        self.text = ""
        self.may_ask = MayAsk.EVERYONE
        self.progress = Progress()
        self.bar = ""
        self.is_over = False
        self.reading: str | None = None
        self.active = LOBBY
        self.open_places = {LOBBY}
        self.people = People()
        self.requests: dict[str, None] = {}
        self.talks: dict[str, Talk] = {}

    # What to show

    def shown(self, nickname: str) -> str:
        """How people read it, not yet safe to show."""
        return self.spellings.get(nickname, nickname)

    @property
    def name(self) -> str:
        """Our own, safe to show."""
        return visible(self.shown(self.me))

    def words(self, event: Happening) -> str | None:
        """A sentence for it."""
        return words(respelled(event, self.shown))

    def talk(self, place: str) -> Talk:
        if place not in self.talks:
            talk = self.talks[place] = Talk(place)
            talk.standing = self._standing_of(talk)
        self.talks[place].spellings = self.spellings
        return self.talks[place]

    def _standing_of(self, talk: Talk) -> TalkState:
        if talk.is_room:
            return TalkState.ENTERING
        return TalkState.ASKED if talk.place in self.requests else TalkState.ALONE

    def rows(self) -> list[PersonRow]:
        talks = [talk for talk in self.talks.values() if not talk.is_room]
        unread = {talk.place: talk.unread for talk in talks}
        worth_a_row = (talk.place for talk in talks if talk.unread or talk.standing is not TalkState.ALONE)
        rows = self.people.rows(self.me, unread, self.requests, worth_a_row)
        return [replace(row, spelling=self.spellings.get(row.nickname, "")) for row in rows]

    @property
    def partner(self) -> str | None:
        """The person whom the chat is with."""
        return next((talk.place for talk in self.talks.values() if talk.standing in IN_CHAT), None)

    @property
    def unread(self) -> int:
        return sum(talk.unread for talk in self.talks.values())

    def status(self, place: str) -> str:
        return self.talk(place).status(self.people.presence_of(place))

    # Steps of a change

    def open(self, place: str) -> Changes:
        """Note that a place has a window now."""
        self.open_places.add(place)
        talk = self.talk(place)
        return [] if talk.scroll.is_loaded else [HistoryWanted(place)]

    def close(self, place: str) -> None:
        """Note that a place has no window any more."""
        self.open_places.discard(place)

    def add(self, place: str, entry: ScrollEntry) -> Changes:
        """Add to the end of its history, unless the entry is there already."""
        blocks = self.talk(place).scroll.add(entry)
        return [Added(place, tuple(blocks))] if blocks else []

    def note(self, place: str, kind: Kind, text: str | None) -> Changes:
        """Add a line of ours, safe to show."""
        return self.add(place, ScrollEntry(self.clock(), kind, text)) if text else []

    def here(self) -> str:
        """Return the place where a person looks after an action."""
        return self.active if self.active in self.open_places else LOBBY

    def hear_from(self, place: str, entry: ScrollEntry) -> Changes:
        """Add what somebody else has said; it is unread if nobody reads there at the moment."""
        changes = self.add(place, entry)
        if not changes or place == self.reading:
            return changes
        talk = self.talk(place)
        talk.unread += 1
        told = [] if talk.is_room or talk.unread > 1 else self._tell_written(talk)
        return [*changes, *told, Restated(place), PeopleChanged()]

    def _tell_written(self, talk: Talk) -> Changes:
        """Report the message. The list of people shows it; a person reading elsewhere may not see that."""
        if talk.place in self.open_places or self.reading is None or self.reading == LOBBY:
            return [Written(talk.place)]
        hint = f"{talk.name} has written to you. Their row in the main window opens it."
        return [*self.note(self.reading, Kind.HINT, hint), Written(talk.place)]

    def note_of(self, nickname: str, kind: Kind, text: str | None) -> Changes:
        """Add a line of ours about somebody: to their history, and also where a person looks, if that has no window."""
        there = [] if nickname in self.open_places else self.note(self.here(), kind, text)
        return [*self.note(nickname, kind, text), *there]

    def forget_request(self, nickname: str) -> Changes:
        """Remove a request that needs no answer any more. Does nothing if there is none."""
        if nickname not in self.requests:
            return []
        del self.requests[nickname]
        if self.talk(nickname).standing is TalkState.ASKED:
            self.talk(nickname).move(TalkState.ALONE)
        return [RequestGone(nickname), Restated(nickname), PeopleChanged()]
