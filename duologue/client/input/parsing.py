"""The meaning of a typed text in its context (docs/commands.md). Sans-I/O; carries nothing out."""

from __future__ import annotations

from duologue.client.input.commands import ENTRY_OF
from duologue.client.input.meaning import Confirm, Drop, Explain, InputContext, Leave, Meaning, Nothing, Send
from duologue.core.commands.chat import AcceptChat, DeclineChat, Say
from duologue.core.commands.rooms import SayInRoom
from duologue.core.commands.words import NO, YES
from duologue.core.room_rules import is_room
from duologue.core.text import listed, shortened, visible

LINES_WITHOUT_ASKING = 3
"""A paste of more lines is sent only after a yes: it may be the wrong clipboard."""

_EXIT = frozenset({"exit"})

_MOST_NAMED = 10


def meaning_of(text: str, standing: InputContext) -> Meaning:
    """Return the meaning of what was typed before Enter."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    if not text.strip():
        return Nothing()
    if text.startswith("/") and not text.startswith("//"):
        return _command(text, standing)
    if standing.unsent is not None:
        return _answer_about_unsent(text, standing.unsent, standing)
    text = text.removeprefix("/")
    if standing.partner is not None:
        return Confirm(text) if _is_long(text) else Send(Say(text))
    return _outside_a_chat(text, standing)


def is_yes(text: str) -> bool | None:
    """Interpret the answer to a question: yes, no (or exit), or None for anything else."""
    word = text.strip().casefold()
    return True if word in YES else False if word in NO | _EXIT else None


def _command(text: str, standing: InputContext) -> Meaning:
    word, rest = [*text.split(maxsplit=1), ""][:2]
    entry = ENTRY_OF.get(word.casefold())
    if entry is None:
        return Explain(
            f"There is no command {shortened(word)}. /help lists them; //{shortened(word[1:])} sends it as text."
        )
    return entry.means(standing, rest.strip()) or Explain(f"Usage: {entry.usage}")


def _is_long(text: str) -> bool:
    return text.count("\n") >= LINES_WITHOUT_ASKING


def _answer_about_unsent(text: str, unsent: Confirm, standing: InputContext) -> Meaning:
    match is_yes(text):
        case True if unsent.room in standing.rooms:
            return Send(SayInRoom(unsent.room, unsent.text))
        case True if unsent.room is None and standing.partner is not None:
            return Send(Say(unsent.text))
        case None:
            return unsent
        case _:
            return Drop()


def _outside_a_chat(text: str, standing: InputContext) -> Meaning:
    word = text.strip().casefold()
    if word in YES | NO | _EXIT and standing.waiting:
        return _answer_to_request(word, standing.waiting)
    if standing.room is not None:
        return _in_a_room(text, standing.room, standing.left)
    if word in YES | NO:
        return Explain("Nobody is waiting for your answer.")
    return Explain(
        "You are not in a chat or a room, so that was not sent. /chat NICK or /join ROOM; /help lists all commands."
    )


def _in_a_room(text: str, room: str, left: str | None) -> Meaning:
    """Return the meaning in a room. A text begun for one person is not said to everybody."""
    if left is not None:
        over = f"You are no longer in {visible(left)}" if is_room(left) else f"The chat with {visible(left)} is over"
        return Explain(f"{over}, so that was not sent. What you type from now on goes to {room}.")
    return Confirm(text, room) if _is_long(text) else Send(SayInRoom(room, text))


def _answer_to_request(word: str, waiting: tuple[str, ...]) -> Meaning:
    if word in _EXIT:
        return Leave()
    if len(waiting) > 1:
        command = "/accept" if word in YES else "/decline"
        return Explain(f"{listed(waiting, _MOST_NAMED)} are waiting. Say which: {command} NICK")
    # By name, so that a yes meant for alice cannot reach somebody who asked in the same moment.
    return Send(AcceptChat(waiting[0]) if word in YES else DeclineChat(waiting[0]))
