"""The states of a client of system 000, which it does not report but acts by, and what a read means in each.

Sans-I/O; knows nothing of which sockets are whose. The client's messages are in `simplechat_events`.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator

from duologue.core.commands.chat import AcceptChat, Command, QuitChat
from duologue.core.errors import PeerError
from duologue.protocols.legacy.typed_commands import is_message, typed
from duologue.protocols.legacy.user_state import UserState
from duologue.protocols.legacy.wording import Wording, shown_name

_ASK, _YES, _QUIT = "/chat", "yes", "/quit"

# Codes of this codec's own answers: they take the way of a mistake, and the hub sends them.
CHAT_IS_ON = "chat_is_on"
NO_CHAT_BEGAN = "no_chat_began"


class SimpleChatUser:
    """A client with its unreported states: the same word means different things in each.

    It is asking while it waits on its chat socket for the answer to /chat, which is the next read, so nothing else may
    be sent there. It is talking when it takes typed lines for messages. When a chat ends it still sends the line that
    is being typed. It answers a request with `yes`, `yes`, nickname, of which `to_come` have not come yet; and it
    means the one who was `announced` last.
    """

    __slots__ = (
        "__weakref__",
        "announced",
        "ended",
        "is_asking",
        "is_on",
        "is_talking",
        "quits",
        "to_come",
        "token",
        "user",
    )

    def __init__(self) -> None:
        self.token = ""
        self.is_on = False
        """Whether all three sockets are here."""
        self.user = UserState(Wording())
        self.is_asking = False
        self.is_talking = False
        self.quits = False
        self.ended: str | None = None  # with whom; until the line has come that was being typed
        self.to_come = 0
        self.announced: str | None = None

    # Typed lines

    def types(self, text: str) -> Iterator[Command]:
        self.quits = False
        if self.to_come:
            text = yield from self._goes_on_answering(text)
        if not text.strip():
            return
        if self.ended is not None:
            self._lose(text)
        elif self._can_answer() and text.strip().casefold() == _YES:
            yield from self._answers()
        elif self._can_answer() and self._is_all_of_it(text):
            yield from self._answers()
            yield from self.types(text.removeprefix(_YES))
        else:
            yield from self._line(text)

    def _line(self, text: str) -> Iterator[Command]:
        user = self.user
        self.quits = text == _QUIT
        word, name = [*text.split(maxsplit=1), ""][:2]
        if is_message(text):
            # Text that it sends outside of a chat was typed for one person; it must not reach a room instead.
            if user.partner is None:
                raise PeerError("no_chat", "You are in no chat, so nobody got that. /chat NAME asks for one.")
            self.is_talking = True
        elif word.casefold() == _ASK and not self.is_talking:
            self.is_asking = True
            if user.partner is not None:
                raise self._goes_on(name.strip())
        yield typed(text, user)

    def _goes_on(self, name: str) -> PeerError:
        if self.user.is_partner(name):
            return PeerError(CHAT_IS_ON, "")
        partner = shown_name(self.user.partner or "")
        return PeerError("in_chat", f"You are in a chat with {partner}. /chat {partner} goes on with it.")

    def _lose(self, text: str) -> None:
        name, self.ended = shown_name(self.ended or ""), None
        if text != _QUIT:
            raise PeerError("chat_ended", f"The chat with {name} had ended, so that line went nowhere. Type it again.")

    # Answers to a request: yes, yes, nickname

    def _can_answer(self) -> bool:
        partner = self.user.partner
        return partner is None or (partner == self.announced and not self.is_talking)

    def _answers(self) -> Iterator[Command]:
        """Answer at once where the only one who waits is the one that the client believes to answer; else wait for the
        nickname.
        """
        self.to_come = 2
        if self.announced is not None and [*self.user.waiting] == [self.announced]:
            yield AcceptChat(self.announced)

    def _goes_on_answering(self, text: str) -> Generator[Command, None, str]:
        """Read the rest of an answer; what is left is a line of its own."""
        if self.to_come == 2:
            if text != _YES and not self._is_yes_and_name(text):
                self.to_come = 0
                return text
            self.to_come = 1
            text = text.removeprefix(_YES)
            if not text:
                return ""
        self.to_come = 0
        name = self._known_name(text) or (text if _is_word(text) else None)
        if name is None:
            return text
        self.is_talking = True
        yield from self._has_answered(name)
        return text.removeprefix(name)

    def _is_all_of_it(self, text: str) -> bool:
        """Return whether `text` is two yeses that have run together, and perhaps the name."""
        return text == _YES + _YES or (text.startswith(_YES) and self._is_yes_and_name(text.removeprefix(_YES)))

    def _is_yes_and_name(self, text: str) -> bool:
        return text.startswith(_YES) and self._known_name(text.removeprefix(_YES)) is not None

    def _known_name(self, text: str) -> str | None:
        """Return the nickname that `text` begins with, of those that the client can have been told of."""
        known = (*self.user.waiting, self.announced, self.user.partner)
        names = [shown_name(nickname) for nickname in known if nickname is not None]
        return max(filter(text.startswith, names), key=len, default=None)

    def _has_answered(self, name: str) -> Iterator[Command]:
        """Take note that the client shows a chat with the one of that name now."""
        user = self.user
        waiting = user.who_waits(name)
        if user.partner is None and waiting is not None:
            yield AcceptChat(waiting)
        if user.partner is None:
            raise PeerError(NO_CHAT_BEGAN, name)
        if not user.is_partner(name):
            yield QuitChat()


def _is_word(text: str) -> bool:
    return len(text.split()) == 1 and not text.startswith("/")
