"""Who of the users file is the account that was known, and who is born (decision 0047)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duologue.core.identity import Identities, Identity, Reading
from duologue.core.names import Account

THEN, LATER, EARLIER = "2026-12-01T11:42:33Z", "2026-12-01T11:42:34Z", "2020-01-01T00:00:00Z"
KNOWN = {"gina": Identity(THEN, 7), "bob": Identity()}


class Register(Identities):
    """Which notes what it reads at once, as number 9."""

    def reads(self, **created: str) -> Reading:
        reading = self.read([Account(nickname, created=when) for nickname, when in created.items()])
        self.note(reading, 9)
        return reading


@pytest.mark.parametrize("created", [THEN, "", "01.12.2026 11:42", "a note"])
def test_the_same_time_is_the_same_account_and_none_says_nothing(created: str) -> None:
    register = Register(KNOWN)
    assert register.reads(gina=created, bob="") == Reading((), ())
    assert register.of("gina") == Identity(THEN, 7), "what was known is not forgotten with a column"


@pytest.mark.parametrize("created", [LATER, EARLIER, "2026-12-01"])
def test_another_time_is_another_account_whatever_the_clock_did(created: str) -> None:
    register = Register(KNOWN)
    reading = register.reads(gina=created, bob="")
    assert reading == Reading((), (("gina", created),))
    assert reading.newcomers == {"gina"}
    assert register.of("gina") == Identity(created, 9)
    assert register.reads(gina=created, bob="") == Reading((), ()), "only once"


def test_somebody_who_was_never_known_is_born() -> None:
    register = Register(KNOWN)
    assert register.reads(gina=THEN, dave="", erin="anything").born == (("dave", ""), ("erin", ""))
    assert register.of("dave") == Identity("", 9)


def test_the_first_reading_of_a_store_that_knows_nobody_is_of_accounts_from_before() -> None:
    register = Register({})
    assert register.reads(gina=THEN, bob="") == Reading((("gina", THEN), ("bob", "")), ())
    assert register.of("gina") == Identity(THEN, 0)
    assert register.reads(gina=THEN, bob="", dave="").newcomers == {"dave"}, "the second is not"


def test_an_update_that_was_begun_with_an_empty_file_takes_nobodys_history_away() -> None:
    register = Register({})
    register.reads()
    assert register.reads(gina=THEN).born == ()
    assert register.reads(gina=THEN, dave="").newcomers == {"dave"}


def test_a_time_that_is_told_later_is_noted() -> None:
    register = Register(KNOWN)
    assert register.reads(bob=THEN) == Reading((("bob", THEN),), ())
    assert register.of("bob") == Identity(THEN, 0)
    assert register.reads(bob=LATER).newcomers == {"bob"}


@pytest.mark.parametrize(
    ("known", "back", "is_born"),
    [(THEN, THEN, False), (THEN, LATER, True), (THEN, "", True), ("", "", True), ("", THEN, True)],
)
def test_who_was_seen_to_go_is_the_same_only_with_the_same_time(known: str, back: str, is_born: bool) -> None:
    register = Register({"gina": Identity(known), "bob": Identity()})
    register.reads(gina=known, bob="")
    register.reads(bob="")
    assert ("gina" in register.reads(gina=back, bob="").newcomers) == is_born


def test_who_came_back_has_not_gone() -> None:
    register = Register(KNOWN)
    register.reads(gina=THEN)
    register.reads()
    register.reads(gina=THEN)
    assert register.reads(gina="").born == ()


def test_a_start_with_a_wrong_file_takes_nothing_from_those_who_are_not_in_it() -> None:
    Register(KNOWN).reads(someone="")
    register = Register({**KNOWN, "someone": Identity("", 9)})
    assert register.reads(gina="", bob="") == Reading((), ())


def test_what_could_not_be_noted_is_read_again() -> None:
    register = Identities(KNOWN)
    for _ in range(2):
        assert register.read([Account("gina", created=LATER)]).newcomers == {"gina"}
    assert register.of("gina") == Identity(THEN, 7)


def test_who_is_unknown_has_no_birth() -> None:
    assert Identities(KNOWN).of("nobody") == Identity()


TIMES = st.sampled_from(["", THEN, LATER, EARLIER])


@given(st.lists(st.none() | TIMES))
def test_nobody_is_ever_two_accounts_with_the_same_time(readings: list[str | None]) -> None:
    """Each reading of a time is born at most where the last time that was read was another."""
    register = Register({"gina": Identity(THEN)})
    last = THEN
    for created in readings:
        reading = register.reads(**({} if created is None else {"gina": created}))
        if created:
            assert not (created == last and reading.born)
            assert not (last and created != last and not reading.born)
        last = register.of("gina").created
