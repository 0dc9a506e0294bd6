"""Logs and standard streams of a program: records of events with fields, one line for a person or one JSON object for a
program; and streams that are open, however the program was started.

The rest of the server writes `log.info("client logged in", extra={"nickname": nickname})` and knows nothing of this.
Whatever a peer put into a field, a record stays one record: nothing that a terminal would obey is written raw.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

# Attributes of every record; anything else on a record came in through `extra`.
_OF_THE_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"taskName"}
# The lines of a traceback begin with this, so that none of them can pass for a record.
_TRACEBACK_MARGIN = "    | "


def configure(level: str, format: str, stream: TextIO | None = None) -> None:  # noqa: A002  # the setting's own word
    """Send all records from `level` ("debug" to "error") on to `stream` (stderr), as "text" or "json".

    A second call replaces what the first one set up and leaves other handlers alone.
    """
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter({"text": TextFormatter, "json": JsonFormatter}[format]())
    root = logging.getLogger()
    for ours in [old for old in root.handlers if isinstance(old.formatter, TextFormatter | JsonFormatter)]:
        root.removeHandler(ours)
    root.addHandler(handler)
    root.setLevel(level.upper())


class TextFormatter(logging.Formatter):
    """`<UTC time> <level> <logger> <event> key=value …`, a traceback after it in lines with a margin."""

    def format(self, record: logging.LogRecord) -> str:
        head = f"{_timestamp(record)} {record.levelname.lower()} {record.name} {_escaped(record.getMessage())}"
        pairs = (f"{_value(key)}={_value(value)}" for key, value in _fields(record).items())
        return "\n".join([" ".join([head, *pairs]), *self._margined(record)])

    def _margined(self, record: logging.LogRecord) -> list[str]:
        return [_TRACEBACK_MARGIN + _escaped(line) for line in _traceback(self, record).split("\n") if line]


class JsonFormatter(logging.Formatter):
    """One object a line: time, level, logger and event, then the fields, then the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        own = {
            "time": _timestamp(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if traceback := _traceback(self, record):
            own["traceback"] = traceback
        # First for the order, last so that no field can take the place of what the server itself says.
        text = json.dumps(own | _fields(record) | own, default=str)
        return text.replace("\x7f", "\\u007f")  # DEL is the one control character that JSON does not escape


def _timestamp(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    return {key: value for key, value in vars(record).items() if key not in _OF_THE_RECORD}


def _traceback(formatter: logging.Formatter, record: logging.LogRecord) -> str:
    return formatter.formatException(record.exc_info) if record.exc_info else ""


def _value(value: object) -> str:
    """Return a value that can be told apart from the next one: bare if it is plain, else in quotes."""
    text = str(value)
    if text and text.isprintable() and not set(text) & set(' "=\\'):
        return text
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{_escaped(quoted)}"'


def _escaped(text: str) -> str:
    """Return Python escapes for everything that does not print: controls, line ends, bidi marks, lone surrogates."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)


_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
"""The streams, by descriptor."""


def open_closed_streams() -> None:
    """Replace a closed stream (`<&-`, `2>&-`) by one that is empty, or goes nowhere.

    The number of a closed one is given to the next file or socket, which would then get what is printed.
    """
    for descriptor, (name, mode) in enumerate(_STREAMS):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # which gets the lowest number, and that is this
        if getattr(sys, name) is None:
            setattr(sys, name, open(descriptor, mode, encoding="utf-8", errors="replace", closefd=False))  # noqa: SIM115 -- for as long as the program runs


def discard_output() -> None:
    """Discard the output after it could not be written: Python would complain once more when it ends."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
