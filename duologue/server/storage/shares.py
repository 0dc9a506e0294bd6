"""Shares of a mailbox: one sender gets only a part of it, so that there is room for others.

Every store reports here which messages begin and cease to wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from duologue.core.errors import PeerError
from duologue.core.names import GUEST_MARK, is_guest
from duologue.server.storage.base import Letter


class MailboxLimits(NamedTuple):
    """The number of messages that may wait for one person, and of those from one sender. Chats may end with more."""

    messages: int
    per_sender: int


@dataclass(slots=True)
class _Mailbox:
    """The count of one mailbox. `places` are what the limit counts: what a chat has left beyond its sender's share
    takes none of the others'.
    """

    waiting: int = 0
    places: int = 0
    by_share: Counter[str] = field(default_factory=Counter)


class Shares:
    """The waiting messages of all mailboxes. `waiting_for` returns what waits for somebody, by sender; it is asked
    once.

    Letters that are not heard wait nowhere. For their sender alone they count as if they did, until the recipient hears
    the sender again; otherwise the block could be told from one more letter than a mailbox takes.
    """

    def __init__(self, limits: MailboxLimits, waiting_for: Callable[[str], Iterable[tuple[str, int]]]) -> None:
        self._limits = limits
        self._waiting_for = waiting_for
        self._mailboxes: dict[str, _Mailbox] = {}
        self._unheard: Counter[tuple[str, str]] = Counter()

    def waiting(self, recipient: str) -> int:
        return self._of(recipient).waiting

    def check(self, letter: Letter) -> None:
        """Raise PeerError if there is no place for one more."""
        mailbox = self._of(letter.recipient)
        if mailbox.places >= self._limits.messages:
            text = f"{letter.recipient} has too many messages waiting. Try again when they have been here."
            raise PeerError("mailbox_full", text)
        unheard = 0 if letter.is_heard else self._unheard[letter.recipient, letter.sender]
        if mailbox.by_share[_share(letter.sender)] + unheard >= self._limits.per_sender:
            raise PeerError("mailbox_full", self._share_is_full(letter))

    def _share_is_full(self, letter: Letter) -> str:
        whose = "guests" if is_guest(letter.sender) else "yours"
        return (
            f"{letter.recipient} has {self._limits.per_sender} messages of {whose} waiting, and takes no more of them."
            " Try again when they have been here."
        )

    def taken(self, letter: Letter) -> None:
        """Note that a letter that `check` let pass is kept."""
        pair = letter.recipient, letter.sender
        if letter.is_heard:
            self._unheard.pop(pair, None)
            self.put(*pair, 1)
        else:
            self._unheard[pair] += 1

    def put(self, recipient: str, sender: str, count: int) -> None:
        """Note that `count` more messages wait; or fewer, where it is below 0."""
        if recipient in self._mailboxes:
            self._add(self._mailboxes[recipient], sender, count)

    def forget(self, people: Collection[str]) -> None:
        """Note that nothing waits for these people any more, and that nobody has them blocked."""
        for recipient in people:
            self._mailboxes.pop(recipient, None)
        for pair in [pair for pair in self._unheard if not {*pair}.isdisjoint(people)]:
            del self._unheard[pair]

    def _of(self, recipient: str) -> _Mailbox:
        mailbox = self._mailboxes.get(recipient)
        if mailbox is None:
            mailbox = self._mailboxes[recipient] = _Mailbox()
            for sender, count in self._waiting_for(recipient):
                self._add(mailbox, sender, count)
        return mailbox

    def _add(self, mailbox: _Mailbox, sender: str, count: int) -> None:
        share, most = _share(sender), self._limits.per_sender
        before = mailbox.by_share[share]
        mailbox.by_share[share] = after = before + count
        mailbox.waiting += count
        mailbox.places += min(after, most) - min(before, most)
        if not after:
            del mailbox.by_share[share]


def _share(sender: str) -> str:
    """Return the key of a sender's share. All guests have one together: another name gains them nothing."""
    return GUEST_MARK if is_guest(sender) else sender
