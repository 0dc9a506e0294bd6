"""The state of one user of a legacy front door of one socket, as the events tell it, and the user's text for each
event.
"""

from __future__ import annotations

from collections.abc import Callable

from duologue.core.events.chat import (
    ChatEnded,
    ChatRequested,
    ChatStarted,
    Event,
    LoggedIn,
    MessageFrom,
    PeopleOnline,
    RecallEnded,
    Refused,
    RequestSent,
    RequestWithdrawn,
    WaitingRequests,
)
from duologue.core.events.people import BlockedListed, PersonBlocked, YouAre
from duologue.core.events.rooms import RoomEntered, RoomExited, RoomListed, RoomMembers, RoomsListed
from duologue.core.names import bare
from duologue.core.requests import ChatEnd
from duologue.core.room_rules import LOBBY
from duologue.core.sentences import sentence
from duologue.protocols.legacy import wording
from duologue.protocols.legacy.wording import MOST_LISTED, Wording, bared, shown_name


class UserState:
    """The state of one user between two lines.

    `given` is the name that the user's client believes in, `partner` the partner in a chat, `waiting` those who wait
    for an answer. `ended` is whose chat has ended since the last line that was typed. `writers` are those who had
    written privately last when that was typed, and who has done so last since. Names are as the server has them.
    """

    __slots__ = (
        "_listed",
        "asked_to_join",
        "ended",
        "given",
        "is_in",
        "partner",
        "rooms",
        "waiting",
        "wording",
        "writers",
    )

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        self.given = ""
        self.is_in = False
        self.partner: str | None = None
        self.waiting: dict[str, None] = {}
        self.ended: str | None = None
        self.writers: tuple[str, ...] = ()  # two at most
        self.rooms: dict[str, None] = {}  # in the order of joining
        self.asked_to_join = False
        self._listed: list[str] = []

    @property
    def room(self) -> str | None:
        """The room that plain text goes to outside of a chat: the one that was joined last."""
        return next(reversed(self.rooms), None)

    def is_partner(self, name: str) -> bool:
        return self.partner is not None and _is_same(name, self.partner)

    def who_waits(self, name: str) -> str | None:
        """Return the nickname of the one called `name`, if that one waits for an answer."""
        return next((nickname for nickname in self.waiting if _is_same(name, nickname)), None)

    def has_typed(self) -> None:
        """Note that a line has come, written by somebody who may have read everything sent before."""
        self.ended = None
        self.writers = self.writers[-1:]

    def spoken(self, event: Event) -> tuple[str, str] | None:
        """Do as `wording.spoken`, and note who writes privately."""
        if isinstance(event, MessageFrom):
            earlier = [nickname for nickname in self.writers if nickname != event.nickname]
            self.writers = (*earlier[:1], event.nickname)
        return wording.spoken(event)

    def told(self, event: Event) -> str | None:
        """Return the text for `event`; None where there is none, and for what somebody said: see `spoken`."""
        own = _TOLD.get(type(event))
        return own(self, event) if own else sentence(bared(event))

    def _logged_in(self, event: LoggedIn) -> str | None:
        self.is_in = True
        name = shown_name(event.nickname)
        return None if name == self.given else f"You are {name}."

    def _requested(self, event: ChatRequested) -> str:
        self.waiting[event.nickname] = None
        return wording.requested(self.wording, event.nickname, is_alone=len(self.waiting) == 1)

    def _withdrawn(self, event: RequestWithdrawn) -> str | None:
        self.waiting.pop(event.nickname, None)
        return sentence(bared(event))

    def _blocked(self, event: PersonBlocked) -> str:
        self.waiting.pop(event.nickname, None)
        return wording.blocked(self.wording, event.nickname)

    def _waiting_listed(self, event: WaitingRequests) -> str:
        self.waiting = dict.fromkeys(event.nicknames)
        return wording.listing(event)

    def _started(self, event: ChatStarted) -> str:
        self.partner = event.nickname
        self.waiting.clear()
        self.ended = None
        return wording.started(self.wording, event.nickname)

    def _chat_ended(self, event: ChatEnded) -> str:
        self.partner = None
        self.ended = None if event.reason is ChatEnd.YOU_LEFT else event.nickname
        return wording.ended(bared(event), self.room)

    def _entered(self, event: RoomEntered) -> str | None:
        self.rooms.pop(event.room, None)
        self.rooms[event.room] = None
        was_asked, self.asked_to_join = self.asked_to_join, False
        if event.room == LOBBY and not was_asked:
            return None  # these protocols know no other room, and have no words for joining it
        return f"{sentence(event)} {wording.where_text_goes(event.room)}"

    def _exited(self, event: RoomExited) -> str:
        self.rooms.pop(event.room, None)
        return f"{sentence(event)} {wording.where_text_goes(self.room)}".rstrip()

    def _room_listed(self, event: RoomListed) -> None:
        if len(self._listed) < MOST_LISTED:
            self._listed.append(sentence(event) or "")

    def _rooms_listed(self, event: RoomsListed) -> str:
        listed, self._listed = self._listed, []
        if not event.count:
            return f"There are no rooms. {self.wording.join} makes one."
        return "\n".join(["Rooms:", *wording.as_many_as_fit(listed, event.count, self.wording.list_bytes)])


def _is_same(typed: str, nickname: str) -> bool:
    return bare(typed).casefold() == bare(nickname).casefold()


_TOLD: dict[type[Event], Callable[..., str | None]] = {
    LoggedIn: UserState._logged_in,
    ChatRequested: UserState._requested,
    RequestWithdrawn: UserState._withdrawn,
    RequestSent: lambda user, event: wording.request_sent(user.wording, event.nickname),
    WaitingRequests: UserState._waiting_listed,
    ChatStarted: UserState._started,
    ChatEnded: UserState._chat_ended,
    PeopleOnline: lambda _, event: wording.listing(event),
    RoomEntered: UserState._entered,
    RoomExited: UserState._exited,
    RoomMembers: lambda _, event: wording.listing(event),
    RoomListed: UserState._room_listed,
    RoomsListed: UserState._rooms_listed,
    Refused: lambda _, event: event.text,  # has line breaks where it is /help
    PersonBlocked: UserState._blocked,
    BlockedListed: lambda _, event: wording.listing(event),
    YouAre: lambda user, event: wording.you_are(user.wording, event),
    RecallEnded: lambda _, event: None if event.count else "Nothing was said here before.",
}
