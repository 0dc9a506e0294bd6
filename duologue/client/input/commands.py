"""The table of typed commands: words, arguments, help, and meaning. /help and docs/ print it.

Words that the server knows come from `core.commands`; those of the client alone are added here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from duologue.client.input.arguments import (
    EXPORT,
    HISTORY,
    LETTER,
    SEARCH,
    TEXT,
    export,
    history,
    letter,
    me,
    reply,
    search,
)
from duologue.client.input.meaning import (
    Clear,
    Explain,
    Help,
    InputContext,
    Leave,
    Meaning,
    Send,
    ShowConversations,
    ShowUnread,
)
from duologue.client.input.people_arguments import MAY_ASK, MAYBE_TEXT, SWITCH, allow, away, watch
from duologue.client.input.room_arguments import (
    AFTER,
    JOIN,
    MAYBE_ROOM,
    MEMBERS,
    TOPIC,
    join,
    names,
    part,
    rooms,
    topic,
)
from duologue.core.commands.chat import (
    AcceptChat,
    AskForChat,
    Exit,
    ListOnline,
    QuitChat,
    ReadHistory,
    ResumeChat,
    SearchHistory,
    SendLetter,
)
from duologue.core.commands.devices import Follow, ListConversations, MarkRead
from duologue.core.commands.people import AllowAsking, GoAway, ListPeople, WatchPeople
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SetTopic
from duologue.core.commands.words import WORD_TABLE, WORDS, Takes, Word
from duologue.core.text import visible

HELP = "[WORD]"

Handler = Callable[[InputContext, str | None], Meaning]
"""For the server's words: takes the nickname that follows, or None."""


@dataclass(frozen=True, slots=True)
class TypedCommand:
    """One row. `words` are the command and its other names, `takes` describes its arguments.

    `means` takes what follows, without blanks around it, and returns None if that does not fit.
    """

    words: tuple[str, ...]
    takes: str
    help: str
    means: Callable[[InputContext, str], Meaning | None]

    @property
    def usage(self) -> str:
        """Return the usage: `/quit or /end`, `/accept [NICK]`."""
        return f"{' or '.join(self.words)} {self.takes}".rstrip()


def _sending(row: Word) -> Handler:
    def send(_: InputContext, nickname: str | None) -> Meaning:
        return Send(row.command() if nickname is None else row.command(nickname))

    return send


def _sending_outside_a_chat(row: Word) -> Handler:
    send = _sending(row)

    def unless_in_a_chat(standing: InputContext, nickname: str | None) -> Meaning:
        if standing.partner is None:
            return send(standing, nickname)
        return Explain(f"You are in a chat with {standing.partner}. /quit leaves it.")

    return unless_in_a_chat


def _quit(standing: InputContext, _: str | None) -> Meaning:
    return Send(QuitChat()) if standing.partner else Leave()


def _leave(_: InputContext, __: str | None) -> Meaning:
    return Leave()


def _list_people(_: InputContext, after: str | None) -> Meaning:
    return Send(ListPeople(after))


_OWN_MEANING: dict[Callable[..., object], Callable[[Word], Handler]] = {
    AskForChat: _sending_outside_a_chat,
    AcceptChat: _sending_outside_a_chat,
    QuitChat: lambda _: _quit,
    Exit: lambda _: _leave,
    ListOnline: lambda _: _list_people,
}
_ROWS_OF_OUR_OWN = (
    ReadHistory, SearchHistory, SendLetter, JoinRoom, PartRoom, ListRooms, ListMembers, SetTopic,
    GoAway, WatchPeople, AllowAsking, ListConversations,
)  # fmt: skip
_NOT_TYPED = (ResumeChat, ListPeople, Follow, MarkRead)
_OWN_HELP: dict[Callable[..., object], str] = {
    QuitChat: "leave the chat; outside a chat, leave the app",
    Exit: "leave the app",
    ListOnline: "list who is online, and how they are",
}


def _taking(takes: Takes, handler: Handler) -> Callable[[InputContext, str], Meaning | None]:
    fewest = 1 if takes is Takes.NICKNAME else 0
    most = 0 if takes is Takes.NOTHING else 1

    def means(standing: InputContext, rest: str) -> Meaning | None:
        words = rest.split()
        if not fewest <= len(words) <= most:
            return None
        return handler(standing, visible(words[0]) if words else None)

    return means


def _entries() -> list[TypedCommand]:
    """Return the server's words, with synonyms in one row."""
    rows: dict[tuple[object, ...], list[Word]] = {}
    for row in WORDS:
        rows.setdefault((row.command, row.takes, row.word.startswith("/")), []).append(row)
    return [
        TypedCommand(
            words=tuple(row.word for row in same),
            takes=same[0].takes.value,
            help=_OWN_HELP.get(same[0].command, same[0].help),
            means=_taking(same[0].takes, _OWN_MEANING.get(same[0].command, _sending)(same[0])),
        )
        for same in rows.values()
        if same[0].command not in (*_ROWS_OF_OUR_OWN, *_NOT_TYPED)
    ]


def _of_our_own(word: str, takes: str, means: Callable[[InputContext, str], Meaning | None]) -> TypedCommand:
    return TypedCommand((word,), takes, WORD_TABLE[word].help, means)


def _help(_: InputContext, rest: str) -> Meaning | None:
    return Help(rest) if len(rest.split()) < 2 else None


ENTRIES = (
    *_entries(),
    _of_our_own("/join", JOIN, join),
    _of_our_own("/part", MAYBE_ROOM, part),
    _of_our_own("/rooms", AFTER, rooms),
    _of_our_own("/names", MEMBERS, names),
    _of_our_own("/topic", TOPIC, topic),
    _of_our_own("/away", MAYBE_TEXT, away),
    _of_our_own("/watch", SWITCH, watch),
    TypedCommand(("/allow",), MAY_ASK, "show or say who may ask: everyone, known, nobody", allow),
    TypedCommand(("/msg",), LETTER, "leave a message for NICK, even if NICK is away", letter),
    TypedCommand(("/reply",), TEXT, "write to whoever wrote to you last", reply),
    TypedCommand(("/me",), TEXT, "say what you do: /me waves shows * alice waves", me),
    TypedCommand(("/history",), HISTORY, "show the last 20 messages, or N, or those SINCE", history),
    TypedCommand(("/search",), SEARCH, "show the newest messages with all of the WORDS", search),
    TypedCommand(
        ("/unread",),
        "",
        "show what you have read on no device",
        _taking(Takes.NOTHING, lambda _, __: ShowUnread()),
    ),
    _of_our_own("/conversations", "", _taking(Takes.NOTHING, lambda _, __: ShowConversations())),
    TypedCommand(("/export",), EXPORT, "write all messages to FILE.txt or FILE.json", export),
    TypedCommand(("/clear",), "", "empty the screen", _taking(Takes.NOTHING, lambda _, __: Clear())),
    TypedCommand(("/help",), HELP, "list the commands, or explain one, or a group of them", _help),
)
ENTRY_OF = {word: entry for entry in ENTRIES for word in entry.words if word.startswith("/")}
"""Rows by command word. The bare words, `yes` and `no`, are left to `typed`: whether they are commands depends."""
