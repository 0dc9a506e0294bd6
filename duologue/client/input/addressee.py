"""The addressee of a typed message or question: a room, an account, a guest. Only the server knows who is there; this
module checks that the name is possible.
"""

from __future__ import annotations

from duologue.core.names import BadNickname, bare, is_guest, name_key
from duologue.core.room_rules import is_room, room_key


def addressee(typed: str) -> str:
    """Return a room's key, an account's nickname as the server spells it, or a guest's as it was typed.

    Raises PeerError for an impossible name.
    """
    if is_room(typed):
        return room_key(typed)
    key = name_key(bare(typed), "nickname", BadNickname)
    return typed if is_guest(typed) else key
