"""People at work: sends presence to those who watch it, and keeps blocks and who may ask whom.

The rules are in `core/presence.py` and `core/privacy.py`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection

from duologue.core.commands.chat import AskForChat
from duologue.core.commands.people import MayAsk, WatchPeople
from duologue.core.effects import AskingChanged, BlockChanged, CloseChat, Effect, OpenChat, PresenceChanged
from duologue.core.errors import PeerError
from duologue.core.events.chat import Refused
from duologue.core.limits import Limits
from duologue.core.presence import Presences
from duologue.core.privacy import Privacy
from duologue.server.backpressure import Backpressure
from duologue.server.people.directory import Directory
from duologue.server.people.presence_watchers import PresenceWatchers
from duologue.server.session import Session
from duologue.server.storage.base import Store, StoreError
from duologue.server.tasks import Tasks

log = logging.getLogger(__name__)

PeopleEffect = PresenceChanged | BlockChanged | AskingChanged


class PeopleService:
    """Presence, blocks and permissions. `perform` carries out effects, and `wall_clock` dates what they do.

    `break_off` ends what there is between two people, the first of whom has blocked the other.
    """

    def __init__(
        self,
        store: Store,
        backpressure: Backpressure,
        limits: Limits,
        directory: Directory,
        *,
        is_in_chat: Callable[[str], bool],
        break_off: Callable[[str, str], list[Effect]],
        perform: Callable[[list[Effect]], None],
        wall_clock: Callable[[], float],
    ) -> None:
        self.privacy = Privacy(limits)
        self.presences = Presences(
            is_in_chat=is_in_chat, limits=limits, is_heard=self.privacy.is_heard, spelling_of=directory.spelling_of
        )
        self.privacy.restore(store.blocks, store.asking)
        self._store = store
        self._break_off = break_off
        self._tasks = Tasks()
        self._watchers = PresenceWatchers(self.presences.of_to, self.presences.online, backpressure.is_login_full)
        self._directory = directory
        self._perform = perform
        self._wall_clock = wall_clock

    @property
    def watching(self) -> int:
        """The number of those who are told of each change."""
        return self._watchers.count

    # Arriving and leaving

    def arrived(self, session: Session, *, is_first: bool) -> None:
        """Note a session; `is_first`: nobody of its person was here before."""
        if is_first:
            self._perform(self.presences.arrive(self._wall_clock(), session.nickname))
        else:
            self._perform(self.presences.arrive_again(session.nickname, session.id))

    def forget(self, session: Session) -> None:
        """Forget `session`, which is gone."""
        self._watchers.forget(session)
        self._tasks.left(session)

    def left(self, nickname: str) -> None:
        """Note that no session of somebody is left."""
        self.privacy.leave(nickname)
        self._perform(self.presences.leave(self._wall_clock(), nickname))

    def begin_anew(self, nicknames: Collection[str]) -> None:
        """Forget accounts that are gone, but for what the store has: the next of such a name is somebody else."""
        self.privacy.begin_anew(nicknames)
        self.presences.begin_anew(nicknames)

    def emptied(self, session: Session) -> None:
        """Note that `session` reads again."""
        self._watchers.emptied(session)

    # Questions and settings

    def go_away(self, session: Session, text: str) -> None:
        self._perform(self.presences.go_away(self._wall_clock(), session.nickname, text))

    def do_not_disturb(self, session: Session) -> None:
        self._perform(self.presences.do_not_disturb(self._wall_clock(), session.nickname))

    def come_back(self, session: Session) -> None:
        self._perform(self.presences.come_back(self._wall_clock(), session.nickname))

    def describe(self, session: Session, nickname: str) -> None:
        """Answer `/whois`. Raises PeerError."""
        self._check_exists(nickname)
        session.tell(self.presences.describe(session.nickname, nickname))

    def _check_exists(self, nickname: str) -> None:
        if not self._directory.is_registered(nickname):
            raise PeerError("unknown", f"{nickname} doesn't exist.")

    def watch(self, session: Session, command: WatchPeople) -> None:
        if command.is_on:
            self._watchers.watch(session)
        else:
            self._watchers.forget(session)

    # Blocks and permissions

    def block(self, session: Session, other: str) -> None:
        """Carry out `/block`. Raises PeerError."""
        self._check_exists(other)
        blocked = self.privacy.block(session.nickname, other)
        self._perform([*self._break_off(session.nickname, other), *blocked])

    def unblock(self, session: Session, other: str) -> None:
        """Carry out `/unblock`. Raises PeerError."""
        self._perform(self.privacy.unblock(session.nickname, other))

    def allow(self, session: Session, who: MayAsk | None) -> None:
        if who is None:
            session.tell(self.privacy.allowed(session.nickname))
        else:
            self._perform(self.privacy.allow(session.nickname, who))

    def when_known(self, session: Session, target: str, ask: Callable[[], None]) -> None:
        """Call `ask` at once, or when the store has said whether `target` knows `session`, which is not read from
        meanwhile.
        """
        if self.privacy.is_to_be_known(session.nickname, target):
            self._tasks.read(session, self._ask_when_known(session, target, ask))
        else:
            ask()

    async def _ask_when_known(self, session: Session, target: str, ask: Callable[[], None]) -> None:
        try:
            if await self._store.have_talked(target, session.nickname):
                self.privacy.knows(target, session.nickname)
        except StoreError as error:
            log.error("contacts not read", extra={"reason": str(error)})
        if session.is_over:  # it has gone meanwhile
            return
        try:
            ask()
        except PeerError as error:
            session.tell(Refused(error.code, error.text, AskForChat))

    # Effects

    def perform(self, effect: PeopleEffect) -> None:
        match effect:
            case PresenceChanged(nickname):
                self._watchers.changed(nickname)
            case BlockChanged(nickname, other, is_on):
                self._store.block_is(nickname, other, is_on)
            case AskingChanged(nickname, who):
                self._store.asking_is(nickname, who.value)

    def chat_changed(self, effect: OpenChat | CloseChat) -> None:
        """Show others whether the two are in a chat."""
        at = self._wall_clock()
        for nickname in (effect.chat.asker, effect.chat.target):
            self._perform(self.presences.chat_changed(at, nickname))
