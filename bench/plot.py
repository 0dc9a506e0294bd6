"""The pictures of docs/performance.md, drawn from a run's results."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree.ElementTree import Element

import pygal
from pygal.style import Style

from bench import figures, names
from bench.figures import Results
from bench.growth import GROWTHS

_STYLE = Style(
    background="white",
    plot_background="white",
    font_family="sans-serif",
    colors=("#8c8c8c", "#1f6fb4", "#63a7da", "#d1782b", "#e3b23c", "#5a9e5a", "#9b6bb3", "#b3475a", "#3d3d3d"),
    opacity="1",
    guide_stroke_color="#d0d0d0",
    major_guide_stroke_color="#a0a0a0",
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=13,
    title_font_size=16,
)
_SERVERS = (
    names.LIMIT,
    names.OURS,
    names.HISTORY,
    names.INSPIRCD,
    names.NGIRCD,
    names.NATS,
    names.JETSTREAM,
)
_RATES = (
    names.ping_pong(1),
    names.ping_pong(50),
    names.ping_pong(500),
    names.pipelined(50, window=64),
    names.pipelined(50),
)
_BIG = {"width": 1000, "height": 480}
_SMALL = {"width": 640, "height": 280}
_RATES_SHOWN = [1_000, 10_000, 100_000, 1_000_000, 10_000_000]
_GROWTHS_SHOWN = [0.25, 0.5, 1, 2, 4, 8]


def draw(results: Results, folder: Path) -> None:
    """Three pictures in `folder`; those of which nothing was measured are left as they are."""
    pictures = {
        "performance-rates": _rates(results),
        "performance-small": _flood(results),
        "performance-growth": _growth(results),
    }
    for name, chart in pictures.items():
        if chart.raw_series:
            chart.add_xml_filter(_without_scripts)
            chart.uuid = name  # by chance otherwise, and the same figures would give another file
            (folder / f"{name}.svg").write_text(chart.render(is_unicode=True) + "\n", encoding="utf-8")


def _rates(results: Results) -> pygal.Bar:
    chart = pygal.Bar(**_settings("Messages delivered a second (logarithmic)"), **_BIG, logarithmic=True)
    measured = [workload for workload in _RATES if workload in results]
    chart.x_labels, chart.y_labels = measured, _RATES_SHOWN
    _add_servers(chart, results, measured)
    return chart


def _flood(results: Results) -> pygal.HorizontalBar:
    settings = _settings("Millions of messages delivered a second: 50 pairs, pipelined")
    chart = pygal.HorizontalBar(**{**settings, "value_formatter": lambda rate: f"{rate / 1e6:.3g}"}, **_SMALL)
    _add_servers(chart, results, [_RATES[-1]])
    return chart


def _add_servers(chart: pygal.Bar, results: Results, workloads: Sequence[str]) -> None:
    for server in _SERVERS:
        numbers = [figures.median(results, workload, server, "rate") for workload in workloads]
        if any(numbers):
            chart.add(server, numbers)


def _growth(results: Results) -> pygal.Line:
    settings = _settings("CPU for each unit of work, times that at the smallest size (logarithmic)")
    chart = pygal.Line(**settings, **_BIG, logarithmic=True, range=(_GROWTHS_SHOWN[0], _GROWTHS_SHOWN[-1]))
    chart.x_labels = [f"{1 << doubled} ×" for doubled in range(len(names.LENGTHS))]
    chart.y_labels = _GROWTHS_SHOWN
    for each in GROWTHS:
        costs = [cost for _, cost in each.costs(results)]
        if len(costs) == len(each.sizes):
            chart.add(f"{each.title} ({each.server})", [cost / costs[0] for cost in costs])
    return chart


def _settings(title: str) -> dict[str, object]:
    return {
        "title": title,
        "style": _STYLE,
        "truncate_label": -1,
        "truncate_legend": -1,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": 4,
        "disable_xml_declaration": True,
        "value_formatter": lambda number: f"{number:,.10g}",
    }


def _without_scripts(root: Element) -> Element:
    """A picture runs no script and loads nothing."""
    for parent in list(root.iter()):
        for script in parent.findall("script"):
            parent.remove(script)
    return root
