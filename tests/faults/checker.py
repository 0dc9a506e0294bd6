"""Judges what talkers have written down. Knows nothing of the server, the wire or how messages are numbered there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields

from tests.faults.journal import Began, Entry, Heard, Said, Stored
from tests.faults.messages import identity_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts of messages. All from `lost` to `corrupted` are faults; they are 0 where the promise is kept.

    `repeated` is no fault: what a recipient had heard, but not finished with, when it was killed, it hears again as
    the first thing in its next life.
    """

    sent: int = 0
    acknowledged: int = 0
    delivered: int = 0
    lost: int = 0
    """Acknowledged, and not delivered by the end."""
    duplicated: int = 0
    reordered: int = 0
    """Heard after one that was said later."""
    phantom: int = 0
    """Heard or acknowledged, and never said."""
    corrupted: int = 0
    repeated: int = 0

    @property
    def faults(self) -> int:
        return self.lost + self.duplicated + self.reordered + self.phantom + self.corrupted

    @property
    def is_complete(self) -> bool:
        """Everything that was said has been acknowledged and delivered, as it must once nothing fails any more."""
        return self.sent == self.acknowledged == self.delivered

    def __add__(self, other: Verdict) -> Verdict:
        return Verdict(*(getattr(self, count.name) + getattr(other, count.name) for count in fields(Verdict)))


@dataclass(slots=True)
class _Speaker:
    """What one says to the other, by both journals."""

    said: set[int] = field(default_factory=set)
    acknowledged: int = 0
    heard: set[int] = field(default_factory=set)
    highest: int = 0
    hears_again: bool = False
    """The listener has begun a new life, and has heard nothing new in it."""
    last_again: int = 0
    duplicated: int = 0
    reordered: int = 0
    phantom: int = 0
    corrupted: int = 0
    repeated: int = 0

    def hear(self, number: int) -> None:
        if number not in self.said:
            self.phantom += 1
        elif number in self.heard:
            self._hear_again(number)
        else:
            self.reordered += number < self.highest
            self.heard.add(number)
            self.highest = max(self.highest, number)
            self.hears_again = False

    def _hear_again(self, number: int) -> None:
        if self.hears_again and number > self.last_again:
            self.last_again = number
            self.repeated += 1
        else:
            self.duplicated += 1

    def verdict(self) -> Verdict:
        never_said = max(0, self.acknowledged - max(self.said, default=0))
        lost = sum(number <= self.acknowledged for number in self.said - self.heard)
        return Verdict(
            sent=len(self.said),
            acknowledged=self.acknowledged,
            delivered=len(self.heard),
            lost=lost,
            duplicated=self.duplicated,
            reordered=self.reordered,
            phantom=self.phantom + never_said,
            corrupted=self.corrupted,
            repeated=self.repeated,
        )


def judge(one: Iterable[Entry], other: Iterable[Entry]) -> Verdict:
    """Both directions of two people's conversation, from both journals."""
    journals = [*one], [*other]
    forth, back = (_judge(*pair) for pair in (journals, journals[::-1]))
    return forth + back


def _judge(speaker: list[Entry], listener: list[Entry]) -> Verdict:
    name = next(entry.me for entry in speaker if isinstance(entry, Began))
    speech = _Speaker()
    for entry in speaker:
        if isinstance(entry, Said):
            speech.said.add(entry.number)
        elif isinstance(entry, Stored):
            speech.acknowledged = max(speech.acknowledged, entry.number)
    for entry in listener:
        _listen(speech, name, entry)
    return speech.verdict()


def _listen(speech: _Speaker, speaker: str, entry: Entry) -> None:
    match entry:
        case Began():
            speech.hears_again, speech.last_again = True, 0
        case Heard(text):
            identity = identity_of(text)
            if identity is None:
                speech.corrupted += 1
            elif identity.sender != speaker:
                speech.phantom += 1
            else:
                speech.hear(identity.number)
