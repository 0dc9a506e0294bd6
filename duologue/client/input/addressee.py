"""To whom somebody types a message, or about whom a question: a room, an account, a guest. Only the server knows who
is there; here it is seen to that it can be a name.
"""

from __future__ import annotations

from duologue.core.names import BadNickname, bare, is_guest, name_key
from duologue.core.room_rules import is_room, room_key


def addressee(typed: str) -> str:
    """A room's key, an account's nickname as the server spells it, or a guest's as it was typed.

    Raises PeerError for what can be nobody's name.
    """
    if is_room(typed):
        return room_key(typed)
    key = name_key(bare(typed), "nickname", BadNickname)
    return typed if is_guest(typed) else key
