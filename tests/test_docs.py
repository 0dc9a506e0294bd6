"""The generated parts of the documents are up to date, and their links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs import make_lookalikes, make_page_names, make_protocol, make_web

TOP = Path(__file__).parent.parent
PROGRAMS = {"server.py", "client.py"}
PAGES = sorted([TOP / "README.md", TOP / "CHANGELOG.md", *(TOP / "docs").rglob("*.md")])


def test_the_made_parts_of_the_protocol_are_current() -> None:
    text = make_protocol.PAGE.read_text(encoding="utf-8")
    assert make_protocol.page(text) == text, "run `make docs`"


def test_the_made_parts_of_the_web_page_are_current() -> None:
    text = make_web.PAGE.read_text(encoding="utf-8")
    assert make_web.page(text) == text, "run `make docs`"


def test_the_rules_of_names_of_the_page_are_those_of_the_server() -> None:
    text = make_page_names.MODULE.read_text(encoding="utf-8")
    assert make_page_names.module() == text, "run `make docs`"


def test_the_table_of_lookalikes_is_current() -> None:
    text = make_lookalikes.MODULE.read_text(encoding="utf-8")
    assert make_lookalikes.module() == text, "run `make docs`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8"))
    assert [target for target in targets if "://" not in target and not (page.parent / target).exists()] == []


def test_every_file_that_the_architecture_names_is_there() -> None:
    text = (TOP / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:client|core|protocols|server|settings|logs)[\w/]*\.py)`", text)) - PROGRAMS
    assert len(named) > 20
    assert [name for name in named if not (TOP / "duologue" / name).exists()] == []


def test_every_test_that_the_reconstruction_names_is_there() -> None:
    text = (TOP / "docs" / "reconstruction.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[\w/]+(?:\.py)?)/?`", text))
    assert named
    assert [name for name in named if not (TOP / name).exists()] == []
