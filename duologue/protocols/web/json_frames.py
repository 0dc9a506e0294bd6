"""Frames of the web front door: JSON to commands and events to JSON, by tables made from the dataclasses.

Each frame is one object: `type` is the class in snake_case, the rest are its fields (docs/web.md). Knows no socket,
nor when a command may come.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from enum import Enum
from functools import partial
from types import NoneType
from typing import Any, get_args, get_type_hints

from duologue.core.commands.chat import (
    AttachSocket,
    ComeIn,
    Command,
    GiveNickname,
    GivePass,
    NoCommand,
    SearchHistory,
    SendLetter,
    SendLetters,
    StreamHeld,
)
from duologue.core.commands.rooms import SayInRoom, SayPrivately
from duologue.core.devices import check_device
from duologue.core.errors import PeerError
from duologue.core.events.chat import Event, Said, TextPart
from duologue.core.events.people import Spelled
from duologue.core.text import shortened
from duologue.protocols.native.commands import check_number, is_stream
from duologue.protocols.native.wire import in_lines

MOST_COUNTED = 10**18
"""Numbers stay below this, as on the native wire: more messages than anyone sends."""

NOT_FOR_PAGES = (AttachSocket, ComeIn, NoCommand, SayInRoom, SayPrivately, SendLetters)
"""Commands of other front doors: a page has one socket and an account, and numbers what it sends. SendLetters is the
server's own.
"""

NOT_TOLD = (Said, Spelled, TextPart)
"""Events that a page is not sent: it gets texts whole, the partner's messages as `said`, several at a time
(`encode_said`), and spellings with presences.
"""

Decoder = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Shape:
    """The form of a command in a frame: its fields by name, and which of them may be left out."""

    make: type[Any]
    decoders: Mapping[str, Decoder]
    optional: frozenset[str]


def type_of(kind: type) -> str:
    """Return the type of a frame: `ask_for_chat` for AskForChat."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


# From a page


def parse_frame(text: str) -> Command:
    """Return the command of one frame. Raises PeerError, with the command in `of` where it can be told: the session
    goes on.
    """
    frame = _object(text)
    name = frame.pop("type", None)
    shape = COMMANDS.get(name) if isinstance(name, str) else None
    if shape is None:
        raise PeerError("unknown_command", f"There is no type {shortened(str(name))}. docs/web.md lists them.")
    try:
        return _command(frame, str(name), shape)
    except PeerError as error:
        error.of = shape.make
        raise


def _command(frame: dict[str, Any], name: str, shape: Shape) -> Command:
    command: Command = shape.make(**_fields_in(frame, name, shape))
    check = _CHECKS.get(type(command))
    if check:
        check(command)
    return command


def _object(text: str) -> dict[str, Any]:
    try:
        frame = json.loads(text)
    except (ValueError, RecursionError):
        frame = None
    if not isinstance(frame, dict):
        raise _bad("A frame is one JSON object with a type.")
    return frame


def _fields_in(frame: dict[str, Any], name: str, shape: Shape) -> dict[str, Any]:
    strange = frame.keys() - shape.decoders.keys()
    missing = shape.decoders.keys() - frame.keys() - shape.optional
    if strange or missing:
        what = "has no" if strange else "misses"
        raise _bad(f"{name} {what} field {shortened(min(strange or missing))}. docs/web.md lists them.")
    found = {}
    for field, value in frame.items():
        try:
            found[field] = shape.decoders[field](value)
        except ValueError as error:
            raise _bad(f"{field} of {name} is {error}.") from error
    return found


def _bad(text: str) -> PeerError:
    return PeerError("bad_command", text)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text")
    if "\0" in value or not (value.isascii() or _is_encodable(value)):
        raise PeerError("not_text", "A text is Unicode without NUL and without half characters; this one is not.")
    return in_lines(value)


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < MOST_COUNTED:
        raise ValueError("a whole number from 0 to 18 digits")
    return value


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("true or false")
    return value


def _one_of(choices: type[Enum], value: Any) -> Enum:
    try:
        return choices(value)
    except ValueError:
        raise ValueError(f"one of {', '.join(choice.value for choice in choices)}") from None


def _or_none(decoder: Decoder, value: Any) -> Any:
    return None if value is None else decoder(value)


def _stream_held(value: Any) -> StreamHeld:
    if not isinstance(value, dict) or value.keys() != {"name", "upto"}:
        raise ValueError("a stream with its name and upto")
    return StreamHeld(_text(value["name"]), _count(value["upto"]))


_DECODERS: dict[Any, Decoder] = {str: _text, int: _count, bool: _switch, StreamHeld: _stream_held}


def _decoder(hint: Any) -> Decoder:
    choices = get_args(hint)
    if NoneType in choices:
        [other] = set(choices) - {NoneType}
        return partial(_or_none, _decoder(other))
    return _DECODERS[hint] if hint in _DECODERS else partial(_one_of, hint)


def wanted(kind: type) -> list[Field[Any]]:
    """Return the fields that a page gives: here a nickname is never the whole of a login."""
    return [field for field in fields(kind) if (kind, field.name) != (GiveNickname, "is_all")]


def _shape(kind: Any) -> Shape:
    hints = get_type_hints(kind)
    decoders = {field.name: _decoder(hints[field.name]) for field in wanted(kind)}
    optional = frozenset(field.name for field in wanted(kind) if field.default is not MISSING)
    return Shape(kind, decoders, optional)


def _check_letter(letter: SendLetter) -> None:
    if not is_stream(letter.stream):
        raise _bad("stream of send_letter is 1 to 32 letters, digits, - _ or ., and begins with no .")
    check_number(letter.number)


def _check_words(search: SearchHistory) -> None:
    if not search.words.strip():
        raise _bad("words of search_history is at least one word.")


COMMANDS: dict[str, Shape] = {type_of(kind): _shape(kind) for kind in get_args(Command) if kind not in NOT_FOR_PAGES}
"""Every frame that a page may send, by its type."""


def _check_device(login: GiveNickname | GivePass) -> None:
    if login.device:
        check_device(login.device)


_CHECKS: dict[type, Callable[..., None]] = {
    SendLetter: _check_letter,
    SearchHistory: _check_words,
    GiveNickname: _check_device,
    GivePass: _check_device,
}
"""Checks beyond the types: a stream's name goes on to clients of other front doors, as a word, and no message has
number 0.
"""


# To a page


def encode_event(event: Event) -> bytes:
    """Return the frame of an event."""
    match event:
        case Said(nickname=nickname, text=text):
            return encode_said(nickname, [text])
    name, values = _EVENTS[type(event)]
    return _dumped({"type": name, **{field: getattr(event, field) for field in values}})


def encode_said(nickname: str, texts: list[str]) -> bytes:
    """Return messages of the partner, in their order, in one frame."""
    return _dumped({"type": "said", "nickname": nickname, "texts": texts})


def texts_of(lines: bytes) -> list[str]:
    """Return the texts of whole message lines, as the native wire and the store have them."""
    return [in_lines(line[1:]) for line in lines.decode(errors="replace").split("\n")[:-1]]


def _dumped(frame: dict[str, Any]) -> bytes:
    return _encode(frame).encode(errors="replace")


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it: the value of an enumeration, the type of a command."""
    return type_of(value) if isinstance(value, type) else value.value


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_plain).encode

_EVENTS = {kind: (type_of(kind), tuple(field.name for field in fields(kind))) for kind in get_args(Event)}
