"""What /help says: short, grouped, and complete."""

from __future__ import annotations

import pytest

from duologue.client.input.commands import ENTRIES, ENTRY_OF
from duologue.client.input.help import GROUPS, help_lines

EVERYTHING = [help_lines(), *(help_lines(group.name) for group in GROUPS)]


def test_every_command_is_in_one_group_and_in_the_overview() -> None:
    grouped = [word for group in GROUPS for word in group.words]
    assert sorted(grouped) == sorted(entry.words[0] for entry in ENTRIES)
    listed = [line.split() for line in help_lines()[: len(GROUPS)]]
    assert [words[0] for words in listed] == ["chat", "messages", "rooms", "people", "app"]
    assert [word for words in listed for word in words[1:]] == grouped


def test_the_overview_leaves_room_on_the_smallest_screen() -> None:
    assert len(help_lines()) <= 10


@pytest.mark.parametrize("lines", EVERYTHING)
def test_all_fits_into_a_terminal_of_the_usual_size(lines: list[str]) -> None:
    assert [line for line in lines if len(line) > 80] == []
    assert len(lines) <= 20


def test_a_group_explains_its_commands() -> None:
    lines = help_lines("rooms")
    for word in ("/join", "/part", "/rooms", "/names", "/topic"):
        entry = ENTRY_OF[word]
        assert any(line.startswith(entry.usage) and line.endswith(entry.help) for line in lines)
    assert help_lines("ROOMS") == lines


@pytest.mark.parametrize("about", ["/chat", "/CHAT"])
def test_a_command_is_explained_in_a_line(about: str) -> None:
    assert help_lines(about) == ["/chat NICK  ask NICK for a chat"]


@pytest.mark.parametrize(
    ("about", "usage"), [("end", "/quit or /end"), ("yes", "yes"), ("join", "/join ROOM [PASSWORD]")]
)
def test_also_without_its_slash_and_by_another_name(about: str, usage: str) -> None:
    (line,) = help_lines(about)
    assert line.startswith(f"{usage}  ")


def test_a_group_goes_before_a_command_of_its_name() -> None:
    assert len(help_lines("chat")) > 5


def test_what_is_neither_is_said_to_be() -> None:
    assert help_lines("dance\x1b") == ["There is no command or group dance␛. /help lists them."]
