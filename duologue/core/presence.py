"""The rules of presence: whether somebody is free, busy or away, and when others are told.

Calls in (with the wall clock's time, in seconds since 1970, where it counts), effects out. Guarantees:

1. A presence lasts as long as the session: everybody begins as online.
2. Everybody who asks gets the same answer, except for the text of somebody whom they have blocked.
3. Somebody who asks about or writes to a person who is away reads their text once for each time that they go away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from duologue.core.effects import Effect, PresenceChanged, Tell
from duologue.core.errors import PeerError
from duologue.core.events.chat import PeopleOnline
from duologue.core.events.people import PeopleListed, PersonDescribed, Presence, State, YouAre
from duologue.core.limits import Limits
from duologue.core.names import is_guest
from duologue.core.pages import SortedNames
from duologue.core.text import visible


@dataclass(slots=True)
class _Session:
    """Somebody who is here. `said` is the state that they have set, `times` counts how often they have set one, and
    `read` holds whose text they have read, by the count that it had.
    """

    since: float
    said: State = State.ONLINE
    text: str = ""
    times: int = 0
    read: dict[str, tuple[float, int]] = field(default_factory=dict)
    came: float = 0.0


class Presences:
    """The presence of everybody who is here. `is_in_chat` tells whether somebody is in a chat; `is_heard` (speaker,
    listener) whether a text is shown to the listener, while a state is for everybody; `spelling_of` how an account
    spells itself.
    """

    def __init__(
        self,
        *,
        is_in_chat: Callable[[str], bool],
        limits: Limits,
        is_heard: Callable[[str, str], bool] = lambda _, __: True,
        spelling_of: Callable[[str], str] = lambda _: "",
    ) -> None:
        self._spelling_of = spelling_of
        self._is_in_chat = is_in_chat
        self._is_heard = is_heard
        self._limits = limits
        self._here: dict[str, _Session] = {}
        self._names = SortedNames()
        self._left: dict[str, float] = {}  # accounts that were here while this server ran

    # Arriving and leaving

    def arrive(self, at: float, nickname: str) -> list[Effect]:
        self._here[nickname] = _Session(at, came=at)
        self._names.add(nickname)
        self._left.pop(nickname, None)
        return [PresenceChanged(nickname)]

    def arrive_again(self, nickname: str, session: int) -> list[Effect]:
        """Tell a further session of somebody the state that they have set on another."""
        here = self._here[nickname]
        return [] if here.said is State.ONLINE else [Tell(nickname, YouAre(here.said, here.text), session)]

    def leave(self, at: float, nickname: str) -> list[Effect]:
        del self._here[nickname]
        self._names.remove(nickname)
        if not is_guest(nickname):
            self._left[nickname] = at
        return [PresenceChanged(nickname)]

    def begin_anew(self, nicknames: Iterable[str]) -> None:
        """Forget when accounts were here that are gone: the next of such a name is somebody else."""
        for nickname in nicknames:
            self._left.pop(nickname, None)

    def chat_changed(self, at: float, nickname: str) -> list[Effect]:
        """Note that a chat of somebody has begun or ended. A state that they have set themselves stays."""
        session = self._here.get(nickname)
        if session is None or session.said is not State.ONLINE:
            return []
        session.since = at
        return [PresenceChanged(nickname)]

    # States that people set

    def go_away(self, at: float, nickname: str, text: str) -> list[Effect]:
        """Carry out `/away`, with a text or without; a second one changes the text."""
        # Remaining control characters are made visible here, for all front doors, as in a topic.
        said = visible(" ".join(text.split()))
        if len(said) > self._limits.away_text:
            raise PeerError(
                "away_too_long",
                f"That has {len(said)} characters, and may have {self._limits.away_text}. Say it in fewer.",
            )
        return self._say(at, nickname, State.AWAY, said)

    def do_not_disturb(self, at: float, nickname: str) -> list[Effect]:
        """Carry out `/dnd`."""
        return self._say(at, nickname, State.DO_NOT_DISTURB)

    def come_back(self, at: float, nickname: str) -> list[Effect]:
        """Carry out `/back`, from either state."""
        return self._say(at, nickname, State.ONLINE)

    def _say(self, at: float, nickname: str, state: State, text: str = "") -> list[Effect]:
        session = self._here[nickname]
        answer = Tell(nickname, YouAre(state, text))
        if (session.said, session.text) == (state, text):
            return [answer]
        if session.said is not state:
            session.since = at
            session.times += 1
        session.said, session.text = state, text
        return [answer, PresenceChanged(nickname)]

    # What others are told

    def is_disturbable(self, nickname: str) -> bool:
        """Return whether somebody takes requests for a chat."""
        session = self._here.get(nickname)
        return session is None or session.said is not State.DO_NOT_DISTURB

    def text_for(self, reader: str, nickname: str) -> list[Effect]:
        """Tell `reader`, who has turned to `nickname`, the text that they have left while away: once only."""
        session, reading = self._here.get(nickname), self._here.get(reader)
        if session is None or reading is None or session.said is not State.AWAY or not self._is_heard(nickname, reader):
            return []
        this_time = session.came, session.times
        if reading.read.get(nickname) == this_time:
            return []
        reading.read[nickname] = this_time
        return [Tell(reader, self.of(nickname))]

    def of(self, nickname: str) -> Presence:
        session = self._here.get(nickname)
        if session is None:
            return Presence(nickname, State.OFFLINE)
        return Presence(nickname, self._state(nickname, session), session.text, self._spelling_of(nickname))

    def of_to(self, reader: str, nickname: str) -> Presence:
        """Return the presence of `nickname` as `reader` is told of it."""
        presence = self.of(nickname)
        return presence if self._is_heard(nickname, reader) else presence.without_text()

    def _state(self, nickname: str, session: _Session) -> State:
        is_free = session.said is State.ONLINE
        return State.IN_CHAT if is_free and self._is_in_chat(nickname) else session.said

    def describe(self, reader: str, nickname: str) -> PersonDescribed:
        """Answer `/whois`, about somebody who exists."""
        presence, session = self.of_to(reader, nickname), self._here.get(nickname)
        since = session.since if session else self._left.get(nickname)
        whole = None if since is None else int(since)
        spelling = self._spelling_of(nickname)
        return PersonDescribed(nickname, presence.state, whole, is_guest(nickname), presence.text, spelling)

    # A page of everybody who is here: the first, or what follows `after`

    def listed(self, after: str | None = None) -> PeopleListed:
        names, more = self._names.page(after)
        return PeopleListed(tuple((name, self._state(name, self._here[name])) for name in names), more)

    def online(self, after: str | None = None) -> PeopleOnline:
        names, more = self._names.page(after)
        return PeopleOnline(tuple(names), more)
