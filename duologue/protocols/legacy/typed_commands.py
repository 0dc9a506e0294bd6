"""The meaning of a line of plain text, given the state of its writer: in a chat, in a room, asked for a chat.

For front doors whose clients have few commands of their own, or none. Knows nothing of bytes, nor of a protocol's tags.
"""

from __future__ import annotations

from duologue.core.commands.chat import (
    AcceptChat,
    AskForChat,
    CancelRequest,
    Command,
    DeclineChat,
    Exit,
    ListOnline,
    ListRequests,
    QuitChat,
    ReadHistory,
)
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SayInRoom, SetTopic
from duologue.core.errors import PeerError
from duologue.core.room_rules import has_mark, without_mark
from duologue.core.sentences import room_or_topic
from duologue.core.text import ACTION, shortened, visible
from duologue.protocols.legacy.recipients import answer, message, privately, reply, room_of, which_request
from duologue.protocols.legacy.typed_people import PEOPLE_ROWS
from duologue.protocols.legacy.typed_rows import Means, TypedRow, is_word, maybe_one, nothing
from duologue.protocols.legacy.user_state import UserState
from duologue.protocols.legacy.wording import Wording, shown_name

HELP = "help"
"""Code of the answer to /help. A codec's own answers take the way of a mistake, so the hub sends them."""
ME = ACTION.strip()

# As many as one looks through where each comes as a message of its own.
HISTORY = 20
MOST_HISTORY = 50


def typed(text: str, user: UserState) -> Command:
    """Return what `text`, which is not empty, asks for. Raises PeerError for a mistake, or for what
    is answered here.
    """
    try:
        if _is_command(text):
            return _command(text, user)
        return answer(text, user) or message(text.removeprefix("/"), user)
    finally:
        user.has_typed()


def is_message(text: str) -> bool:
    """Return whether `text` is said to somebody. An action is."""
    return not _is_command(text) or text.split(maxsplit=1)[0].casefold() == ME


def help_text(wording: Wording, group: str = "") -> str:
    """Return the help, one line for each command. A group fits into one message; all of them would not."""
    return "\n".join(["You can type:", *(f"{row.usage(wording)}  {row.help}" for row in _GROUPS[group])])


def _is_command(text: str) -> bool:
    return text.startswith("/") and not text.startswith("//")


def _command(text: str, user: UserState) -> Command:
    word, rest = [*text.split(maxsplit=1), ""][:2]
    row = ROW_OF.get(word.casefold())
    if row is None:
        raise _unknown(word, user.wording)
    command = row.means(user, rest.strip())
    if command is None:
        raise PeerError("bad_command", f"Usage: {row.usage(user.wording)}")
    return command


def _unknown(word: str, wording: Wording) -> PeerError:
    shown = shortened(word)
    hint = f"{wording.word('/help')} lists them; {wording.word(f'/{shown}')} sends it as text."
    return PeerError("unknown_command", f"There is no command {shown}. {hint}")


# The meanings of the commands


def _part(user: UserState, rest: str) -> Command | None:
    return PartRoom(rest) if is_word(rest) else None if rest else PartRoom(room_of(user))


def _answering(command: type[AcceptChat] | type[DeclineChat], word: str) -> Means:
    def answer(user: UserState, rest: str) -> Command | None:
        if len(rest.split()) > 1:
            return None
        if not rest and len(user.waiting) > 1:
            raise which_request(f"/{word}", user)
        nickname = user.who_waits(rest) if rest else next(iter(user.waiting), None)
        user.waiting.pop(nickname or "", None)
        return command(nickname or rest or None)

    return answer


def _ask(user: UserState, rest: str) -> Command | None:
    if user.partner is not None:
        leaves = user.wording.word(user.wording.end)
        raise PeerError("in_chat", f"You are in a chat with {shown_name(user.partner)}. {leaves} leaves it.")
    return AskForChat(rest) if is_word(rest) else None


def _quit(user: UserState, rest: str) -> Command | None:
    if rest:
        return None
    if user.partner is None:
        # The chat may have ended while the word was typed; that must not cost anybody the connection.
        raise PeerError("no_chat", f"You are in no chat. {user.wording.leave} leaves the server.")
    return QuitChat()


def _private(user: UserState, rest: str) -> Command | None:
    match rest.split(maxsplit=1):
        case [room, text] if has_mark(room):
            return SayInRoom(room, text)
        case [name, text]:
            return privately(name, text, user)
    return None


def _join(user: UserState, rest: str) -> Command | None:
    if not rest:
        return None
    user.asked_to_join = True
    return JoinRoom(*rest.split(maxsplit=1))


def _names(user: UserState, rest: str) -> Command | None:
    if not rest:
        return ListMembers(room_of(user))
    if not is_word(rest):
        return None
    if not has_mark(rest):
        raise PeerError("bad_command", f"A room has its mark here: {user.wording.word('/names')} #{visible(rest)}")
    return ListMembers(rest)


def _topic(user: UserState, rest: str) -> Command | None:
    """Parse /topic: a first word with the mark of a room names the room, the rest is the topic, unless it may be meant
    otherwise.
    """
    if has_mark(rest):
        room, topic = [*rest.split(maxsplit=1), None][:2]
        return SetTopic(room or "", topic)
    room = room_of(user)
    if rest:
        _be_sure(user, room, rest)
    return SetTopic(room, rest or None)


def _be_sure(user: UserState, room: str, topic: str) -> None:
    """Check that a topic cannot be meant otherwise: what changes something for all is never
    guessed. Raises PeerError.
    """
    word = user.wording.word("/topic")
    named = without_mark(topic.split(maxsplit=1)[0], user.rooms)
    if user.partner is not None:
        raise PeerError("bad_command", f"You are in a chat, so say which room: {word} {room} {visible(topic)}")
    if named is not None:
        raise PeerError("bad_command", room_or_topic(named, room, topic, word))


def _history(user: UserState, rest: str) -> Command | None:
    if not rest:
        return ReadHistory(room_of(user), HISTORY)
    if not (rest.isascii() and rest.isdigit() and len(rest) < 6):
        return None
    return ReadHistory(room_of(user), min(int(rest), MOST_HISTORY))


def _me(user: UserState, rest: str) -> Command | None:
    return message(f"{ACTION}{rest}", user) if rest else None


def _reply(user: UserState, rest: str) -> Command | None:
    return reply(rest, user) if rest else None


def _help(user: UserState, rest: str) -> Command | None:
    """Answer /help; a group comes before a command of the same name."""
    word = rest.casefold()
    if word in _GROUPS:
        raise PeerError(HELP, help_text(user.wording, word))
    row = ROW_OF.get(word) or ROW_OF.get(f"/{word}")
    if row is None:
        return None
    raise PeerError(HELP, f"{row.usage(user.wording)}  {row.help}")


TALK_ROWS = (
    TypedRow(("/chat",), "NAME", "ask NAME for a chat", _ask),
    TypedRow(("/accept",), "[NAME]", "yes to NAME", _answering(AcceptChat, "accept")),
    TypedRow(("/decline",), "[NAME]", "no to NAME", _answering(DeclineChat, "decline")),
    TypedRow(("/cancel",), "[NAME]", "ask no longer", maybe_one(CancelRequest)),
    TypedRow(("/requests",), "", "who waits for you", nothing(ListRequests)),
    TypedRow(("/quit", "/end"), "", "leave the chat", _quit),
    TypedRow(("/msg",), "NAME TEXT", "to NAME alone, or to #ROOM", _private),
    TypedRow(("/reply",), "TEXT", "to who wrote to you last", _reply),
    TypedRow((ME,), "TEXT", "say what you do", _me),
    TypedRow(("/who",), "", "who is online", nothing(ListOnline)),
    TypedRow(("/rooms",), "", "list the rooms", nothing(ListRooms)),
    TypedRow(("/join",), "ROOM [PASSWORD]", "come into ROOM, or go back to it", _join),
    TypedRow(("/part",), "[ROOM]", "leave ROOM", _part),
    TypedRow(("/names",), "[#ROOM]", "who is in ROOM", _names),
    TypedRow(("/topic",), "[#ROOM] [TEXT]", "what ROOM is about", _topic),
    TypedRow(("/history",), "[COUNT]", "what was said in this room", _history),
    TypedRow(("/exit",), "", "leave the server", nothing(Exit)),
    TypedRow(("/help",), "[people|WORD]", "this list, or more", _help),
)
ROWS = (*TALK_ROWS, *PEOPLE_ROWS)
_GROUPS = {"": TALK_ROWS, "people": PEOPLE_ROWS}
ROW_OF = {word: row for row in ROWS for word in row.words}
