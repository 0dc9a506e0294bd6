"""Prices of the commands, in messages: one is some 25 µs of the server's time, and a place on its disk.

A price is paid before the work. `duologue/server/costs.py` adds what depends on how many are told, or listed.
"""

from __future__ import annotations

from collections.abc import Mapping

from duologue.core.commands.chat import (
    AcceptChat,
    AskForChat,
    AttachSocket,
    CancelRequest,
    ComeIn,
    DeclineChat,
    Exit,
    GiveNickname,
    GivePass,
    GivePassword,
    ListOnline,
    ListRequests,
    NoCommand,
    Ping,
    Pong,
    QuitChat,
    ReadHistory,
    ResumeChat,
    Say,
    SearchHistory,
    SendLetter,
    SendLetters,
)
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
)
from duologue.core.commands.rooms import (
    JoinRoom,
    ListMembers,
    ListRooms,
    PartRoom,
    SayInRoom,
    SayPrivately,
    SetTopic,
)

MESSAGE = 1.0
FREE_BYTES = 1024
"""Bytes that cost nothing extra: of a read, which its command pays for, or of a message in a chat."""
BYTE = MESSAGE / FREE_BYTES
"""Each byte beyond those: a line of the greatest length counts for eight, and a page of text of 40 KiB goes through at
once.
"""
LISTED = MESSAGE / 25
"""One row of an answer: 1 µs to encode and to send; twice that for people with their states."""
ROOM_LISTED = MESSAGE / 5
"""One row of a list of rooms: a page of 50 takes 0.5 to 0.9 ms, as each is a line with a text."""
ROOM_MADE = 5 * MESSAGE
"""A new room: its name is compared with all that might look alike, and both its beginning and its end are stored."""
TOLD = MESSAGE / 50
"""One more socket that is told what somebody else has said or done: one write, 1.2 µs among 500 in a room."""
MISTAKE = MESSAGE
"""Anything that is no command: it is answered in words."""
RECEIPT = MESSAGE / 10
"""A receipt: 4 µs on its short path. Our clients send at most 50 a second."""

COSTS: Mapping[type, float] = {
    # Each of these is answered, and some wake somebody else.
    GiveNickname: MESSAGE,
    GivePassword: 5 * MESSAGE,  # 30 ms in a thread of its own, in a fair queue
    GivePass: MESSAGE,
    ComeIn: 5 * MESSAGE,
    AttachSocket: MESSAGE,
    AskForChat: MESSAGE,
    AcceptChat: MESSAGE,
    DeclineChat: MESSAGE,
    CancelRequest: MESSAGE,
    ListRequests: MESSAGE,
    ListOnline: MESSAGE,
    Say: MESSAGE,
    QuitChat: MESSAGE,
    ResumeChat: MESSAGE,
    SendLetter: MESSAGE,
    SendLetters: MESSAGE,  # each of them
    ReadHistory: MESSAGE,
    SearchHistory: 10 * MESSAGE,
    Exit: MESSAGE,
    JoinRoom: MESSAGE,
    PartRoom: MESSAGE,
    ListRooms: MESSAGE,
    ListMembers: MESSAGE,
    SetTopic: MESSAGE,
    SayInRoom: MESSAGE,
    SayPrivately: MESSAGE,
    GoAway: MESSAGE,
    DoNotDisturb: MESSAGE,
    ComeBack: MESSAGE,
    WhoIs: MESSAGE,
    ListPeople: MESSAGE,
    WatchPeople: MESSAGE,
    Block: MESSAGE,
    Unblock: MESSAGE,
    ListBlocked: MESSAGE,
    AllowAsking: MESSAGE,
    Follow: 10 * MESSAGE,  # what was missed is looked for in all conversations
    ListConversations: 5 * MESSAGE,  # 5 ms of a thread's time for a page
    MarkRead: MESSAGE,
    # These are seldom or never answered, and cost only the reading of them.
    Ping: RECEIPT,
    Pong: RECEIPT,
    NoCommand: RECEIPT,
}
