"""Metrics of the running server: counters that are plain additions, in the form that Prometheus reads.

Nothing is computed before somebody asks, and the library is loaded then (decision 0036).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from prometheus_client import Metric

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Seconds. A commit takes 1 to 20 ms on disks of today; anything above a second should worry an operator."""


class Histogram:
    """A count of durations by their length."""

    def __init__(self) -> None:
        self.total = 0.0
        self._counts = [0] * (len(BOUNDS) + 1)

    def observe(self, seconds: float) -> None:
        self.total += seconds
        self._counts[bisect_left(BOUNDS, seconds)] += 1

    def buckets(self) -> list[tuple[str, int]]:
        """Return each bound with how many took at most that long."""
        found, count = [], 0
        for bound, more in zip((*BOUNDS, inf), self._counts, strict=True):
            count += more
            found.append(("+Inf" if bound == inf else f"{bound:g}", count))
        return found


class Sample(NamedTuple):
    """Message `number` of a stream, on its way into the store. A tuple, as there may be as many as messages."""

    chat: str
    sender: str
    stream: str
    number: int
    began: float


class Traffic:
    """Messages in chats, and how long it takes until the server answers for them. `time` is monotonic, in seconds.

    One message at a time is followed from its arrival: as many as there are commits, however many messages.
    """

    def __init__(self, time: Callable[[], float]) -> None:
        self.messages = 0
        self.latency = Histogram()
        self.sample: Sample | None = None
        self._time = time

    def follow(self, chat: str, sender: str, stream: str, number: int) -> None:
        self.sample = Sample(chat, sender, stream, number, self._time())

    def stored(self, chat: str, sender: str, stream: str, upto: int) -> None:
        sample = self.sample
        if sample and upto >= sample.number and sample[:3] == (chat, sender, stream):
            self.latency.observe(self._time() - sample.began)
            self.sample = None

    def forget(self, chat: str) -> None:
        """Forget `chat`, of which nothing more will be reported."""
        if self.sample and self.sample.chat == chat:
            self.sample = None


@dataclass(frozen=True, slots=True)
class Figures:
    """All metrics at one moment. `connections` are by protocol, `refused` by reason; times are in seconds, sizes in
    bytes.
    """

    connections: Mapping[str, int]
    places: int
    people: int
    chats: int
    rooms: int
    messages: int
    letters: int
    queued: int
    reaped: int
    refused: Mapping[str, int]
    loop_lag: float
    latency: Histogram
    disk_free: int | None
    """None where nothing is kept on the disk."""
    is_disk_low: bool
    certificate_ends: float | None
    """In seconds since 1970. None without one of the server's own."""


class Collector:
    """The figures in the form of the library."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        figures = self._figures
        for name, about, value in (
            ("connections_most", "Connections that there is room for.", figures.places),
            ("people_online", "People who are logged in.", figures.people),
            ("chats", "Chats that are on or wait for somebody.", figures.chats),
            ("rooms", "Rooms that there are.", figures.rooms),
            ("queued_bytes", "Bytes that wait for clients to read them.", figures.queued),
            ("loop_lag_seconds", "How late the last sweep came.", figures.loop_lag),
        ):
            yield GaugeMetricFamily(f"duologue_{name}", about, value=value)
        for name, about, count in (
            ("messages", "Messages said in chats.", figures.messages),
            ("letters", "Letters taken.", figures.letters),
            ("reaped", "Clients that were silent for too long.", figures.reaped),
        ):
            yield CounterMetricFamily(f"duologue_{name}", about, value=count)
        connections = GaugeMetricFamily("duologue_connections", "Open connections.", labels=["protocol"])
        for protocol, count in sorted(figures.connections.items()):
            connections.add_metric([protocol], count)
        yield connections
        refused = CounterMetricFamily("duologue_refused", "Logins and connections refused.", labels=["reason"])
        for reason, count in sorted(figures.refused.items()):
            refused.add_metric([reason], count)
        yield refused
        if figures.disk_free is not None:
            yield GaugeMetricFamily("duologue_disk_free_bytes", "Free on the store's disk.", value=figures.disk_free)
            about = "Whether that is less than the reserve, and no message is kept."
            yield GaugeMetricFamily("duologue_disk_low", about, value=figures.is_disk_low)
        if figures.certificate_ends is not None:
            about = "When the server's certificate ends, in seconds since 1970."
            yield GaugeMetricFamily(
                "duologue_certificate_ends_timestamp_seconds", about, value=figures.certificate_ends
            )
        yield HistogramMetricFamily(
            "duologue_stored_seconds",
            "From a message's arrival until the server answers for it.",
            buckets=figures.latency.buckets(),
            sum_value=figures.latency.total,
        )


def exposition(figures: Figures) -> tuple[bytes, str]:
    """Return the text that Prometheus reads, and its content type."""
    from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

    return generate_latest(Collector(figures)), CONTENT_TYPE_PLAIN_0_0_4
