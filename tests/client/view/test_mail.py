"""Messages from the mailbox: when they were sent, and which day that was."""

from __future__ import annotations

from duologue.client.history.since import local
from duologue.client.history.transcript import day_line
from duologue.client.view.base import Kind, Line
from duologue.client.view.mail import Mail
from duologue.core.events.chat import MessageFrom

NOON = 1795176000  # 2026-11-20 12:00 UTC
DAY = 86400


class Clock:
    now = float(NOON)

    def __call__(self) -> float:
        return self.now


def letter(at: int, text: str = "hi") -> MessageFrom:
    return MessageFrom("alice", at, "abc", 1, text)


def time(at: int) -> str:
    return f"{local(at):%H:%M}"


def test_what_came_while_we_were_away_says_so() -> None:
    mail = Mail(Clock())
    at = NOON - 60
    assert mail.lines_of(letter(at)) == [Line(Kind.MESSAGE, "hi", "alice (while you were away)", time(at))]


def test_what_comes_while_we_are_here_says_whom_it_is_for() -> None:
    mail = Mail(Clock())
    assert mail.lines_of(letter(NOON)) == [Line(Kind.MESSAGE, "hi", "alice (to you)", time(NOON))]


def test_after_a_lost_connection_we_have_been_away_too() -> None:
    clock = Clock()
    mail = Mail(clock)
    clock.now += 100
    mail.come_back()
    assert mail.lines_of(letter(NOON + 50))[0].speaker == "alice (while you were away)"


def test_another_day_is_said_and_so_is_today_again() -> None:
    mail = Mail(Clock())
    before, today = (day_line(local(at).date()) for at in (NOON - 2 * DAY, NOON))
    assert mail.back_to_today() == []
    assert [line.kind for line in mail.lines_of(letter(NOON - 2 * DAY))] == [Kind.DAY, Kind.MESSAGE]
    assert mail.lines_of(letter(NOON - 2 * DAY + 60))[0].kind is Kind.MESSAGE
    assert mail.lines_of(letter(NOON))[0] == today
    assert mail.lines_of(letter(NOON - 2 * DAY))[0] == before
    assert mail.back_to_today() == [today]
    assert mail.back_to_today() == []


def test_nothing_in_it_commands_a_terminal() -> None:
    (line,) = Mail(Clock()).lines_of(MessageFrom("a\x1bb", NOON, "abc", 1, "\x1b[2J\nnext"))
    assert (line.speaker, line.text) == ("a␛b (to you)", "␛[2J\nnext")
