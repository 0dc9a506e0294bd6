"""Commands of the client: one method for each. Does not know how they reach the server."""

from __future__ import annotations

from abc import ABC, abstractmethod

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
    Say,
    SearchHistory,
)
from duologue.core.commands.devices import ListConversations, MarkRead
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


class Requests(ABC):
    """Methods that ask the server for something. Each sends and returns; the outcome arrives as an event."""

    @abstractmethod
    async def send(self, command: Command) -> None:
        """Send a command. Raises PeerError if it cannot be a line, and NotConnected if there is no session."""

    async def ask(self, nickname: str) -> None:
        """Ask for a chat."""
        await self.send(AskForChat(nickname))

    async def accept(self, nickname: str | None = None) -> None:
        """Accept the request of `nickname`, or the only one waiting."""
        await self.send(AcceptChat(nickname))

    async def decline(self, nickname: str | None = None) -> None:
        """Decline the request of `nickname`, or the only one waiting."""
        await self.send(DeclineChat(nickname))

    async def cancel(self, nickname: str | None = None) -> None:
        """Withdraw our own request to `nickname`, or all of them."""
        await self.send(CancelRequest(nickname))

    async def say(self, text: str) -> None:
        """Say something to the partner; it may have line breaks. Raises PeerError when it is too long for a line.

        In a chat that is paused because a connection was lost, it is kept and sent later; raises MemoryFull when there
        is no room for more.
        """
        await self.send(Say(text))

    async def quit(self) -> None:
        """Leave the chat, not the server."""
        await self.send(QuitChat())

    # Lists come in pages: the answer says how many `more` there are, and its last name, given as `after`, asks for
    # those.

    async def who(self, after: str | None = None) -> None:
        """Ask who is here; the answer is a PeopleOnline."""
        await self.send(ListOnline(after))

    async def people(self, after: str | None = None) -> None:
        """Ask who is here and how they are; the answer is a PeopleListed."""
        await self.send(ListPeople(after))

    async def whois(self, nickname: str) -> None:
        """Ask how somebody is; the answer is a PersonDescribed."""
        await self.send(WhoIs(nickname))

    async def watch(self, is_on: bool = True) -> None:
        """Ask to be told of everybody, by a Presence for each, now and whenever that changes, in later sessions too."""
        await self.send(WatchPeople(is_on))

    async def away(self, text: str = "") -> None:
        """Say that we are away. Whoever asks or writes reads `text`. The answer is a YouAre, as for the next two."""
        await self.send(GoAway(text))

    async def dnd(self) -> None:
        """Accept no requests for a chat."""
        await self.send(DoNotDisturb())

    async def back(self) -> None:
        """End `away` or `dnd`."""
        await self.send(ComeBack())

    async def block(self, nickname: str) -> None:
        """Block somebody: nothing of theirs reaches us. The answer is a PersonBlocked."""
        await self.send(Block(nickname))

    async def unblock(self, nickname: str) -> None:
        """Unblock somebody. The answer is a PersonUnblocked."""
        await self.send(Unblock(nickname))

    async def blocked(self, after: str | None = None) -> None:
        """Ask whom we have blocked; the answer is a BlockedListed."""
        await self.send(ListBlocked(after))

    async def allow(self, who: MayAsk | None = None) -> None:
        """Say who may ask us for a chat, or ask who may; the answer is an AskingAllowed."""
        await self.send(AllowAsking(who))

    async def requests(self) -> None:
        """Ask who is waiting for our answer; the answer is a WaitingRequests."""
        await self.send(ListRequests())

    async def join(self, room: str, password: str | None = None) -> None:
        """Enter a room, or create it, then with `password`. The answer is a RoomEntered."""
        await self.send(JoinRoom(room, password))

    async def part(self, room: str) -> None:
        """Leave a room. The answer is a RoomExited."""
        await self.send(PartRoom(room))

    async def rooms(self, after: str | None = None) -> None:
        """Ask for the rooms: a RoomListed for each on a page, then a RoomsListed, whose `after` asks for more."""
        await self.send(ListRooms(after))

    async def names(self, room: str, after: str | None = None) -> None:
        """Ask who is in a room; the answer is a RoomMembers."""
        await self.send(ListMembers(room, after))

    async def topic(self, room: str, text: str | None = None) -> None:
        """Set the topic of a room (an empty text removes it), or ask for it. The answer is a RoomTopic."""
        await self.send(SetTopic(room, text))

    async def history(self, nickname: str, count: int, before: int | None = None) -> None:
        """Ask for the newest `count` messages with `nickname`, or the newest before the one numbered `before`.

        A room, such as `#tea`, can take the place of a nickname.

        The answer is a Recalled for each, oldest first, and a RecallEnded, whose `before` asks for those before them.
        """
        await self.send(ReadHistory(nickname, count, before))

    async def search(self, words: str) -> None:
        """Search all our chats for messages with these words: a Recalled for each, newest first, and a RecallEnded."""
        await self.send(SearchHistory(words))

    async def conversations(self, before: int | None = None) -> None:
        """Ask for our conversations, the latest first, or for those before the message numbered `before`.

        The answer is a ConversationListed for each, and a ConversationsEnded, whose `before` asks for more of them.
        """
        await self.send(ListConversations(before))

    async def mark_read(self, name: str, number: int) -> None:
        """Note that we have read the conversation with `name`, somebody or a room, up to the message numbered `number`.

        All devices of ours that name themselves are told by a ReadUpTo.
        """
        await self.send(MarkRead(name, number))

    async def exit(self) -> None:
        """Leave the server. The last event is a Disconnected."""
        await self.send(Exit())
