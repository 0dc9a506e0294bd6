"""The rules for requests and chats: the one authoritative copy of all of them.

Calls in (with the time in seconds of a monotonic clock), effects out. Knows no socket and no protocol; nicknames are
canonical (`names.nickname_key`), and the sessions of a person are numbers. Rules that keep a message from ever reaching
the wrong person:

1. Nobody is in two chats.
2. Somebody in a chat neither has a request open nor can be asked: entering a chat ends all other requests.
3. So a chat begins only by the last command of each of its two, through the sessions that gave these, and a late line
   for the chat before finds no chat at all.
4. Somebody who returns to a chat resumes it before anything else, and where both ends stand is agreed on then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil
from typing import Protocol

from duologue.core.chat_rules import ChatRules, seconds_left
from duologue.core.commands.chat import ResumeChat
from duologue.core.effects import Effect, Tell
from duologue.core.errors import PeerError
from duologue.core.events.chat import (
    ChatRequested,
    RequestAnswered,
    RequestsEnded,
    RequestSent,
    RequestWithdrawn,
    WaitingRequests,
)
from duologue.core.limits import Limits
from duologue.core.pages import PAGE
from duologue.core.presence import Presences
from duologue.core.privacy import Privacy
from duologue.core.request_rate import RequestRate
from duologue.core.requests import Cause, Chat, ChatEnd, Request, RequestState
from duologue.core.text import listed


@dataclass(slots=True)
class OpenRequests:
    """The open requests of somebody who is here: `asks` are their own by target, `asked_by` those of others by asker,
    oldest first.
    """

    asks: dict[str, Request] = field(default_factory=dict)
    asked_by: dict[str, Request] = field(default_factory=dict)


class People(Protocol):
    """The people who can be asked: the server's directory."""

    def is_registered(self, nickname: str) -> bool:
        """Return whether somebody of this nickname can be asked."""

    def source_of(self, nickname: str) -> str:
        """Return the source under which the requests of somebody who is here are counted."""


class Switchboard:
    """Requests and chats. `presences` know who takes requests, and what an asker reads of them, `privacy` who has
    blocked whom; `new_chat_id` makes an id that no other chat has.
    """

    def __init__(
        self,
        people: People,
        presences: Presences,
        privacy: Privacy,
        *,
        new_chat_id: Callable[[], str],
        limits: Limits,
    ) -> None:
        self._directory = people
        self._presences = presences
        self._privacy = privacy
        self._rate = RequestRate(limits)
        self._limits = limits
        self._people: dict[str, OpenRequests] = {}
        self._chats = ChatRules(new_chat_id, limits)
        self._waiting: deque[Request] = deque()
        self._declined: dict[tuple[str, str], float] = {}

    # Arriving and leaving

    def arrive(self, now: float, nickname: str, session: int) -> list[Effect]:
        """Add a session that has logged in; a paused chat of its person waits to be resumed, and requests for an
        answer.
        """
        person = self._people.setdefault(nickname, OpenRequests())
        requests = [
            Tell(nickname, ChatRequested(request.asker, seconds_left(request.deadline, now)), session)
            for request in person.asked_by.values()
            if request.is_heard
        ]
        return [*self._chats.arrive(now, nickname, session), *requests]

    def leave(self, now: float, nickname: str, session: int, reason: ChatEnd, *, is_last: bool) -> list[Effect]:
        """Remove a session; `is_last`: its person leaves with it. A chat waits for somebody who is LOST; otherwise it
        ends, and the partner is told `reason`.
        """
        effects = self._chats.leave(now, nickname, session, reason, is_last=is_last)
        person = self._people[nickname]
        for request in [request for request in person.asks.values() if is_last or request.session == session]:
            effects += self._end(request, Cause.ASKER_LEFT)
        if is_last:
            for request in [*person.asked_by.values()]:
                effects += self._end(request, Cause.TARGET_LEFT)
            del self._people[nickname]
        return effects

    # Requests

    def ask(self, now: float, asker: str, session: int, target: str) -> list[Effect]:
        """Carry out `/chat target`. Asking somebody who has asked is accepting; asking twice is asking once, and the
        session that asked last is to hold the chat.
        """
        person = self._people[asker]
        self._check_may_ask(person, asker, target)
        if target in person.asked_by:  # heard or not: both want the same
            return self._accept(person.asked_by[target], session)
        waiting = person.asks.get(target)
        if waiting:
            waiting.session = session
            return [Tell(asker, RequestSent(target, seconds_left(waiting.deadline, now)), session)]
        self._check_rate(now, asker)
        request = Request(asker, target, session, now + self._limits.request_expiry)
        if request.move(self._first_cause(now, asker, target)) is not RequestState.WAITING:
            return [Tell(asker, RequestAnswered(target, request.state), session)]
        return self._wait(request, now)

    def _check_may_ask(self, person: OpenRequests, asker: str, target: str) -> None:
        if asker == target:
            raise PeerError("yourself", "That is you. Ask somebody else for a chat.")
        chat = self._chats.of(asker)
        if chat:
            raise PeerError("in_chat", f"You are in a chat with {chat.partner_of(asker)}; /quit leaves it.")
        self._privacy.check_may_turn_to(asker, target)
        if (
            target not in person.asks
            and target not in person.asked_by
            and len(person.asks) >= self._limits.pending_requests
        ):
            raise PeerError(
                "too_many_requests",
                f"{len(person.asks)} people are to answer you already; /cancel withdraws a request.",
            )

    def _check_rate(self, now: float, asker: str) -> None:
        wait = self._rate.wait(self._directory.source_of(asker), now)
        if wait > 0:
            raise PeerError(
                "too_many_requests", f"You have asked many people in a short time; ask the next in {ceil(wait)} s."
            )

    def _first_cause(self, now: float, asker: str, target: str) -> Cause:
        if not self._directory.is_registered(target):
            return Cause.TARGET_UNKNOWN
        if self._declined.get((asker, target), now) > now:
            return Cause.DECLINED_BEFORE
        if target not in self._people:
            return Cause.TARGET_OFFLINE
        if self._chats.of(target):
            return Cause.TARGET_IN_CHAT
        if not self._presences.is_disturbable(target):
            return Cause.TARGET_UNDISTURBED
        # The rest is the same for anybody: only what would be a request is counted, heard or not.
        is_too_often = self._rate.is_too_often(self._directory.source_of(asker), target, now)
        return Cause.ASKED_TOO_OFTEN if is_too_often else Cause.TARGET_FREE

    def _wait(self, request: Request, now: float) -> list[Effect]:
        self._rate.note(self._directory.source_of(request.asker), request.target, now)
        request.is_heard = self._privacy.takes_request(request.asker, request.target)
        self._people[request.asker].asks[request.target] = request
        self._people[request.target].asked_by[request.asker] = request
        self._waiting.append(request)
        seconds = seconds_left(request.deadline, now)
        return [
            *([Tell(request.target, ChatRequested(request.asker, seconds))] if request.is_heard else []),
            Tell(request.asker, RequestSent(request.target, seconds), request.session),
            *self._presences.text_for(request.asker, request.target),
        ]

    def accept(self, target: str, session: int, asker: str | None = None) -> list[Effect]:
        """Carry out `yes`. Accepting twice is harmless: in a chat it does nothing."""
        if self._chats.of(target):
            return []
        return self._accept(self._request_to(target, asker, "/accept"), session)

    def _accept(self, request: Request, session: int) -> list[Effect]:
        self._rate.accepted(self._directory.source_of(request.asker), request.target)
        effects = self._end(request, Cause.ACCEPT, session)
        for nickname, partner in ((request.asker, request.target), (request.target, request.asker)):
            effects += [*self._end_others(nickname), Tell(nickname, RequestsEnded(partner))]
        return effects + self._chats.start({request.asker: request.session, request.target: session})

    def decline(self, now: float, target: str, session: int, asker: str | None = None) -> list[Effect]:
        """Carry out `no`. The asker has to wait a moment before asking again."""
        request = self._request_to(target, asker, "/decline")
        self._declined.pop((asker := request.asker, target), None)
        self._declined[asker, target] = now + self._limits.decline_cooldown
        return self._end(request, Cause.DECLINE, session)

    def cancel(self, asker: str, target: str | None = None) -> list[Effect]:
        """Carry out `/cancel`, of one request or of all, whichever session has asked."""
        asks = self._people[asker].asks
        chosen = [*asks.values()] if target is None else [asks[target]] if target in asks else []
        if not chosen:
            raise PeerError("no_request", f"You have not asked {target or 'anybody'} for a chat.")
        return [effect for request in chosen for effect in self._end(request, Cause.CANCEL)]

    def requests_to(self, nickname: str) -> WaitingRequests:
        askers = tuple(self._heard_by(nickname))
        return WaitingRequests(askers[:PAGE], len(askers[PAGE:]))

    def _heard_by(self, nickname: str) -> dict[str, Request]:
        """Return the requests that somebody knows of."""
        return {asker: request for asker, request in self._people[nickname].asked_by.items() if request.is_heard}

    def expire(self, now: float) -> list[Effect]:
        """End requests that were not answered in time, and chats that nobody came back to."""
        # All requests wait equally long, and so do all chats, so the oldest are first.
        effects = self._chats.end_overdue(now)
        while self._waiting and self._waiting[0].deadline <= now:
            request = self._waiting.popleft()
            if request.state is RequestState.WAITING:
                effects += self._end(request, Cause.TIME)
        while self._declined and (oldest := next(iter(self._declined.items())))[1] <= now:
            del self._declined[oldest[0]]
        self._rate.forget(now)
        return effects

    def _request_to(self, target: str, asker: str | None, word: str) -> Request:
        asked_by = self._heard_by(target)
        if asker is not None and asker in asked_by:
            return asked_by[asker]
        if asker is not None:
            raise PeerError("no_request", f"{asker} has not asked you for a chat.")
        if not asked_by:
            raise PeerError("no_request", "Nobody has asked you for a chat.")
        if len(asked_by) > 1:
            raise PeerError(
                "which_request", f"{len(asked_by)} people ask: {listed([*asked_by])}. Say which: {word} NICK"
            )
        return next(iter(asked_by.values()))

    def _end(self, request: Request, cause: Cause, answered_by: int | None = None) -> list[Effect]:
        """End a request. The session that has answered it knows; the others of its person are told."""
        outcome = request.move(cause)
        self._people[request.asker].asks.pop(request.target)
        self._people[request.target].asked_by.pop(request.asker)
        withdrawn = RequestWithdrawn(request.asker, outcome)
        asking = None if cause is Cause.CANCEL else request.session  # another of them may have withdrawn it
        asker_is_told, target_is_told = ((cause, is_asker) in _WORTH_TELLING for is_asker in (True, False))
        return [
            *([Tell(request.asker, RequestAnswered(request.target, outcome), asking)] if asker_is_told else []),
            *([Tell(request.target, withdrawn)] if target_is_told and request.is_heard else []),
            *([Tell(request.target, withdrawn, besides=answered_by)] if answered_by and request.is_heard else []),
        ]

    def _end_others(self, nickname: str) -> list[Effect]:
        person = self._people[nickname]
        own = [effect for request in [*person.asks.values()] for effect in self._end(request, Cause.ASKER_IN_CHAT)]
        return own + [
            effect for request in [*person.asked_by.values()] for effect in self._end(request, Cause.TARGET_IN_CHAT)
        ]

    def break_off(self, nickname: str, other: str) -> list[Effect]:
        """Carry out `/block`: end requests and chats between the two. To `other` it looks like a partner who left, or
        did not answer.
        """
        person, chat = self._people[nickname], self._chats.of(nickname)
        if other in person.asked_by:
            person.asked_by[other].is_heard = False
        effects = self._end(person.asks[other], Cause.CANCEL) if other in person.asks else []
        return [*effects, *(self.quit(nickname) if chat and chat.partner_of(nickname) == other else [])]

    # Chats

    def chat_of(self, nickname: str) -> Chat | None:
        """Return the chat that somebody is in, or that waits for them."""
        return self._chats.of(nickname)

    def quit(self, nickname: str) -> list[Effect]:
        """Carry out `/quit`: leave the chat, but not the server."""
        return self._chats.quit(nickname)

    def remove(self, nickname: str) -> list[Effect]:
        """End the chat that waits for somebody whose account is gone: nobody can come back to it."""
        return self._chats.remove(nickname)

    def restore(self, now: float, chat: Chat) -> None:
        """Take over a chat from a server that ran before; it waits for both."""
        self._chats.restore(now, chat)

    @property
    def chats(self) -> int:
        """The number of chats, with those that wait for somebody."""
        return self._chats.count

    def agree(self, nickname: str, session: int, command: ResumeChat, *, by_device: bool = False) -> list[Effect]:
        """Do the first half of a `/resume` by somebody whose chat it is (see `ChatRules`)."""
        return self._chats.agree(nickname, session, command, by_device=by_device)

    def come_back(self, now: float, nickname: str) -> list[Effect]:
        """Do the second half of a `/resume`."""
        return self._chats.come_back(now, nickname)


_WORTH_TELLING = {
    (Cause.DECLINE, True),
    (Cause.CANCEL, True),
    (Cause.CANCEL, False),
    (Cause.ASKER_IN_CHAT, True),
    (Cause.ASKER_IN_CHAT, False),
    (Cause.ASKER_LEFT, False),
    (Cause.TARGET_LEFT, True),
    (Cause.TARGET_IN_CHAT, True),
    (Cause.TIME, True),
    (Cause.TIME, False),
}
"""For each end of a request, who is told; True is the asker. Nobody is told what they have just done or said
themselves.
"""
