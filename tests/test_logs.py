"""Each record stays one record, whatever a peer wrote into it."""

from __future__ import annotations

import io
import json
import logging
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue import logs

FIRST_OF_MAY = 1_777_636_800.123  # 2026-05-01T12:00:00.123 UTC
ANY_TEXT = st.text(st.characters())  # with controls and lone surrogates


def record(event: str = "client logged in", *, error: Exception | None = None, **extra: object) -> logging.LogRecord:
    made = logging.getLogger("duologue.server.hub").makeRecord(
        "duologue.server.hub",
        logging.WARNING,
        __file__,
        1,
        event,
        (),
        (type(error), error, error.__traceback__) if error else None,
        extra=extra,
    )
    made.created = FIRST_OF_MAY
    return made


def as_text(event: str = "client logged in", **extra: Any) -> str:
    return logs.TextFormatter().format(record(event, **extra))


def as_json(event: str = "client logged in", **extra: Any) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(logs.JsonFormatter().format(record(event, **extra)))
    return fields


def raised(text: str) -> ValueError:
    try:
        raise ValueError(text)
    except ValueError as error:
        return error


def is_one_harmless_line(line: str) -> bool:
    return all(unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in line)


def test_text_has_time_level_logger_event_and_fields() -> None:
    assert (
        as_text(nickname="alice", sockets=3)
        == "2026-05-01T12:00:00.123Z warning duologue.server.hub client logged in nickname=alice sockets=3"
    )


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("алиса", "алиса"),
        ("two words", '"two words"'),
        ("", '""'),
        ("a=b", '"a=b"'),
        ('say "hi"', r'"say \"hi\""'),
        ("line\nbreak", r'"line\nbreak"'),
        ("back\\slash", r'"back\\slash"'),
        ("\x1b[2J", r'"\x1b[2J"'),
        ("\u202egnp", r'"\u202egnp"'),
        (None, "None"),
    ],
)
def test_a_text_value_can_be_told_from_what_follows(value: object, shown: str) -> None:
    assert as_text(v=value).endswith(f" client logged in v={shown}")


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_in_an_event_or_a_field_makes_one_line_of_text(event: str, value: str) -> None:
    assert is_one_harmless_line(as_text(event.replace("%", ""), nickname=value))


@given(ANY_TEXT)
def test_any_text_in_a_field_makes_one_line_of_json_and_is_read_back(value: str) -> None:
    line = logs.JsonFormatter().format(record(nickname=value))
    assert is_one_harmless_line(line)
    assert json.loads(line)["nickname"] == value


@given(ANY_TEXT.filter(lambda key: not hasattr(record(), key)))
def test_the_name_of_a_field_is_neutralised_too(key: str) -> None:
    made = record()
    setattr(made, key, 1)
    assert is_one_harmless_line(logs.TextFormatter().format(made))


def test_json_keeps_numbers_and_names_the_four_things_of_every_record() -> None:
    assert as_json(nickname="alice", sockets=3, lag=0.5) == {
        "time": "2026-05-01T12:00:00.123Z",
        "level": "warning",
        "logger": "duologue.server.hub",
        "event": "client logged in",
        "nickname": "alice",
        "sockets": 3,
        "lag": 0.5,
    }


def test_json_takes_any_object_as_its_text() -> None:
    assert as_json(address=ValueError("no such host"))["address"] == "no such host"


def test_a_field_cannot_take_the_place_of_what_the_server_says() -> None:
    assert as_json(level="debug", time="yesterday")["level"] == "warning"


def test_no_line_of_a_traceback_can_pass_for_a_record() -> None:
    forged = "2026-05-01T12:00:00.123Z info duologue.server.hub all is well"
    first, *rest = as_text(error=raised(f"oops\n{forged}")).split("\n")
    assert first.startswith("2026-05-01")
    assert f"    | {forged}" in rest
    assert all(line.startswith("    | ") for line in rest)


def test_json_has_the_traceback_in_its_one_line() -> None:
    line = logs.JsonFormatter().format(record(error=raised("oops")))
    assert is_one_harmless_line(line)
    assert "ValueError: oops" in json.loads(line)["traceback"]


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger, restored after the test."""
    logger = logging.getLogger()
    handlers, level = logger.handlers[:], logger.level
    yield logger
    logger.handlers[:] = handlers
    logger.setLevel(level)


@pytest.mark.usefixtures("root")
def test_records_below_the_level_are_left_out() -> None:
    stream = io.StringIO()
    logs.configure("warning", "text", stream)
    logging.getLogger("duologue.test").info("quiet")
    logging.getLogger("duologue.test").warning("loud")
    assert "loud" in stream.getvalue()
    assert "quiet" not in stream.getvalue()


def test_a_second_configuration_replaces_the_first_and_nothing_else(root: logging.Logger) -> None:
    other = logging.NullHandler()
    root.addHandler(other)
    first, second = io.StringIO(), io.StringIO()
    logs.configure("info", "text", first)
    logs.configure("info", "json", second)
    logging.getLogger("duologue.test").info("once", extra={"nickname": "alice"})
    assert first.getvalue() == ""
    assert json.loads(second.getvalue())["nickname"] == "alice"
    assert other in root.handlers


@pytest.mark.usefixtures("root")
def test_logs_go_to_standard_error_by_default(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("info", "text")
    logging.getLogger("duologue.test").info("server started")
    assert "server started" in capsys.readouterr().err
