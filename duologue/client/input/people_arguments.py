"""Arguments of the typed commands about people, as in `arguments`. Sans-I/O."""

from __future__ import annotations

from duologue.client.input.meaning import Explain, InputContext, Meaning, Send
from duologue.core.commands.people import AllowAsking, GoAway, MayAsk, WatchPeople

MAYBE_TEXT = "[TEXT]"
SWITCH = "on|off"

MAY_ASK = "[WHO]"

_SWITCHES = {"on": True, "off": False}


def away(_: InputContext, rest: str) -> Meaning | None:
    """Parse `/away`: everything that follows is the text, on one line."""
    return Send(GoAway(" ".join(rest.split())))


def watch(_: InputContext, rest: str) -> Meaning | None:
    """Parse `/watch`."""
    return Send(WatchPeople(_SWITCHES[rest])) if rest in _SWITCHES else None


def allow(_: InputContext, rest: str) -> Meaning | None:
    """Parse `/allow`."""
    if not rest:
        return Send(AllowAsking())
    if rest not in {who.value for who in MayAsk}:
        return Explain("Say who may ask you for a chat: /allow everyone, /allow known or /allow nobody.")
    return Send(AllowAsking(MayAsk(rest)))
