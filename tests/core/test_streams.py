"""How far messages have got (protocol, sections 7 and 10): step by step, then as a model with losses of every kind."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sized
from dataclasses import dataclass, field
from itertools import count, pairwise

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from duologue.core.commands.chat import StreamHeld
from duologue.core.errors import FatalPeerError
from duologue.core.streams import Direction, Resumption, Stream, chat_of
from tests.examples import examples


def direction(*streams: Stream) -> Direction:
    return Direction("alice", "bob", [*streams])


def cannot_be(call: Callable[[], object]) -> str:
    with pytest.raises(FatalPeerError, match="bad_count") as caught:
        call()
    return caught.value.text


def test_a_later_stream_is_known_to_be_of_its_chat() -> None:
    assert chat_of("Ab-_Ab-_Ab-_") == "Ab-_Ab-_Ab-_"
    later = direction(Stream("Ab-_Ab-_Ab-_")).sender_returns(None).stream
    assert chat_of(later.name) == "Ab-_Ab-_Ab-_"


class TestRecipientAcknowledges:
    def test_news_is_what_was_not_known(self) -> None:
        """7.2: the same count again is a sign of life."""
        stream = Stream("c", sent=5)
        bob = direction(stream)
        assert bob.acknowledge(stream, 3)
        assert not bob.acknowledge(stream, 3)
        assert bob.acknowledge(stream, 5)
        assert stream.received == 5

    @pytest.mark.parametrize("upto", [6, 10**17])
    def test_a_count_that_cannot_be(self, upto: int) -> None:
        """7.5: above what was sent; and it changes nothing."""
        stream = Stream("c", sent=5)
        bob = direction(stream)
        bob.acknowledge(stream, 3)
        assert str(upto) in cannot_be(lambda: bob.acknowledge(stream, upto))
        assert stream.received == 3
        assert not bob.acknowledge(stream, 3)

    @pytest.mark.parametrize("upto", [0, 2])
    def test_a_count_that_goes_back_is_passed_over(self, upto: int) -> None:
        """7.5"""
        stream = Stream("c", sent=5)
        bob = direction(stream)
        bob.acknowledge(stream, 3)
        assert not bob.acknowledge(stream, upto)
        assert stream.received == 3

    def test_what_it_had_in_an_earlier_session_it_may_say_again(self) -> None:
        """Another device of the same person may hold less."""
        stream = Stream("c", sent=5)
        bob = direction(stream)
        bob.acknowledge(stream, 5)
        bob.recipient_returns(StreamHeld("c", 2))
        assert not bob.acknowledge(stream, 2)
        assert stream.received == 5

    def test_of_a_stream_read_back_it_counts_for_no_more_than_the_server_has(self) -> None:
        """7.5: the server was killed before it stored what it had passed on, and its sender sends that again."""
        stream = Stream("c", sent=3, stored=3, is_recovered=True)
        bob = direction(stream)
        bob.recipient_returns(StreamHeld("c", 2))
        assert bob.acknowledge(stream, 5)
        assert not bob.acknowledge(stream, 10**17)
        assert stream.received == 3
        stream.sent = 5
        assert bob.acknowledge(stream, 5)
        assert stream.received == 5


class TestRecipientReturns:
    def test_it_is_handed_what_follows_what_it_holds(self) -> None:
        """10.5."""
        stream = Stream("c", sent=9, received=2)
        bob = direction(stream)
        assert bob.recipient_returns(StreamHeld("c", 6)) == [stream]
        assert (bob.at, bob.pushed, stream.received) == (stream, 6, 6)

    def test_one_that_remembers_nothing_is_handed_what_is_not_known_to_have_arrived(self) -> None:
        stream = Stream("c", sent=9, received=2)
        bob = direction(stream)
        assert bob.recipient_returns(None) == []
        assert (bob.at, bob.pushed) == (stream, 2)

    def test_who_holds_some_of_a_stream_had_all_before_it(self) -> None:
        """A stream begins for the recipient when the one before has been handed over whole."""
        old, new = Stream("c", sent=4, received=1), Stream("c.2", sent=3)
        bob = direction(old, new)
        assert bob.recipient_returns(StreamHeld("c.2", 1)) == [old, new]
        assert (old.received, new.received) == (4, 1)
        assert (bob.at, bob.pushed) == (new, 1)

    def test_older_streams_are_handed_over_first(self) -> None:
        old, new = Stream("c", sent=4, received=1), Stream("c.2", sent=3)
        bob = direction(old, new)
        bob.recipient_returns(None)
        assert (bob.at, bob.pushed, bob.is_at_end) == (old, 1, False)
        bob.pushed = 4
        assert (bob.at, bob.pushed, bob.is_at_end) == (old, 4, True)
        bob.next_stream()
        assert (bob.at, bob.pushed, bob.is_at_end) == (new, 0, False)

    def test_what_came_late_in_an_older_stream_is_not_among_what_it_had(self) -> None:
        """11.2."""
        old = Stream("c", sent=4, received=1)
        bob = direction(old)
        new = bob.sender_returns(None).stream
        new.counts(3, 9)
        old.counts(2, 9)
        assert bob.recipient_returns(StreamHeld("c.2", 1)) == [old, new]
        assert (old.received, bob.at, bob.pushed) == (4, old, 4)

    def test_a_server_that_starts_does_not_know_what_came_late(self) -> None:
        old, new = Stream("c", 4, 4, 2, is_recovered=True), Stream("c.2", 3, 3, 0, is_recovered=True)
        bob = direction(old, new)
        assert bob.recipient_returns(StreamHeld("c.2", 3)) == [new]
        assert (bob.at, bob.pushed) == (old, 2)

    def test_it_is_handed_what_came_late_and_then_goes_on_where_it_was(self) -> None:
        """Nothing twice, whichever stream is gone back to meanwhile."""
        first, second, third = Stream("c", sent=4), Stream("c.2", sent=5), Stream("c.3", sent=9)
        bob = direction(first, second, third)
        for _ in range(2):
            bob.next_stream()
        bob.pushed = 6
        assert bob.go_back(second, 5)
        second.counts(1, 9)
        assert (bob.at, bob.pushed) == (second, 5)
        assert bob.go_back(first, 4)
        first.counts(1, 9)
        assert not bob.go_back(second, 6), "its turn comes"
        second.counts(1, 9)
        was = []
        while True:
            was.append((bob.at.name, bob.pushed))
            if bob.at is third:
                break
            bob.pushed = bob.at.sent
            bob.next_stream()
        assert was == [("c", 4), ("c.2", 5), ("c.3", 6)]

    def test_streams_that_were_left_with_nothing_missing_are_passed_over(self) -> None:
        streams = [Stream("c", sent=4), *(Stream(f"c.{number}", sent=number) for number in range(2, 9))]
        bob = direction(*streams)
        for _ in streams[1:]:
            bob.next_stream()
        bob.pushed = 8
        bob.go_back(streams[0], 4)
        streams[0].counts(1, 9)
        streams[5].counts(1, 9)
        bob.pushed = 5
        bob.next_stream()
        assert (bob.at, bob.pushed) == (streams[5], 6)
        bob.pushed = 7
        bob.next_stream()
        assert (bob.at, bob.pushed, bob.is_level) == (streams[-1], 8, True)

    def test_who_comes_back_begins_with_what_is_missing(self) -> None:
        first, second = Stream("c", sent=4, received=4), Stream("c.2", sent=5, received=1)
        bob = direction(first, second)
        bob.next_stream()
        bob.go_back(first, 4)
        bob.recipient_returns(None)
        assert (bob.at, bob.pushed) == (second, 1)
        bob.go_back(first, 4)
        bob.recipient_returns(StreamHeld("c.2", 3))
        assert (bob.at, bob.pushed) == (second, 3)

    def test_a_device_is_handed_what_follows_what_it_holds_itself(self) -> None:
        """14.3: others of this person hold more, and that is known."""
        stream = Stream("c", sent=9, stored=9, received=7)
        bob = direction(stream)
        assert bob.recipient_returns(StreamHeld("c", 2), by_device=True) == []
        assert (bob.pushed, stream.received) == (2, 7)
        assert bob.recipient_returns(StreamHeld("c", 8), by_device=True) == [stream]
        assert (bob.pushed, stream.received) == (8, 8)

    def test_it_is_handed_the_next_stream_from_its_beginning(self) -> None:
        old, new = Stream("c", sent=4, stored=4, received=4), Stream("c.2", sent=3, stored=3, received=2)
        bob = direction(old, new)
        bob.recipient_returns(StreamHeld("c", 1), by_device=True)
        assert (bob.at, bob.pushed) == (old, 1)
        bob.pushed = 4
        bob.next_stream(by_device=True)
        assert (bob.at, bob.pushed) == (new, 0)

    def test_one_that_claims_nothing_is_handed_what_nobody_of_its_person_has_or_the_store_has_not(self) -> None:
        stream = Stream("c", sent=9, stored=5, received=7)
        bob = direction(stream)
        bob.recipient_returns(None, by_device=True)
        assert bob.pushed == 5

    def test_who_has_everything_is_level(self) -> None:
        stream = Stream("c", sent=4)
        bob = direction(stream)
        bob.recipient_returns(StreamHeld("c", 4))
        assert bob.is_level

    def test_who_has_more_than_the_server_is_handed_what_follows_what_the_server_has(self) -> None:
        """10.5: it drops what it holds of that. Otherwise what comes later would never be handed over to a liar."""
        stream = Stream("c", sent=3, stored=3, is_recovered=True)
        bob = direction(stream)
        assert bob.recipient_returns(StreamHeld("c", 10**17)) == [stream]
        assert (bob.pushed, bob.is_level, stream.received) == (3, True, 3)

    def test_who_has_more_than_was_ever_sent_is_refused_and_so_is_a_stream_of_another(self) -> None:
        stream = Stream("c", sent=3)
        bob = direction(stream)
        cannot_be(lambda: bob.recipient_returns(StreamHeld("c", 4)))
        cannot_be(lambda: bob.recipient_returns(StreamHeld("other", 0)))
        assert (stream.received, bob.pushed) == (0, 0)


class TestSenderReturns:
    def test_it_goes_on_after_what_the_server_has(self) -> None:
        """10.3."""
        stream = Stream("c", sent=5, stored=4)
        alice = direction(stream)
        assert alice.sender_returns(StreamHeld("c", 3)) == Resumption(5, stream, is_new=False)
        assert alice.current is stream

    def test_one_that_remembers_nothing_begins_a_new_stream(self) -> None:
        """10.4."""
        alice = direction(Stream("c", sent=5, stored=5))
        answer = alice.sender_returns(None)
        assert (answer.had, answer.is_new, answer.stream.sent) == (0, True, 0)
        assert alice.current is answer.stream
        assert answer.stream.name != "c"

    def test_what_the_server_had_of_an_older_stream_is_not_to_be_said_again(self) -> None:
        """10.4: what it still has after <had> of the old stream gets new numbers."""
        old = Stream("c", sent=5, stored=5)
        alice = direction(old)
        second = alice.sender_returns(None).stream
        answer = alice.sender_returns(StreamHeld("c", 2))
        assert (answer.had, answer.is_new) == (5, True)
        assert alice.streams == [old, second, answer.stream]

    def test_who_was_told_that_more_is_stored_than_there_is_begins_anew(self) -> None:
        """A server brought back from an old backup: its numbers up to there were others."""
        alice = direction(Stream("c", sent=5, stored=5, is_recovered=True))
        answer = alice.sender_returns(StreamHeld("c", 8))
        assert (answer.had, answer.is_new, answer.stream.sent) == (8, True, 0)
        assert answer.stream.name != "c"

    def test_a_stream_of_another_is_not_gone_on_with(self) -> None:
        alice = direction(Stream("c", sent=5))
        answer = alice.sender_returns(StreamHeld("other", 3))
        assert (answer.had, answer.is_new) == (3, True)
        assert chat_of(answer.stream.name) == "c"

    def test_every_return_without_memory_has_a_stream_of_its_own(self) -> None:
        alice = direction(Stream("c"))
        for _ in range(5):
            alice.sender_returns(None)
        names = [stream.name for stream in alice.streams]
        assert len({*names}) == len(names) == 6


def test_what_is_stored_of_a_stream_is_not_what_was_sent() -> None:
    """10.3: of what is live only, the other end could still lose the one copy."""
    says = direction(Stream("id", sent=5, received=4, stored=3), Stream("id.2", sent=2, stored=1))
    assert [says.stored_of(StreamHeld(name, 0)) for name in ("id", "id.2", "id.3", "-")] == [3, 1, 0, 0]
    assert says.stored_of(None) == 0


def test_while_live_nobody_counts_and_who_falls_behind_has_all_up_to_then() -> None:
    stream = Stream("c", sent=2)
    bob = direction(stream)
    bob.recipient_returns(StreamHeld("c", 2))
    stream.sent = 7
    bob.now_behind()
    stream.sent = 9
    assert bob.pushed == 7


# The model: one direction of a chat, with everything that can be lost

CHAT = "Ab-_Ab-_Ab-_"
devices = st.sampled_from([0, 0, 0, 1])


@dataclass(frozen=True)
class Text:
    """Message `number` of what was said under one memory of the sender."""

    origin: int
    number: int


@dataclass(frozen=True)
class Late:
    """A message that is handed in under its stream and number."""

    stream: str
    number: int
    text: Text


@dataclass
class SendersMemory:
    """`kept` are the messages `stored` + 1, … of `stream`; None until the server has said which it is."""

    origin: int
    stream: str | None = None
    stored: int = 0
    kept: list[Text] = field(default_factory=list)
    said: int = 0
    rests: dict[str, SendersMemory] = field(default_factory=dict)

    def leaves(self, stream: str, taken: int) -> None:
        """10.4: what is left of the old stream keeps its numbers."""
        if self.kept and self.stream:
            self.rests[self.stream] = SendersMemory(self.origin, self.stream, self.stored, self.kept)
        self.stream, self.stored, self.kept = stream, taken, []

    def late(self) -> list[Late]:
        """11.2."""
        rests = self.rests.values()
        return [
            Late(rest.stream or "", at, text) for rest in rests for at, text in enumerate(rest.kept, rest.stored + 1)
        ]

    def store(self, upto: int) -> None:
        del self.kept[: max(0, upto - self.stored)]
        self.stored = max(self.stored, upto)

    def held(self) -> StreamHeld | None:
        return StreamHeld(self.stream, self.stored) if self.stream else None


@dataclass
class RecipientsMemory:
    """How many it holds of each stream; the last that it heard of is `stream`. `taken` is all that it ever took."""

    stream: str | None = None
    upto: dict[str, int] = field(default_factory=dict)
    taken: list[Text] = field(default_factory=list)

    def held(self) -> StreamHeld | None:
        return StreamHeld(self.stream, self.upto.get(self.stream, 0)) if self.stream else None


@dataclass
class OnDisk:
    name: str
    texts: list[Text] = field(default_factory=list)
    received: int = 0


class Losses(RuleBasedStateMachine):
    """A sender, a server with a disk, and a recipient. Each may lose what it did not write down, at any time, and the
    two people what they did, too. The recipient has two devices, which know nothing of each other.
    """

    make_direction: type[Direction] = Direction
    senders_devices: tuple[int, ...] = (0,)

    def __init__(self) -> None:
        super().__init__()
        self.origins = count()
        # On disk, in this order, and what waits to be written
        self.disk = [OnDisk(CHAT)]
        self.unwritten: deque[Callable[[], None]] = deque()
        self.direction = self.make_direction("alice", "bob", [Stream(CHAT)])
        # What the people remember, by device
        self.senders = [self.new_sender(CHAT), *(self.new_sender(None) for _ in self.senders_devices[1:])]
        self.recipients = [RecipientsMemory(CHAT), RecipientsMemory()]
        self.forgotten: list[RecipientsMemory] = []
        self.sender_on: int | None = 0
        self.recipient_on: int | None = 0
        self.may_say = True
        # On the wire
        self.to_server: deque[Text | Late] = deque()
        self.to_sender: deque[Callable[[], None]] = deque()
        self.to_recipient: deque[Callable[[], None]] = deque()
        self.pings: deque[tuple[str, int]] = deque()
        self.next_number = 1  # 0 until a StreamBegins has said which it is
        self.is_live = True
        self.has_room = True

    # What people say and hear

    def new_sender(self, stream: str | None) -> SendersMemory:
        return SendersMemory(next(self.origins), stream)

    def says(self) -> None:
        """Written down before it is sent; one who waits for the answer to a /resume writes it down only."""
        memory = self.senders[self.sender_on or 0]
        if memory.stream is None:
            return
        memory.said += 1
        text = Text(memory.origin, memory.said)
        self.keeps(memory, text)
        if self.sender_on is not None and self.may_say:
            self.to_server.append(text)

    def keeps(self, memory: SendersMemory, text: Text) -> None:
        memory.kept.append(text)

    def sender_reads(self) -> None:
        self.to_sender.popleft()()

    def hears_pong(self, stream: str, stored: int) -> None:
        memory = self.senders[self.sender_on or 0]
        if memory.stream == stream:
            memory.store(stored)
        rest = memory.rests.get(stream)
        if rest:
            rest.store(stored)
            if not rest.kept:
                del memory.rests[stream]

    def hears_resumed(self, answer: Resumption, stream: str, taken: int) -> None:
        """10.3, 10.4."""
        memory = self.senders[self.sender_on or 0]
        if memory.stream == stream:
            again = memory.kept[taken - memory.stored :]
            assert taken >= memory.stored
        else:
            memory.store(answer.had)
            self.leaves(memory, stream, taken)
            again = memory.kept
        self.to_server += again
        self.may_say = True

    def leaves(self, memory: SendersMemory, stream: str, taken: int) -> None:
        before = len(memory.late())
        memory.leaves(stream, taken)
        self.to_server += memory.late()[before:]

    def recipient_reads(self) -> None:
        self.to_recipient.popleft()()

    def hears_stream(self, name: str, first: int) -> None:
        """10.5."""
        self.next_number = first
        memory = self.recipients[self.recipient_on or 0]
        memory.stream = name
        memory.upto[name] = max(memory.upto.get(name, 0), first - 1)

    def hears_text(self, text: Text) -> None:
        memory = self.recipients[self.recipient_on or 0]
        number, self.next_number = self.next_number, self.next_number + 1
        if self.is_new(memory, number):
            assert memory.stream is not None
            memory.upto[memory.stream] = number
            memory.taken.append(text)

    def is_new(self, memory: RecipientsMemory, number: int) -> bool:
        return number > memory.upto.get(memory.stream or "", 0)

    def recipient_pings(self) -> None:
        if self.recipient_on is None:
            return
        held = self.recipients[self.recipient_on].held()
        if held and self.next_number:
            self.pings.append((held.name, held.upto))

    # What the server does

    def server_reads(self) -> None:
        text = self.to_server.popleft()
        if isinstance(text, Late):
            self.server_reads_late(text)
            return
        stream = self.direction.current
        stream.sent += 1
        if self.is_live:
            self.to_recipient.append(lambda: self.hears_text(text))
        on_disk = stream.name
        self.unwritten.append(lambda: self.write(on_disk, text))
        self.taken_in(stream)

    def server_reads_late(self, late: Late) -> None:
        stream = self.direction.named(late.stream)
        assert stream
        assert stream is not self.direction.current
        assert late.number <= stream.sent + 1
        if late.number <= stream.sent:
            self.pongs(stream, stream.stored)
            return
        self.falls_behind()
        if self.direction.go_back(stream, stream.sent) and self.recipient_on is not None:
            self.announces()
        stream.counts(1, 1)
        self.unwritten.append(lambda: self.write(late.stream, late.text))
        self.pushes()

    def taken_in(self, stream: Stream) -> None:
        """A place to answer too early."""

    def write(self, name: str, text: Text) -> None:
        stream = next(stream for stream in reversed(self.disk) if stream.name == name)
        stream.texts.append(text)

    @precondition(lambda self: self.unwritten)
    @rule(most=st.integers(1, 5))
    def disk_syncs(self, most: int) -> None:
        """A part of what waits, and who said it hears so."""
        for _ in range(min(most, len(self.unwritten))):
            self.unwritten.popleft()()
        for on_disk in self.disk:
            stream = self.direction.named(on_disk.name)
            if stream and stream.stored < len(on_disk.texts):
                stream.stored = len(on_disk.texts)
                self.pongs(stream, stream.stored)
        self.pushes()

    def pongs(self, stream: Stream, stored: int) -> None:
        if self.sender_on is not None and (stream is self.direction.current or stream.is_late):
            self.to_sender.append(lambda: self.hears_pong(stream.name, stored))

    def server_reads_ping(self) -> None:
        name, upto = self.pings.popleft()
        stream = self.direction.named(name)
        assert stream is not None
        if self.direction.acknowledge(stream, upto):
            self.note_received(name, upto)

    def note_received(self, name: str, upto: int) -> None:
        def note() -> None:
            stream = next(stream for stream in reversed(self.disk) if stream.name == name)
            stream.received = max(stream.received, upto)

        self.unwritten.append(note)

    def server_pushes_one(self) -> None:
        """From the disk, to one who is behind."""
        self.pushes()
        if self.recipient_on is None or self.is_live or not self.has_room:
            return
        at, number = self.direction.at.name, self.direction.pushed + 1
        stored = next((stream.texts for stream in reversed(self.disk) if stream.name == at), [])
        if number <= len(stored):
            text = stored[number - 1]
            self.to_recipient.append(lambda: self.hears_text(text))
            self.direction.pushed = number
            self.pushes()

    def pushes(self) -> None:
        if self.recipient_on is None or self.is_live or not self.has_room:
            return
        while self.direction.is_at_end:
            self.direction.next_stream()
            self.announces()
        self.is_live = self.direction.is_level

    def announces(self) -> None:
        name, first = self.direction.at.name, self.direction.pushed + 1
        self.to_recipient.append(lambda: self.hears_stream(name, first))

    @rule()
    def queue_fills_or_empties(self) -> None:
        self.has_room = not self.has_room
        if not self.has_room:
            self.falls_behind()
        self.pushes()

    def falls_behind(self) -> None:
        if self.is_live:
            self.is_live = False
            self.direction.now_behind()

    # Links, and who is behind them

    @rule()
    def sender_is_lost(self) -> None:
        """Also what is on its way between the two."""
        self.sender_on = None
        self.may_say = False
        self.to_server.clear()
        self.to_sender.clear()

    @rule()
    def recipient_is_lost(self) -> None:
        self.recipient_on = None
        self.to_recipient.clear()
        self.next_number = 0
        self.pings.clear()
        self.falls_behind()
        self.has_room = True

    @rule(device=devices)
    def sender_returns(self, device: int) -> None:
        """The answer is on its way, and can be lost too."""
        device = device if device in self.senders_devices else 0
        self.sender_is_lost()
        self.sender_on = device
        self.to_server += self.senders[device].late()
        answer = self.direction.sender_returns(self.senders[device].held())
        stream, taken = answer.stream, answer.stream.sent
        if answer.is_new:
            self.begins(stream.name)
        self.to_sender.append(lambda: self.hears_resumed(answer, stream.name, taken))

    def begins(self, name: str) -> None:
        """Nobody hears of a stream before it is on disk, and all that was said before it."""
        self.unwritten.append(lambda: self.disk.append(OnDisk(name)))
        self.disk_syncs(len(self.unwritten))
        self.falls_behind()
        self.pushes()

    @rule(device=devices)
    def recipient_returns(self, device: int) -> None:
        self.recipient_is_lost()
        self.recipient_on = device
        for stream in self.direction.recipient_returns(self.recipients[device].held()):
            self.note_received(stream.name, stream.received)
        self.announces()
        self.pushes()

    # What is lost

    @rule(device=devices)
    def sender_loses_its_memory(self, device: int) -> None:
        device = device if device in self.senders_devices else 0
        if self.sender_on == device:
            self.sender_is_lost()
        self.senders[device] = self.new_sender(None)

    @rule(device=devices)
    def recipient_loses_its_memory(self, device: int) -> None:
        if self.recipient_on == device:
            self.recipient_is_lost()
        self.forgotten.append(self.recipients[device])
        self.recipients[device] = RecipientsMemory()

    @rule()
    def server_is_killed(self) -> None:
        """What is not on disk is gone, and everybody's connection with it; then it starts again."""
        self.sender_is_lost()
        self.recipient_is_lost()
        self.unwritten.clear()
        self.direction = self.make_direction(
            "alice",
            "bob",
            [Stream(on.name, len(on.texts), len(on.texts), on.received, is_recovered=True) for on in self.disk],
        )

    # Many steps at once: a run of single ones seldom gets far

    @rule(sender=devices, recipient=devices)
    def both_are_there(self, sender: int, recipient: int) -> None:
        if self.sender_on is None or self.sender_on != sender:
            self.sender_returns(sender)
        if self.recipient_on != recipient:
            self.recipient_returns(recipient)
        self.everything_on_the_wire_is_read()

    @rule()
    def says_what_arrives(self) -> None:
        self.says()
        self.everything_on_the_wire_is_read()
        self.server_pushes_one()
        self.everything_on_the_wire_is_read()

    @rule()
    def reads_slowly_for_a_while(self) -> None:
        self.queue_fills_or_empties()
        self.says_what_arrives()
        self.disk_syncs(5)
        self.queue_fills_or_empties()
        self.says_what_arrives()

    @rule(steps=st.lists(st.integers(0, 6), min_size=1, max_size=5))
    def a_few_steps(self, steps: list[int]) -> None:
        can_happen: list[Callable[[], None]] = [
            self.says,
            self.recipient_pings,
            self.server_pushes_one,
            lambda: self.reads(self.to_server, self.server_reads),
            lambda: self.reads(self.to_sender, self.sender_reads),
            lambda: self.reads(self.to_recipient, self.recipient_reads),
            lambda: self.reads(self.pings, self.server_reads_ping),
        ]
        for step in steps:
            can_happen[step]()

    @staticmethod
    def reads(queue: Sized, read: Callable[[], None]) -> None:
        if queue:
            read()

    def everything_on_the_wire_is_read(self) -> None:
        for queue, read in (
            (self.to_sender, self.sender_reads),
            (self.to_server, self.server_reads),
            (self.to_recipient, self.recipient_reads),
            (self.pings, self.server_reads_ping),
        ):
            while queue:
                read()

    # What always holds

    @invariant()
    def no_recipient_takes_anything_twice_nor_out_of_order(self) -> None:
        for memory in (*self.recipients, *self.forgotten):
            assert len({*memory.taken}) == len(memory.taken), "twice"
            by_origin: dict[int, list[int]] = {}
            for text in memory.taken:
                by_origin.setdefault(text.origin, []).append(text.number)
            for numbers in by_origin.values():
                assert all(one < other for one, other in pairwise(numbers)), "out of order"

    @invariant()
    def no_stream_has_the_name_of_another(self) -> None:
        names = [stream.name for stream in self.direction.streams]
        assert len({*names}) == len(names)

    @rule()
    def all_are_back_and_quiet(self) -> None:
        for device in (0, 1):
            self.sender_returns(device)
            self.recipient_returns(device)
            self.settles()
        self.everything_safe_has_arrived()

    def settles(self) -> None:
        self.has_room = True
        while self.to_server or self.to_sender or self.to_recipient or self.unwritten or self.pings:
            self.everything_on_the_wire_is_read()
            if self.unwritten:
                self.disk_syncs(len(self.unwritten))
            self.pongs(self.direction.current, self.direction.current.stored)
            self.everything_on_the_wire_is_read()
            self.catches_up()

    def catches_up(self) -> None:
        behind = True
        while behind:
            self.server_pushes_one()
            behind = bool(self.to_recipient)
            self.everything_on_the_wire_is_read()
        held = self.recipients[self.recipient_on or 0].held()
        if held and self.direction.at.received < min(held.upto, self.direction.at.sent):
            self.recipient_pings()

    def everything_safe_has_arrived(self) -> None:
        arrived = {text for memory in (*self.recipients, *self.forgotten) for text in memory.taken}
        safe = {text for stream in self.disk for text in stream.texts}
        assert safe <= arrived, "stored, and never delivered"
        for memory in self.senders:
            assert {Text(memory.origin, number + 1) for number in range(memory.said)} <= arrived, "kept, and lost"
            assert not memory.kept, "safe, and not acknowledged"
            assert not memory.rests, "safe, and not acknowledged"

    def teardown(self) -> None:
        self.all_are_back_and_quiet()


class TwoDevices(Losses):
    """The sender has two devices, which know nothing of each other."""

    senders_devices = (0, 1)


TestLosses, TestTwoDevices = Losses.TestCase, TwoDevices.TestCase
TestLosses.settings = settings(
    max_examples=examples(200), stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
TestTwoDevices.settings = TestLosses.settings


# The model can fail: each defence, taken away, is missed


class AlwaysGoesOn(Direction):
    """New messages under the numbers of old ones."""

    def sender_returns(self, held: StreamHeld | None) -> Resumption:
        return Resumption(self.current.sent, self.current, is_new=False)


class NewIsOld(Losses):
    make_direction = AlwaysGoesOn

    def hears_resumed(self, answer: Resumption, stream: str, taken: int) -> None:
        self.senders[self.sender_on or 0].stream = None
        super().hears_resumed(answer, stream, taken)


class DeafToWhatIsHeld(Direction):
    def recipient_returns(self, held: StreamHeld | None, *, by_device: bool = False) -> list[Stream]:
        return super().recipient_returns(None, by_device=by_device)


class NobodyLooksAtNumbers(Losses):
    """Neither the server at what the recipient says that it holds, nor the recipient at what it is handed."""

    make_direction = DeafToWhatIsHeld

    def is_new(self, memory: RecipientsMemory, number: int) -> bool:
        return True


class CountsNothingWhileLive(Direction):
    def now_behind(self) -> None:
        """Nothing: the count is the one of when it went live."""


class FallsBehindAnywhere(Losses):
    make_direction = CountsNothingWhileLive


class TellsBeforeItSyncs(Losses):
    """The beginning of a stream is lost with the server, and another gets its name."""

    def begins(self, name: str) -> None:
        self.unwritten.append(lambda: self.disk.append(OnDisk(name)))
        self.falls_behind()
        self.pushes()


class ForgetsAtOnce(Losses):
    """A sender that keeps nothing."""

    def keeps(self, memory: SendersMemory, text: Text) -> None:
        memory.stored += 1


class ForgetsWhatTheServerHas(Losses):
    """A sender that takes the answer to its /resume for a PONG."""

    def hears_resumed(self, answer: Resumption, stream: str, taken: int) -> None:
        self.senders[self.sender_on or 0].store(answer.had)
        super().hears_resumed(answer, stream, taken)


class AnswersBeforeItSyncs(Losses):
    def taken_in(self, stream: Stream) -> None:
        self.pongs(stream, stream.sent)


class ForgetsAStream(Losses):
    """A store that gives back the last stream of a chat only."""

    @rule()
    def server_is_killed(self) -> None:
        super().server_is_killed()
        del self.direction.streams[:-1]


class NumbersAnew(TwoDevices):
    """What was passed on by a server that was killed comes once more, under another number."""

    def leaves(self, memory: SendersMemory, stream: str, taken: int) -> None:
        memory.stream, memory.stored = stream, taken


class NeverGoesBack(Direction):
    """What comes late to one who has been handed the stream is handed to nobody."""

    def go_back(self, stream: Stream, pushed: int) -> bool:
        return False


class ForgetsTheLate(TwoDevices):
    make_direction = NeverGoesBack


SOON = 42
"""Of a dozen seeds the one by which all of these are found soonest; by another, one of them takes 1,000 examples."""


@pytest.mark.parametrize(
    "broken",
    [
        NewIsOld,
        NobodyLooksAtNumbers,
        FallsBehindAnywhere,
        TellsBeforeItSyncs,
        ForgetsAtOnce,
        ForgetsWhatTheServerHas,
        AnswersBeforeItSyncs,
        ForgetsAStream,
        NumbersAnew,
        ForgetsTheLate,
    ],
)
def test_the_model_misses_each_defence(broken: type[Losses]) -> None:
    search = settings(
        TestLosses.settings,
        max_examples=2000,
        database=None,
        phases=[Phase.generate],
        report_multiple_bugs=False,
    )
    with pytest.raises((AssertionError, FatalPeerError, ExceptionGroup)):
        run_state_machine_as_test(seed(SOON)(broken), settings=search)
