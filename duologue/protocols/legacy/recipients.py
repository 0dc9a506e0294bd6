"""The recipient of a text that is no command: the partner, a room, one person, or as an answer to a request.

For the front doors of old systems. Knows nothing of bytes, nor of a protocol's tags.
"""

from __future__ import annotations

from duologue.core.commands.chat import AcceptChat, Command, DeclineChat, Say
from duologue.core.commands.rooms import SayInRoom, SayPrivately
from duologue.core.commands.words import NO, YES
from duologue.core.errors import PeerError
from duologue.protocols.legacy.user_state import UserState
from duologue.protocols.legacy.wording import names_that_fit, shown_name, where_text_goes


def message(text: str, user: UserState) -> Command:
    """Return a message to the partner, or to the room. Raises PeerError where there is neither any more."""
    if user.partner is not None:
        return Say(text)
    if user.ended is not None:
        # It was for one person only, typed before the news was read.
        over = f"The chat with {shown_name(user.ended)} has ended, so nobody got that."
        raise PeerError("chat_ended", f"{over} {where_text_goes(user.room)}".rstrip())
    return SayInRoom(room_of(user), text)


def privately(name: str, text: str, user: UserState) -> Command:
    """Return a message to one person, who may be the partner."""
    return Say(text) if user.is_partner(name) else SayPrivately(name, text)


def room_of(user: UserState) -> str:
    """Return the room of plain text. Raises PeerError for a user who is in none."""
    if user.room is None:
        raise PeerError("no_room", f"You are in no room. {user.wording.join} comes into one.")
    return user.room


def reply(text: str, user: UserState) -> Command:
    """Return a message to the one who has written privately last, unless that has changed since the last line was
    typed.
    """
    match user.writers:
        case ():
            word = user.wording.word("/msg NAME TEXT")
            raise PeerError("nobody_wrote", f"Nobody has written to you. {word} writes to somebody.")
        case (writer,):
            return privately(writer, text, user)
    earlier, newest = map(shown_name, user.writers)
    again, other = user.wording.word("/reply"), user.wording.word(f"/msg {earlier} TEXT")
    raise PeerError("which_writer", f"{newest} has written since. {again} once more for {newest}, or {other}.")


def answer(text: str, user: UserState) -> Command | None:
    """Return the answer to a request: yes and no are answers while somebody waits for one, else words like others."""
    if user.partner is not None or not user.waiting:
        return None
    if len(user.waiting) == 1:
        return answer_to(next(iter(user.waiting)), text, user)
    word = text.strip().casefold()
    if word in YES | NO:
        raise which_request("/accept" if word in YES else "/decline", user)
    return None


def answer_to(nickname: str, text: str, user: UserState) -> Command | None:
    """Return the answer to `nickname`, who waits for it; None for a text that is neither yes nor no."""
    word = text.strip().casefold()
    if word not in YES | NO:
        return None
    user.waiting.pop(nickname, None)
    return AcceptChat(nickname) if word in YES else DeclineChat(nickname)


def which_request(word: str, user: UserState) -> PeerError:
    """Return the refusal of an answer that names nobody, where several wait for one."""
    names = ", ".join(names_that_fit(tuple(user.waiting)))
    return PeerError("which_request", f"{user.wording.word(f'{word} NAME')} says which is meant: {names}.")
