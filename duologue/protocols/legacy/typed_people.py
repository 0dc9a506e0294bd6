"""The commands about people that are typed at the front doors of old systems: presence, blocks, and who may ask."""

from __future__ import annotations

from duologue.core.commands.chat import Command
from duologue.core.commands.people import (
    AllowAsking,
    Block,
    ComeBack,
    DoNotDisturb,
    GoAway,
    ListBlocked,
    MayAsk,
    Unblock,
    WhoIs,
)
from duologue.protocols.legacy.typed_rows import TypedRow, nothing, one
from duologue.protocols.legacy.user_state import UserState


def _away(_: UserState, rest: str) -> Command:
    return GoAway(" ".join(rest.split()))


def _allow(_: UserState, rest: str) -> Command | None:
    if not rest:
        return AllowAsking()
    who = _MAY_ASK.get(rest.casefold())
    return AllowAsking(who) if who else None


_MAY_ASK = {who.value: who for who in MayAsk}

PEOPLE_ROWS = (
    TypedRow(("/away",), "[TEXT]", "you are away, and why or until when", _away),
    TypedRow(("/dnd",), "", "nobody is to ask you for a chat", nothing(DoNotDisturb)),
    TypedRow(("/back",), "", "you are there again, after either", nothing(ComeBack)),
    TypedRow(("/whois",), "NAME", "how NAME is", one(WhoIs)),
    TypedRow(("/block",), "NAME", "nothing of NAME reaches you", one(Block)),
    TypedRow(("/unblock",), "NAME", "end that", one(Unblock)),
    TypedRow(("/blocked",), "", "whom you have blocked", nothing(ListBlocked)),
    TypedRow(("/allow",), f"[{'|'.join(_MAY_ASK)}]", "who may ask you for a chat", _allow),
)
