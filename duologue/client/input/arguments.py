"""Arguments of typed commands: the words after a command become its meaning, or None if they do not fit. Sans-I/O.

Arguments of the commands about rooms are in `room_arguments`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from duologue.client.history.since import is_since
from duologue.client.input.addressee import addressee
from duologue.client.input.meaning import Explain, Export, InputContext, Meaning, Send, ShowFound, ShowHistory, Write
from duologue.core.commands.chat import Say
from duologue.core.commands.rooms import SayInRoom
from duologue.core.errors import PeerError
from duologue.core.room_rules import ROOM_MARK, has_mark, is_room
from duologue.core.text import ACTION, shortened, visible

LETTER = "NICK TEXT"
HISTORY = "[NICK] [N | SINCE]"
SEARCH = "WORDS"
TEXT = "TEXT"
EXPORT = "[NICK] [FILE]"

NEWEST = 20
"""Messages that /history shows by default: one screen of them."""

MOST = 5000
"""Most messages that /history shows, more than terminals keep; /export has no limit."""

FILE_KINDS = (".txt", ".json")

_LEFT = "The chat or room this was for is over, so nobody has seen it. Sent again, it goes to the room in the prompt."
_NOBODY = "You are not in a chat or a room, so say whose messages: {} NICK"


def letter(standing: InputContext, rest: str) -> Meaning | None:
    """Parse `/msg`: everything after the nickname is the text, line breaks too."""
    words = rest.split(maxsplit=1)
    if len(words) < 2:
        return None
    return _with_partner(standing, words[0], "/msg", lambda name: _message_to(name, words[1]))


def _message_to(name: str, text: str) -> Meaning:
    return Send(SayInRoom(name, text)) if has_mark(name) else Write(name, text)


def me(standing: InputContext, rest: str) -> Meaning | None:
    """Parse `/me`: to the partner, or into the current room."""
    if not rest:
        return None
    if standing.partner is not None:
        return Send(Say(f"{ACTION}{rest}"))
    if standing.room is not None and standing.left is None:
        return Send(SayInRoom(standing.room, f"{ACTION}{rest}"))
    return Explain("You are not in a chat or a room, so nobody would see that." if standing.room is None else _LEFT)


def reply(standing: InputContext, rest: str) -> Meaning | None:
    """Parse `/reply`: to the person who wrote last, unless that has changed since Enter was last pressed."""
    if not rest:
        return None
    match standing.writers:
        case ():
            return Explain("Nobody has written to you. /msg NICK TEXT writes to somebody.")
        case (writer,):
            return Write(writer, rest)
    *earlier, newest = map(visible, standing.writers)
    return Explain(f"{newest} has written since. /reply once more for {newest}, or /msg {earlier[0]} TEXT.")


def history(standing: InputContext, rest: str) -> Meaning | None:
    """Parse `/history`: a single word is a number or a time if it can be one, otherwise a nickname."""
    words = rest.split()
    if len(words) > 2:
        return None
    last = words[-1] if words and (len(words) == 2 or _is_span(words[-1])) else None
    if last is not None and not _is_span(last):
        return None
    nickname = words[0] if len(words) == 2 or (words and last is None) else None
    return _with_partner(standing, nickname, "/history", lambda partner: _show(partner, last))


def _is_span(word: str) -> bool:
    return _is_number(word) or is_since(word)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit()


def _show(partner: str, span: str | None) -> Meaning:
    if span is None:
        return ShowHistory(partner, NEWEST)
    if not _is_number(span):
        return ShowHistory(partner, MOST, span)
    if len(span) > 4 or not 0 < int(span) <= MOST:
        return Explain(f"/history shows 1 to {MOST:,} messages; /export writes all of them to a file.")
    return ShowHistory(partner, int(span))


def search(_: InputContext, rest: str) -> Meaning | None:
    """Parse `/search`: blanks and line breaks between words are ignored."""
    return ShowFound(" ".join(rest.split())) if rest else None


def export(standing: InputContext, rest: str) -> Meaning | None:
    """Parse `/export`: a first word that looks like a file name is one, and so is everything after a nickname or a
    room.
    """
    first, _, more = rest.partition(" ")
    nickname, file = (None, rest) if not rest or _is_file(first) else (first, more.strip())
    if file and PurePath(file).suffix not in FILE_KINDS:
        return Explain(f"A file name must end in {' or '.join(FILE_KINDS)}, and {shortened(file)} does not.")
    return _with_partner(standing, nickname, "/export", lambda partner: Export(partner, file or _file_about(partner)))


def _is_file(word: str) -> bool:
    return not has_mark(word) and (word.endswith(FILE_KINDS) or "/" in word)


def _file_about(partner: str) -> str:
    """Return a file name without the mark of a room: shells read what follows it as a comment."""
    return f"room-{partner.removeprefix(ROOM_MARK)}.txt" if is_room(partner) else f"chat-with-{partner}.txt"


def _with_partner(standing: InputContext, nickname: str | None, word: str, make: Callable[[str], Meaning]) -> Meaning:
    if nickname is None:
        nickname = standing.partner or standing.room
    if nickname is None:
        return Explain(_NOBODY.format(word))
    try:
        return make(addressee(nickname))
    except PeerError as error:
        return Explain(visible(error.text))
