"""The commands about people that are typed at the doors of old systems: how one is, and who reaches one."""

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
from duologue.protocols.legacy.typed_rows import Row, nothing, one
from duologue.protocols.legacy.user_state import Standing


def _away(_: Standing, rest: str) -> Command:
    return GoAway(" ".join(rest.split()))


def _allow(_: Standing, rest: str) -> Command | None:
    if not rest:
        return AllowAsking()
    who = _MAY_ASK.get(rest.casefold())
    return AllowAsking(who) if who else None


_MAY_ASK = {who.value: who for who in MayAsk}

PEOPLE_ROWS = (
    Row(("/away",), "[TEXT]", "you are away, and why or until when", _away),
    Row(("/dnd",), "", "nobody is to ask you for a chat", nothing(DoNotDisturb)),
    Row(("/back",), "", "you are there again, after either", nothing(ComeBack)),
    Row(("/whois",), "NAME", "how NAME is", one(WhoIs)),
    Row(("/block",), "NAME", "nothing of NAME reaches you", one(Block)),
    Row(("/unblock",), "NAME", "end that", one(Unblock)),
    Row(("/blocked",), "", "whom you have blocked", nothing(ListBlocked)),
    Row(("/allow",), f"[{'|'.join(_MAY_ASK)}]", "who may ask you for a chat", _allow),
)
