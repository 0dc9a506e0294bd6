"""What a line of plain text means, given where its writer stands: in a chat, in a room, asked for a chat.

For the front doors whose clients have few commands of their own, or none. Knows nothing of bytes, nor of a door's tags.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from duologue.core.commands import (
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
    Say,
)
from duologue.core.errors import PeerError
from duologue.core.room_commands import JoinRoom, ListMembers, ListRooms, PartRoom, SayInRoom, SayPrivately, SetTopic
from duologue.core.text import visible
from duologue.protocols.plain_standing import Standing
from duologue.protocols.plain_words import Manner, names_that_fit, shown_name, where_text_goes

HELP = "help"
"""Code of the answer to /help. What a door itself has to say goes the way of a mistake: the hub tells it."""

# As many as one looks through where each comes as a message of its own.
HISTORY = 20
MOST_HISTORY = 50

_YES = frozenset({"yes", "y"})
_NO = frozenset({"no", "n"})


def typed(text: str, user: Standing) -> Command:
    """What `text`, which is not empty, asks for. Raises PeerError for what is a mistake, or is answered here."""
    ended, user.ended = user.ended, None
    if text.startswith("/") and not text.startswith("//"):
        return _command(text, user)
    return _answer(text, user) or _message(text.removeprefix("/"), user, ended)


def privately(name: str, text: str, user: Standing) -> Command:
    """A message to one person, who may be the partner."""
    return Say(text) if user.is_partner(name) else SayPrivately(name, text)


def answer_to(nickname: str, text: str, user: Standing) -> Command | None:
    """The answer to `nickname`, who waits for it; None for a text that is neither yes nor no."""
    word = text.strip().casefold()
    if word not in _YES | _NO:
        return None
    user.waiting.pop(nickname, None)
    return AcceptChat(nickname) if word in _YES else DeclineChat(nickname)


def help_text(manner: Manner) -> str:
    """One line a command; all of it fits into one message."""
    return "\n".join(["You can type:", *(f"{row.usage(manner)}  {row.help}" for row in ROWS)])


def _message(text: str, user: Standing, ended: str | None) -> Command:
    if user.partner is not None:
        return Say(text)
    if ended is not None:
        # It was for one person only, typed before the news was read.
        over = f"The chat with {shown_name(ended)} has ended, so nobody got that."
        raise PeerError("chat_ended", f"{over} {where_text_goes(user.room)}".rstrip())
    return SayInRoom(_room_of(user), text)


def _room_of(user: Standing) -> str:
    if user.room is None:
        raise PeerError("no_room", f"You are in no room. {user.manner.join} comes into one.")
    return user.room


def _answer(text: str, user: Standing) -> Command | None:
    """Yes and no are answers while somebody waits for one, else words like others."""
    if user.partner is not None or not user.waiting:
        return None
    if len(user.waiting) == 1:
        return answer_to(next(iter(user.waiting)), text, user)
    word = text.strip().casefold()
    if word in _YES | _NO:
        raise _which("/accept" if word in _YES else "/decline", user)
    return None


def _which(word: str, user: Standing) -> PeerError:
    names = ", ".join(names_that_fit(tuple(user.waiting)))
    return PeerError("which_request", f"{user.manner.word(f'{word} NAME')} says which is meant: {names}.")


def _command(text: str, user: Standing) -> Command:
    word, rest = [*text.split(maxsplit=1), ""][:2]
    row = ROW_OF.get(word.casefold())
    if row is None:
        raise _unknown(word, user.manner)
    command = row.means(user, rest.strip())
    if command is None:
        raise PeerError("bad_command", f"It is: {row.usage(user.manner)}")
    return command


def _unknown(word: str, manner: Manner) -> PeerError:
    shown = visible(word[:40]) + ("…" if len(word) > 40 else "")
    hint = f"{manner.word('/help')} lists them; {manner.word(f'/{shown}')} sends it as text."
    return PeerError("unknown_command", f"There is no command {shown}. {hint}")


# The commands, each given what follows its word. None: that does not fit.

Means = Callable[[Standing, str], Command | None]


def _nothing(command: Callable[[], Command]) -> Means:
    return lambda _, rest: None if rest else command()


def _maybe_one(command: Callable[[str | None], Command]) -> Means:
    return lambda _, rest: command(rest) if _is_word(rest) else None if rest else command(None)


def _room_or_this(command: Callable[[str], Command]) -> Means:
    return lambda user, rest: command(rest) if _is_word(rest) else None if rest else command(_room_of(user))


def _answering(command: type[AcceptChat] | type[DeclineChat], word: str) -> Means:
    def answer(user: Standing, rest: str) -> Command | None:
        if len(rest.split()) > 1:
            return None
        if not rest and len(user.waiting) > 1:
            raise _which(f"/{word}", user)
        nickname = user.who_waits(rest) if rest else next(iter(user.waiting), None)
        user.waiting.pop(nickname or "", None)
        return command(nickname or rest or None)

    return answer


def _ask(user: Standing, rest: str) -> Command | None:
    if user.partner is not None:
        leaves = user.manner.word(user.manner.end)
        raise PeerError("in_chat", f"You are in a chat with {shown_name(user.partner)}. {leaves} leaves it.")
    return AskForChat(rest) if _is_word(rest) else None


def _quit(user: Standing, rest: str) -> Command | None:
    if rest:
        return None
    if user.partner is None:
        # The chat may have ended while the word was typed; nobody is to lose the connection by that.
        raise PeerError("no_chat", f"You are in no chat. {user.manner.leave} leaves the server.")
    return QuitChat()


def _private(user: Standing, rest: str) -> Command | None:
    match rest.split(maxsplit=1):
        case [room, text] if room.startswith("#"):
            return SayInRoom(room, text)
        case [name, text]:
            return privately(name, text, user)
    return None


def _join(user: Standing, rest: str) -> Command | None:
    if not rest:
        return None
    user.asked_to_join = True
    return JoinRoom(*rest.split(maxsplit=1))


def _topic(user: Standing, rest: str) -> Command | None:
    if not rest.startswith("#"):
        return SetTopic(_room_of(user), rest or None)
    room, topic = [*rest.split(maxsplit=1), None][:2]
    return SetTopic(room or "", topic)


def _history(user: Standing, rest: str) -> Command | None:
    if not rest:
        return ReadHistory(_room_of(user), HISTORY)
    if not (rest.isascii() and rest.isdigit() and len(rest) < 6):
        return None
    return ReadHistory(_room_of(user), min(int(rest), MOST_HISTORY))


def _help(user: Standing, rest: str) -> Command | None:
    if rest:
        return None
    raise PeerError(HELP, help_text(user.manner))


def _is_word(rest: str) -> bool:
    return len(rest.split()) == 1


@dataclass(frozen=True, slots=True)
class Row:
    """One command: its words, what follows them, help in few words, and what it means."""

    words: tuple[str, ...]
    takes: str
    help: str
    means: Means

    def usage(self, manner: Manner) -> str:
        word = manner.end if manner.end in self.words else self.words[0]
        return f"{manner.word(word)} {self.takes}".rstrip()


ROWS = (
    Row(("/chat",), "NAME", "ask NAME for a chat", _ask),
    Row(("/accept",), "[NAME]", "yes to NAME", _answering(AcceptChat, "accept")),
    Row(("/decline",), "[NAME]", "no to NAME", _answering(DeclineChat, "decline")),
    Row(("/cancel",), "[NAME]", "ask no longer", _maybe_one(CancelRequest)),
    Row(("/requests",), "", "who waits for you", _nothing(ListRequests)),
    Row(("/quit", "/end"), "", "leave the chat", _quit),
    Row(("/msg",), "NAME TEXT", "to NAME alone, or to #ROOM", _private),
    Row(("/who",), "", "who is online", _nothing(ListOnline)),
    Row(("/rooms",), "", "list the rooms", _nothing(ListRooms)),
    Row(("/join",), "ROOM [PASSWORD]", "come into ROOM, or go back to it", _join),
    Row(("/part",), "[ROOM]", "leave ROOM", _room_or_this(PartRoom)),
    Row(("/names",), "[ROOM]", "who is in ROOM", _room_or_this(ListMembers)),
    Row(("/topic",), "[#ROOM] [TEXT]", "what ROOM is about", _topic),
    Row(("/history",), "[COUNT]", "what was said in this room", _history),
    Row(("/exit",), "", "leave the server", _nothing(Exit)),
    Row(("/help",), "", "this list", _help),
)
ROW_OF = {word: row for row in ROWS for word in row.words}
