"""The rules of privacy: blocks, and who may ask whom for a chat.

Calls in, effects out. Guarantees:

1. Somebody who is blocked, or may not ask, is told exactly what they would be told if nobody answered.
2. Somebody who has blocked a person cannot ask or write to them by mistake: that is refused, in words.
3. A block by a guest, or of one, lasts as long as the guest's session, and is never stored.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterable
from collections.abc import Set as AbstractSet

from duologue.core.commands.people import MayAsk
from duologue.core.effects import AskingChanged, BlockChanged, Effect, Tell
from duologue.core.errors import PeerError
from duologue.core.events.people import AskingAllowed, BlockedListed, PersonBlocked, PersonUnblocked
from duologue.core.limits import Limits
from duologue.core.names import is_guest
from duologue.core.pages import PAGE

_NOBODY: AbstractSet[str] = frozenset()


class Privacy:
    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._blocked: dict[str, dict[str, None]] = {}  # by who has blocked them, the oldest block first
        self._blockers: dict[str, set[str]] = {}  # the same, by who is blocked
        self._may_ask: dict[str, MayAsk] = {}  # where it is not everyone
        self._known: set[tuple[str, str]] = set()  # the second is known to the first of each pair

    def restore(self, blocks: Iterable[tuple[str, str]], asking: Iterable[tuple[str, str]]) -> None:
        """Take over blocks and settings that people made on a server that ran before."""
        for nickname, other in blocks:
            self._add(nickname, other)
        for nickname, who in asking:
            self._may_ask[nickname] = MayAsk(who)

    def leave(self, nickname: str) -> None:
        """Forget a guest who leaves: another guest of this name is somebody else."""
        if is_guest(nickname):
            self._forget(nickname)

    def begin_anew(self, nicknames: Collection[str]) -> None:
        """Forget accounts that are gone: the next of such a name is somebody else."""
        for nickname in nicknames:
            self._forget(nickname)
        self._known = {pair for pair in self._known if not any(nickname in nicknames for nickname in pair)}

    def _forget(self, nickname: str) -> None:
        for other in [*self._blocked.get(nickname, ())]:
            self._remove(nickname, other)
        for blocker in [*self._blockers.get(nickname, ())]:
            self._remove(blocker, nickname)
        self._may_ask.pop(nickname, None)

    # Blocks

    def block(self, nickname: str, other: str) -> list[Effect]:
        """Carry out `/block`, of somebody who exists. Blocking twice is blocking once."""
        if nickname == other:
            raise PeerError("yourself", "That is you. Nobody blocks themselves.")
        answer = Tell(nickname, PersonBlocked(other))
        mine = self._blocked.get(nickname, {})
        if other in mine:
            return [answer]
        if len(mine) >= self._limits.blocks:
            raise PeerError(
                "too_many_blocks",
                f"You have blocked {len(mine)} people, and can block no more. /unblock NICK makes room.",
            )
        self._add(nickname, other)
        return [*_kept(nickname, other, BlockChanged(nickname, other, True)), answer]

    def unblock(self, nickname: str, other: str) -> list[Effect]:
        """Carry out `/unblock`."""
        if other not in self._blocked.get(nickname, {}):
            raise PeerError("not_blocked", f"You have not blocked {other}. /blocked lists whom you have.")
        self._remove(nickname, other)
        return [*_kept(nickname, other, BlockChanged(nickname, other, False)), Tell(nickname, PersonUnblocked(other))]

    def blocked_by(self, nickname: str, after: str | None = None) -> BlockedListed:
        """Return a page of those whom somebody has blocked: the first, or what follows `after`."""
        names = sorted(self._blocked.get(nickname, {}))
        first = 0 if after is None else bisect_right(names, after)
        page = names[first : first + PAGE]
        return BlockedListed(tuple(page), len(names) - first - len(page))

    def blockers_of(self, nickname: str) -> AbstractSet[str]:
        """Return those who have blocked `nickname`."""
        return self._blockers.get(nickname, _NOBODY)

    def is_heard(self, sender: str, recipient: str) -> bool:
        """Return whether what `sender` says reaches `recipient`."""
        return recipient not in self.blockers_of(sender)

    def check_may_turn_to(self, nickname: str, other: str) -> None:
        """Raise PeerError if `nickname` has blocked the person that they ask or write to."""
        if not self.is_heard(other, nickname):
            raise PeerError("blocked", f"You have blocked {other}. /unblock {other} first.")

    def _add(self, nickname: str, other: str) -> None:
        self._blocked.setdefault(nickname, {})[other] = None
        self._blockers.setdefault(other, set()).add(nickname)

    def _remove(self, nickname: str, other: str) -> None:
        del self._blocked[nickname][other]
        self._blockers[other].remove(nickname)
        if not self._blocked[nickname]:
            del self._blocked[nickname]
        if not self._blockers[other]:
            del self._blockers[other]

    # Permission to ask

    def allowed(self, nickname: str) -> AskingAllowed:
        """Answer `/allow`: who may ask somebody for a chat."""
        return AskingAllowed(self._asking(nickname))

    def allow(self, nickname: str, who: MayAsk) -> list[Effect]:
        """Carry out `/allow WHO`."""
        if who is self._asking(nickname):
            return [Tell(nickname, AskingAllowed(who))]
        if who is MayAsk.EVERYONE:
            del self._may_ask[nickname]
        else:
            self._may_ask[nickname] = who
        stored = _kept(nickname, nickname, AskingChanged(nickname, who))
        return [*stored, Tell(nickname, AskingAllowed(who))]

    def _asking(self, nickname: str) -> MayAsk:
        return self._may_ask.get(nickname, MayAsk.EVERYONE)

    def is_to_be_known(self, asker: str, target: str) -> bool:
        """Return whether it matters whether `target` knows the asker and is not yet clear. Nobody knows a guest."""
        is_asking_known = self._asking(target) is MayAsk.KNOWN and (target, asker) not in self._known
        return is_asking_known and not is_guest(asker) and not is_guest(target)

    def knows(self, nickname: str, other: str) -> None:
        """Note that `nickname` knows `other`."""
        self._known.add((nickname, other))

    def takes_request(self, asker: str, target: str) -> bool:
        """Return whether a request of `asker` for a chat reaches `target`."""
        if not self.is_heard(asker, target):
            return False
        match self._asking(target):
            case MayAsk.EVERYONE:
                return True
            case MayAsk.KNOWN:
                return (target, asker) in self._known
            case MayAsk.NOBODY:
                return False


def _kept(nickname: str, other: str, effect: Effect) -> list[Effect]:
    """Return `effect` if it is about accounts only."""
    return [] if is_guest(nickname) or is_guest(other) else [effect]
