"""The numbers for monitors: what is counted, and what Prometheus reads of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from duologue.server.metrics import BOUNDS, Figures, Histogram, Traffic, exposition
from tests.stage import Clock


def figures(histogram: Histogram | None = None) -> Figures:
    return Figures(
        connections={"native": 6, "web": 2},
        places=900,
        people=4,
        chats=2,
        rooms=1,
        messages=7,
        letters=3,
        queued=100,
        reaped=5,
        refused={"denied": 1, 'strange "reason"\n': 2},
        loop_lag=0.25,
        latency=histogram or Histogram(),
        disk_free=10**9,
        is_disk_low=True,
        certificate_ends=1.9e9,
    )


def read(content: bytes) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(content.decode())
    samples = (sample for family in families for sample in family.samples)
    return {(sample.name, "".join(sample.labels.values())): sample.value for sample in samples}


def test_everything_is_there_in_the_words_of_prometheus() -> None:
    histogram = Histogram()
    histogram.observe(0.004)
    content, content_type = exposition(figures(histogram))
    found = read(content)
    assert content_type.startswith("text/plain; version=0.0.4")
    assert found["duologue_connections", "native"] == 6
    assert found["duologue_connections_most", ""] == 900
    assert (found["duologue_disk_free_bytes", ""], found["duologue_disk_low", ""]) == (10**9, 1)
    assert found["duologue_certificate_ends_timestamp_seconds", ""] == 1.9e9
    assert found["duologue_connections", "web"] == 2
    assert found["duologue_people_online", ""] == 4
    assert found["duologue_chats", ""] == 2
    assert found["duologue_rooms", ""] == 1
    assert found["duologue_messages_total", ""] == 7
    assert found["duologue_letters_total", ""] == 3
    assert found["duologue_queued_bytes", ""] == 100
    assert found["duologue_reaped_total", ""] == 5
    assert found["duologue_refused_total", "denied"] == 1
    assert found["duologue_refused_total", 'strange "reason"\n'] == 2
    assert found["duologue_loop_lag_seconds", ""] == 0.25
    assert found["duologue_stored_seconds_count", ""] == 1
    assert found["duologue_stored_seconds_sum", ""] == 0.004
    assert (found["duologue_stored_seconds_bucket", "0.0025"], found["duologue_stored_seconds_bucket", "0.005"]) == (
        0,
        1,
    )


@given(st.lists(st.floats(0, 100)))
def test_a_bucket_holds_all_that_took_at_most_so_long(values: list[float]) -> None:
    histogram = Histogram()
    for value in values:
        histogram.observe(value)
    wanted = [sum(value <= bound for value in values) for bound in BOUNDS]
    assert [count for _, count in histogram.buckets()] == [*wanted, len(values)]
    assert histogram.total == pytest.approx(sum(values))


def test_one_message_is_followed_until_it_is_stored() -> None:
    clock = Clock()
    traffic = Traffic(clock)
    traffic.follow("chat", "alice", "stream", 5)
    clock.now += 0.25
    for other in (("other", "alice", "stream", 5), ("chat", "bob", "stream", 5), ("chat", "alice", "old", 5)):
        traffic.stored(*other)
    traffic.stored("chat", "alice", "stream", 4)
    assert traffic.latency.total == 0
    traffic.stored("chat", "alice", "stream", 6)
    assert (traffic.latency.total, traffic.sample) == (0.25, None)


def test_of_a_chat_that_is_over_nothing_is_awaited() -> None:
    traffic = Traffic(Clock())
    traffic.follow("chat", "alice", "stream", 5)
    traffic.forget("other")
    assert traffic.sample
    traffic.forget("chat")
    assert traffic.sample is None
