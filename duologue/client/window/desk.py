"""What each thing that is done or told changes of what the windows show. Sans-I/O: knows no Tk and no socket."""

from __future__ import annotations

from duologue.client.face import Kind
from duologue.client.recaller import Page
from duologue.client.sentences import mark
from duologue.client.window import hear_people, hear_rooms, hear_talks
from duologue.client.window.changes import (
    BarChanged,
    HistoryWanted,
    MeChanged,
    PeopleChanged,
    Restated,
    Rewritten,
)
from duologue.client.window.ground import Changes, Ground
from duologue.client.window.news import Exported, Happened, Progress, Sent
from duologue.client.window.scroll import said
from duologue.core.people_events import State
from duologue.core.text import visible

_HEARD = hear_talks.HEARD | hear_rooms.HEARD | hear_people.HEARD


class Desk(Ground):
    """Every method returns what the windows have to do."""

    # What the person does

    def log_in(self, nickname: str) -> Changes:
        """A session of `nickname` begins; what was said before, with the same name, stays."""
        if nickname != self.me:
            self.talks.clear()
        self.me, self.bar, self.is_over = nickname, "", False
        self.state, self.text = State.ONLINE, ""
        self.people.clear()
        return [BarChanged(), MeChanged(), PeopleChanged()]

    def read(self, place: str | None) -> Changes:
        """The keyboard is in that window now."""
        self.reading = place
        if place is None or not self.talk(place).unread:
            return []
        self.talk(place).unread = 0
        return [Restated(place), PeopleChanged()]

    def type(self, place: str, text: str) -> Changes:
        """That was written in `place` and is on its way to the server."""
        self.active = place
        talk = self.talk(place)
        talk.mark, talk.stream = "…", None
        return [*self.add(place, said(self.me, text, self.clock(), is_own=True)), Restated(place)]

    def earlier(self, place: str) -> Changes:
        scroll = self.talk(place).scroll
        if scroll.show_earlier():
            return [Rewritten(place)]
        return [HistoryWanted(place, scroll.before)] if scroll.before is not None else []

    # What the worker tells

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

    def turn_page(self, place: str, page: Page) -> Changes:
        self.talk(place).scroll.load(page.messages, page.before, self.me)
        return [Rewritten(place), Restated(place)]

    def no_page(self, place: str, text: str) -> Changes:
        """A server that keeps no history says so where somebody asks for it; that a window opens is no question."""
        scroll = self.talk(place).scroll
        if not scroll.is_loaded:
            scroll.load((), None, self.me)
            return []
        return self.note(place, Kind.TROUBLE, visible(text))

    def exported(self, news: Exported) -> Changes:
        return self.note(news.place, news.line.kind, news.line.text)

    def fail(self, text: str) -> Changes:
        """There was no way back in."""
        self.bar, self.is_over = text, True
        return [BarChanged()]

    def hear(self, news: Happened) -> Changes:
        heard = _HEARD.get(type(news.event))
        changes = heard(self, news.event) if heard else []
        return [*changes, *self._advance(news.progress)]

    def _advance(self, progress: Progress) -> Changes:
        """What became of the newest message of the chat."""
        self.progress = progress
        talk = self.talks.get(progress.partner or "")
        if talk is None or talk.stream is not None:
            return []
        newest = mark(progress.sent, progress.acknowledged, is_live=progress.is_live)
        if newest == talk.mark:
            return []
        talk.mark = newest
        return [Restated(talk.place)]
