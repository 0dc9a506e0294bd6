"""Every question has its command."""

from __future__ import annotations

from duologue.client.requests import Requests
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
    SearchHistory,
)
from duologue.core.commands.people import (
    AllowAsking,
    Block,
    ComeBack,
    DoNotDisturb,
    GoAway,
    ListBlocked,
    ListPeople,
    MayAsk,
    Unblock,
    WatchPeople,
    WhoIs,
)
from duologue.core.commands.rooms import JoinRoom, ListMembers, ListRooms, PartRoom, SetTopic


class Log(Requests):
    def __init__(self) -> None:
        self.sent: list[Command] = []

    async def send(self, command: Command) -> None:
        self.sent.append(command)


async def test_each_method_sends_its_command() -> None:
    me = Log()
    await me.ask("bob")
    await me.accept()
    await me.accept("bob")
    await me.decline("bob")
    await me.cancel()
    await me.quit()
    await me.who()
    await me.requests()
    await me.history("bob", 5)
    await me.history("bob", 5, before=7)
    await me.search("tea")
    await me.join("tea")
    await me.join("#tea", "open sesame")
    await me.part("tea")
    await me.rooms()
    await me.names("tea")
    await me.topic("tea")
    await me.topic("tea", "all about tea")
    await me.people()
    await me.whois("bob")
    await me.watch()
    await me.watch(False)
    await me.away()
    await me.away("lunch")
    await me.dnd()
    await me.back()
    await me.block("bob")
    await me.unblock("bob")
    await me.blocked()
    await me.allow()
    await me.allow(MayAsk.KNOWN)
    await me.exit()
    assert me.sent == [
        AskForChat("bob"),
        AcceptChat(None),
        AcceptChat("bob"),
        DeclineChat("bob"),
        CancelRequest(None),
        QuitChat(),
        ListOnline(),
        ListRequests(),
        ReadHistory("bob", 5, None),
        ReadHistory("bob", 5, 7),
        SearchHistory("tea"),
        JoinRoom("tea"),
        JoinRoom("#tea", "open sesame"),
        PartRoom("tea"),
        ListRooms(),
        ListMembers("tea"),
        SetTopic("tea"),
        SetTopic("tea", "all about tea"),
        ListPeople(),
        WhoIs("bob"),
        WatchPeople(True),
        WatchPeople(False),
        GoAway(),
        GoAway("lunch"),
        DoNotDisturb(),
        ComeBack(),
        Block("bob"),
        Unblock("bob"),
        ListBlocked(),
        AllowAsking(),
        AllowAsking(MayAsk.KNOWN),
        Exit(),
    ]
