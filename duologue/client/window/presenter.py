"""The presenter: turns actions, events and news into changes of what the windows show. Sans-I/O: no Tk, no socket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from duologue.client.events import Happening
from duologue.client.history.pages import HistoryPage
from duologue.client.view.base import Kind
from duologue.client.view.sentences import mark
from duologue.client.window import hear_people, hear_rooms, hear_talks
from duologue.client.window.changes import (
    BarChanged,
    HistoryWanted,
    MeChanged,
    PeopleChanged,
    Restated,
    Revealed,
    Rewritten,
)
from duologue.client.window.faults import tell
from duologue.client.window.news import Exported, Happened, Progress, Sent
from duologue.client.window.scroll import Block, ScrollEntry, found, said
from duologue.client.window.state import Changes, WindowState
from duologue.client.window.talk import Talk
from duologue.core.events.chat import MessageFrom, Recalled, Said
from duologue.core.events.people import State
from duologue.core.events.rooms import RoomSaid
from duologue.core.spellings import respelled
from duologue.core.text import visible

_NONE: Mapping[str, str] = {}

MOST_PAGES = 20
"""Pages of history that are asked for to find one message: 10,000 messages back, a few seconds."""

_HEARD = hear_talks.HEARD | hear_rooms.HEARD | hear_people.HEARD


def _place_of(event: Happening) -> str | None:
    """Return the place to which a message belongs."""
    match event:
        case Said() | MessageFrom():
            return event.nickname
        case RoomSaid():
            return event.room
    return None


class Presenter(WindowState):
    """The presenter. Every method returns the changes for the windows."""

    # Actions of the person

    def log_in(self, nickname: str, spellings: Mapping[str, str] = _NONE) -> Changes:
        """Begin a session of `nickname`; what was said before, with the same name, stays."""
        if nickname != self.me:
            self.talks.clear()
        self.me, self.spellings, self.bar, self.is_over = nickname, spellings, "", False
        self.state, self.text = State.ONLINE, ""
        self.people.clear()
        return [BarChanged(), MeChanged(), PeopleChanged()]

    def read(self, place: str | None) -> Changes:
        """Note that the keyboard is in that window now."""
        self.reading = place
        if place is None or not self.talk(place).unread:
            return []
        self.talk(place).unread = 0
        return [Restated(place), PeopleChanged()]

    def type(self, place: str, text: str) -> Changes:
        """Note a text that was written in `place` and is on its way to the server."""
        self.active = place
        talk = self.talk(place)
        talk.mark, talk.stream = "…", None
        return [*self.add(place, said(self.shown(self.me), text, self.clock(), is_own=True)), Restated(place)]

    def seek(self, place: str, message: Recalled) -> Changes:
        """Look for that message of `place`, to show it among those around it."""
        talk = self.talk(place)
        talk.sought, talk.pages = message, MOST_PAGES
        return self._seek_on(talk)

    def _seek_on(self, talk: Talk) -> Changes:
        if talk.sought is None:
            return []
        line = talk.scroll.reach(self._as_read(talk.sought), self.shown(self.me))
        if line is not None:
            talk.sought = None
            return [Rewritten(talk.place), Revealed(talk.place, line)]
        if not talk.scroll.is_loaded:  # a page is on its way
            return []
        if talk.scroll.before is None or not talk.pages:
            talk.sought = None
            return self.note(talk.place, Kind.HINT, "The message is too far back to be shown here.")
        talk.pages -= 1
        return [HistoryWanted(talk.place, talk.scroll.before)]

    def earlier(self, place: str) -> Changes:
        scroll = self.talk(place).scroll
        if scroll.show_earlier():
            return [Rewritten(place)]
        return [HistoryWanted(place, scroll.before)] if scroll.before is not None else []

    # News from the worker

    def sent(self, news: Sent) -> Changes:
        talk = self.talk(news.place)
        talk.stream = news.stream
        self.progress = news.progress
        if news.stream is None:
            return self._advance(news.progress)
        talk.mark = "sent" if news.progress.is_connected else "not sent yet"
        return [Restated(news.place)]

    def not_sent(self, place: str, text: str) -> Changes:
        talk = self.talk(place)
        talk.mark = "" if talk.mark == "…" else talk.mark
        return [*self.note(place, Kind.TROUBLE, visible(text)), Restated(place)]

    def turn_page(self, place: str, page: HistoryPage) -> Changes:
        self.talk(place).scroll.load([*map(self._as_read, page.messages)], page.before, self.shown(self.me))
        return [Rewritten(place), Restated(place), *self._seek_on(self.talk(place))]

    def found(self, messages: Sequence[Recalled]) -> list[Block]:
        """What a search has found, for its window."""
        return found([*map(self._as_read, messages)], self.shown(self.me))

    def _as_read(self, message: Recalled) -> Recalled:
        return respelled(message, self.shown)

    def no_page(self, place: str, text: str) -> Changes:
        """Note that there is no page. A server without history says so when somebody asks for it, not when a window
        opens.
        """
        scroll, self.talk(place).sought = self.talk(place).scroll, None
        if not scroll.is_loaded:
            scroll.load((), None, self.me)
            return []
        return self.note(place, Kind.TROUBLE, visible(text))

    def exported(self, news: Exported) -> Changes:
        return self.note(news.place, news.line.kind, news.line.text)

    def fail(self, text: str) -> Changes:
        """Note that the session could not be continued."""
        self.bar, self.is_over = text, True
        return [BarChanged()]

    def hear(self, news: Happened) -> Changes:
        """Take an event. If it is a message, it is in the history afterwards, or this raises."""
        self.spellings = news.progress.spellings
        return [*self._heard(news.event), *self._advance(news.progress)]

    def _heard(self, event: Happening) -> Changes:
        heard = _HEARD.get(type(event))
        place = _place_of(event)
        known = len(self.talk(place).scroll) if place else 0
        try:
            return heard(self, event) if heard else []
        except Exception as fault:
            tell(fault)
        is_here = place is None or len(self.talk(place).scroll) > known
        return self._repaired(place) if is_here else self._hear_plainly(place or "", event)

    def _repaired(self, place: str | None) -> Changes:
        return [Rewritten(place), Restated(place), PeopleChanged()] if place else []

    def _hear_plainly(self, place: str, event: Happening) -> Changes:
        """Take a message in the way that can fail least, whatever is wrong with what is shown around it."""
        assert isinstance(event, Said | MessageFrom | RoomSaid)
        speaker = visible(self.shown(event.nickname))
        entry = ScrollEntry(self.clock(), Kind.MESSAGE, visible(event.text, keep="\n"), speaker)
        self.talk(place).scroll.add(entry)
        self.talk(place).unread += place != self.reading
        return self._repaired(place)

    def _advance(self, progress: Progress) -> Changes:
        """Update the mark of the newest message of the chat."""
        self.progress = progress
        talk = self.talks.get(progress.partner or "")
        if talk is None or talk.stream is not None:
            return []
        newest = mark(progress.sent, progress.acknowledged, is_live=progress.is_live)
        if newest == talk.mark:
            return []
        talk.mark = newest
        return [Restated(talk.place)]
