"""The table of words that people type for commands, with their arguments and their help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

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
    ResumeChat,
    SearchHistory,
    SendLetter,
)  # fmt: skip
from duologue.core.commands.devices import Follow, ListConversations, MarkRead
from duologue.core.commands.people import (
    AllowAsking,
    Block,
    ComeBack,
    DoNotDisturb,
    GoAway,
    ListBlocked,
    ListPeople,
    Unblock,
    WatchPeople,
    WhoIs,
)  # fmt: skip
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SetTopic


class Takes(Enum):
    """The arguments of a command word; the value is how help writes them."""

    NOTHING = ""
    NICKNAME = "NICK"
    AFTER = "[AFTER]"
    MAYBE_NICKNAME = "[NICK]"
    PAGE = "NICK COUNT [BEFORE]"
    RESUME = "CHAT [STREAM STORED PARTNER_STREAM RECEIVED]"
    LETTER = "NICK STREAM NUMBER :TEXT"
    WORDS = "WORDS"
    ROOM = "ROOM"
    MEMBERS = "ROOM [AFTER]"
    JOIN = "ROOM [PASSWORD]"
    TOPIC = "ROOM [:TEXT]"
    MAYBE_TEXT = "[TEXT]"
    SWITCH = "on|off"
    MAY_ASK = "[everyone|known|nobody]"
    MAYBE_NUMBER = "[NUMBER]"
    READ = "NAME NUMBER"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of the conversation with the server: its arguments, the command that it stands for, and its help."""

    word: str
    takes: Takes
    command: Callable[..., Command]
    help: str


WORDS = (
    Word("/chat", Takes.NICKNAME, AskForChat, "ask NICK for a chat"),
    Word("yes", Takes.NOTHING, AcceptChat, "accept the request that waits"),
    Word("no", Takes.NOTHING, DeclineChat, "decline the request that waits"),
    Word("/accept", Takes.MAYBE_NICKNAME, AcceptChat, "accept the request of NICK"),
    Word("/decline", Takes.MAYBE_NICKNAME, DeclineChat, "decline the request of NICK"),
    Word("/cancel", Takes.MAYBE_NICKNAME, CancelRequest, "withdraw your own request to NICK, or all of them"),
    Word("/requests", Takes.NOTHING, ListRequests, "list who waits for your answer"),
    Word("/who", Takes.AFTER, ListOnline, "list who is online, or those after AFTER"),
    Word("/quit", Takes.NOTHING, QuitChat, "leave the chat"),
    Word("/end", Takes.NOTHING, QuitChat, "leave the chat"),
    Word("/resume", Takes.RESUME, ResumeChat, "go on with a chat that has paused"),
    Word("/msg", Takes.LETTER, SendLetter, "leave a message for NICK, who gets it when they are here"),
    Word(
        "/history", Takes.PAGE, ReadHistory, "show the newest COUNT messages with NICK, or those before message BEFORE"
    ),
    Word("/search", Takes.WORDS, SearchHistory, "show the newest messages with all of these words"),
    Word("/join", Takes.JOIN, JoinRoom, "come into ROOM, or make it"),
    Word("/part", Takes.ROOM, PartRoom, "leave ROOM"),
    Word("/rooms", Takes.AFTER, ListRooms, "list the rooms, or those after AFTER"),
    Word("/names", Takes.MEMBERS, ListMembers, "list who is in ROOM, or those after AFTER"),
    Word("/topic", Takes.TOPIC, SetTopic, "say what ROOM is about, or ask"),
    Word("/away", Takes.MAYBE_TEXT, GoAway, "say that you are away, and why or until when"),
    Word("/dnd", Takes.NOTHING, DoNotDisturb, "take no requests for a chat"),
    Word("/back", Takes.NOTHING, ComeBack, "be there again, after /away or /dnd"),
    Word("/whois", Takes.NICKNAME, WhoIs, "show how NICK is, and since when"),
    Word("/people", Takes.AFTER, ListPeople, "list who is online, and how they are"),
    Word("/watch", Takes.SWITCH, WatchPeople, "show how everybody is whenever that changes"),
    Word("/block", Takes.NICKNAME, Block, "let nothing of NICK reach you"),
    Word("/unblock", Takes.NICKNAME, Unblock, "end that"),
    Word("/blocked", Takes.AFTER, ListBlocked, "list whom you have blocked, or those after AFTER"),
    Word("/allow", Takes.MAY_ASK, AllowAsking, "say who may ask you for a chat, or show it"),
    Word("/follow", Takes.MAYBE_NUMBER, Follow, "be told all that is said by and to you, from message NUMBER on"),
    Word("/conversations", Takes.MAYBE_NUMBER, ListConversations, "list your conversations, the latest first"),
    Word("/read", Takes.READ, MarkRead, "note that you have read the conversation with NAME, up to message NUMBER"),
    Word("/exit", Takes.NOTHING, Exit, "leave the server"),
)
WORD_TABLE = {row.word: row for row in WORDS}

YES = frozenset({"yes", "y"})
NO = frozenset({"no", "n"})
"""Answers to a question, in any case."""
