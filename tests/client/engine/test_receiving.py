"""Which message is which, and what is acknowledged when."""

from __future__ import annotations

from duologue.client.engine.memory import Memory
from duologue.client.engine.memory_store import ChatMemory, NoMemoryStore
from duologue.client.engine.receiving import Receiving


class Log(NoMemoryStore):
    def __init__(self) -> None:
        self.received: list[tuple[str, str, int]] = []

    def put_received(self, sender: str, stream: str, upto: int) -> None:
        self.received.append((sender, stream, upto))


LIVE = ChatMemory("xyz", "bob", "xyz", "xyz")


def test_messages_are_counted_from_where_their_stream_begins() -> None:
    receiving = Receiving(Memory())
    receiving.begin("xyz", 5)
    assert [receiving.arrives_in_chat("bob") for _ in range(2)] == [True, True]
    receiving.finished(LIVE)
    assert receiving.pings(LIVE) == b"PING 5 xyz\n"


def test_what_we_hold_is_dropped_and_acknowledged_again() -> None:
    memory = Memory()
    memory.receive("bob", "xyz", 6)
    receiving = Receiving(memory)
    receiving.begin("xyz", 5)
    assert [receiving.arrives_in_chat("bob") for _ in range(3)] == [False, False, True]
    assert receiving.has_news
    assert receiving.pings(LIVE) == b"PING 6 xyz\n"
    assert not receiving.has_news


def test_what_has_arrived_is_dropped_also_while_it_is_not_finished() -> None:
    receiving = Receiving(Memory())
    assert receiving.arrives("bob", "xyz", 1)
    assert not receiving.arrives("bob", "xyz", 1)
    assert receiving.arrives("carol", "xyz", 1)  # streams are told apart by sender too


def test_one_ping_for_each_stream_with_news_and_the_memory_first() -> None:
    log = Log()
    memory = Memory(log)
    receiving = Receiving(memory)
    receiving.begin("xyz", 1)
    receiving.arrives_in_chat("bob")
    receiving.arrives("carol", "abc", 1)
    receiving.arrives_in_chat("bob")
    assert log.received == []
    for _ in range(3):
        receiving.finished(LIVE)
    assert log.received == [("bob", "xyz", 1), ("carol", "abc", 1), ("bob", "xyz", 2)]
    assert receiving.pings(LIVE) == b"PING 2 xyz\nPING 1 abc\n"


def test_the_partners_stream_is_remembered_when_something_of_it_is_finished() -> None:
    memory = Memory()
    live = memory.begin("xyz", "bob")
    receiving = Receiving(memory)
    receiving.begin("xyz.2", 1)
    receiving.arrives_in_chat("bob")
    receiving.arrives("carol", "abc", 1)
    assert live.partner_stream == "xyz"
    receiving.finished(live)
    receiving.finished(live)
    assert live.partner_stream == "xyz.2"


def test_without_news_a_sign_of_life() -> None:
    receiving = Receiving(Memory())
    assert receiving.pings(None) == b"PING 0\n"
    receiving.begin("xyz", 1)
    assert receiving.pings(LIVE) == b"PING 0 xyz\n"
