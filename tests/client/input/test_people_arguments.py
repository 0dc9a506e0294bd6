"""What may follow typed commands about people."""

from __future__ import annotations

from duologue.client.input.meaning import Explain, InputContext, Send
from duologue.client.input.parsing import meaning_of
from duologue.core.commands.people import (
    AllowAsking,
    Block,
    GoAway,
    ListBlocked,
    ListPeople,
    MayAsk,
    Unblock,
    WatchPeople,
    WhoIs,
)

HERE = InputContext()


def test_away_takes_all_that_follows() -> None:
    assert meaning_of("/away", HERE) == Send(GoAway())
    assert meaning_of("/away  back at\n noon ", HERE) == Send(GoAway("back at noon"))


def test_watch_is_on_or_off() -> None:
    assert meaning_of("/watch on", HERE) == Send(WatchPeople(True))
    assert meaning_of("/watch off", HERE) == Send(WatchPeople(False))
    assert meaning_of("/watch", HERE) == meaning_of("/watch bob", HERE)


def test_who_asks_how_people_are() -> None:
    assert meaning_of("/who", HERE) == Send(ListPeople())
    assert meaning_of("/whois bob", HERE) == Send(WhoIs("bob"))


def test_who_may_ask() -> None:
    assert meaning_of("/allow", HERE) == Send(AllowAsking())
    assert meaning_of("/allow known", HERE) == Send(AllowAsking(MayAsk.KNOWN))
    assert isinstance(meaning_of("/allow bob", HERE), Explain)


def test_blocks() -> None:
    assert meaning_of("/block bob", HERE) == Send(Block("bob"))
    assert meaning_of("/unblock bob", HERE) == Send(Unblock("bob"))
    assert meaning_of("/blocked", HERE) == Send(ListBlocked())
