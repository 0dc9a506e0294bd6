"""Late lines: messages of an earlier stream of a chat that is on, which its sender hands in as letters are
(docs/protocol.md, 10.4 and 11.2).
"""

from __future__ import annotations

from collections.abc import Callable

from duologue.core.commands.chat import SendLetter
from duologue.core.events.chat import Acknowledged, NotKept
from duologue.core.requests import Chat
from duologue.core.streams import Stream, chat_of
from duologue.protocols.native.wire import encode_message
from duologue.server.chats.delivery import Delivery
from duologue.server.session import Session
from duologue.server.storage.base import Store
from duologue.server.storage.letters import bad_number


class LateLines:
    """Takes late lines: they count in their stream, and go to the partner with what else is handed over in it.

    `live` finds a chat that is not over by its id; `spoke_late` is told whose they are, and `counted` of each line that
    is new.
    """

    def __init__(
        self,
        store: Store,
        delivery: Delivery,
        *,
        live: Callable[[str], Chat | None],
        spoke_late: Callable[[Session, Stream], None],
        counted: Callable[[], None],
        wall_clock: Callable[[], float],
    ) -> None:
        self._store = store
        self._delivery = delivery
        self._live = live
        self._spoke_late = spoke_late
        self._counted = counted
        self._wall_clock = wall_clock

    def take(self, session: Session, letter: SendLetter) -> bool:
        """Take a message of an earlier stream of a chat that is on; return False where it is none.

        One that is there already is answered as when it came. One before which something is missing is refused.
        """
        chat = self._live(chat_of(letter.stream))
        if chat is None or session.nickname not in chat.directions:
            return False
        direction = chat.says(session.nickname)
        stream = direction.named(letter.stream)
        if stream is None or stream is direction.current:
            return False
        self._spoke_late(session, stream)
        sent = stream.sent
        if letter.number > sent + 1:
            session.tell(_refusal(letter))
        elif letter.number <= sent:
            session.tell(Acknowledged(stream.stored, min(stream.received, stream.stored), stream.name))
        else:
            line = encode_message(letter.text)
            self._store.append(chat.id, session.nickname, line, 1, self._wall_clock(), stream.name)
            self._delivery.late(chat, session.nickname, stream, sent)
            stream.counts(1, len(line))
            self._counted()
            self._delivery.push(chat, session.nickname)
        return True


def _refusal(letter: SendLetter) -> NotKept:
    error = bad_number(letter.stream, letter.number)
    return NotKept(letter.nickname, letter.stream, letter.number, error.code, error.text)
