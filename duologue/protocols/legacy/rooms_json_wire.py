"""The JSON of system 001: bytes to commands and contents, contents to messages of the right length."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import lru_cache

from duologue.core.errors import FatalPeerError, PeerError
from duologue.protocols.legacy.unframed import MESSAGE_LIMIT, as_typed, cut, neutral, pieces, too_long, utf8_length
from duologue.protocols.lines import LINE_LIMIT

ALL = "The commands are JOIN, MSG, LEAVE and LIST."

# JSON in ASCII takes three times the bytes of the UTF-8 that it escapes, and some for the command around it.
JSON_LIMIT = 4 * LINE_LIMIT

_SIGNS = re.compile(rb'\\.|["{}\[\]]', re.DOTALL)
_DEEPER = {b"{": 1, b"[": 1, b"}": -1, b"]": -1}

_dumps = json.JSONEncoder(ensure_ascii=False).encode


class JsonReader:
    """A reader of whole JSON objects and arrays, however they were split and joined. Looks at each byte once."""

    __slots__ = ("_depth", "_held", "_in_string", "_looked_at")

    def __init__(self) -> None:
        self._held = b""
        self._looked_at = 0
        self._depth = 0
        self._in_string = False

    @property
    def is_midway(self) -> bool:
        """Whether a text has begun and not ended."""
        return bool(self._held)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield each text that is whole now. Anything else than an object or array comes as it is, with what follows
        it.

        Raises FatalPeerError for one that does not end within `JSON_LIMIT` bytes.
        """
        held = self._held + data
        start, end = 0, self._looked_at
        for sign in _SIGNS.finditer(held, end):
            end = sign.end()
            if self._closes(sign.group()):
                yield held[start:end]
                start = end
        yield from self._keep(held, start, end)

    def _closes(self, sign: bytes) -> bool:
        """Return whether `sign` is the end of a text."""
        if sign == b'"':
            self._in_string = not self._in_string
        elif not self._in_string and sign in _DEEPER:
            self._depth = max(self._depth + _DEEPER[sign], 0)
            return self._depth == 0
        return False

    def _keep(self, held: bytes, start: int, end: int) -> Iterator[bytes]:
        rest = held[start:]
        if not self._depth:
            self._held, self._looked_at, self._in_string = b"", 0, False
            if rest.strip():
                yield rest
            return
        # A backslash at the end belongs to the byte that is still to come.
        half_an_escape = held.endswith(b"\\") and end < len(held)
        self._held, self._looked_at = rest, len(rest) - half_an_escape
        if len(rest) > JSON_LIMIT:
            self._held = b""
            raise FatalPeerError(
                "line_too_long", f"A command may have {JSON_LIMIT} bytes of JSON; this one has no end."
            )


def parse_command(text: bytes) -> tuple[str, str]:
    """Return command and content of a JSON text. Raises PeerError for any other."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    match found:
        case {"command": str(word)}:
            content = found.get("content", "")
            if isinstance(content, str):
                return as_typed(word), _checked(content)
    raise PeerError("bad_json", 'A command is {"command": "MSG", "content": "hello"}, with text for both. ' + ALL)


def _checked(content: str) -> str:
    content = as_typed(content).strip()
    if utf8_length(content) > LINE_LIMIT:
        raise too_long()
    return content


@lru_cache(maxsize=16)  # a message in a room goes to many, and is encoded once
def encode_messages(kind: str, now: str, before: str, text: str) -> tuple[bytes, ...]:
    """Return `text`, neutralised, in as many messages as it takes, each with `before` in front."""
    room = _room_for(kind, now, before)
    return tuple(_encode(kind, before + piece, now) for piece in pieces(neutral(text), room, _length))


def encode_one_message(kind: str, now: str, text: str) -> bytes:
    """Return `text` as one message, for what must not come in parts: cut where it does not fit."""
    return _encode(kind, cut(neutral(text), _room_for(kind, now, ""), _length), now)


def _room_for(kind: str, now: str, before: str) -> int:
    return MESSAGE_LIMIT - len(_encode(kind, before, now))


def _encode(kind: str, content: str, now: str) -> bytes:
    return _dumps({"type": kind, "content": content, "timestamp": now}).encode()


def _length(text: str) -> int:
    """Return how many bytes of JSON a text takes, quotes aside."""
    return len(_dumps(text).encode()) - 2
