"""Names are unique at all doors together, and no guest's is anybody's account: who asks for such a one is refused in
that door's words.
"""

from __future__ import annotations

import pytest

from tests.behaviour.house import GUEST_DOORS, House

NOT_ALLOWED = "('.*'|U[+]....) cannot be part of a nickname.*"
TAKEN = "Somebody has the nickname .*, or one that looks like it."
RESERVED = "'.*' is, or looks like, a word that Duologue keeps for itself.*"


REFUSED = [
    ("alice", TAKEN),
    ("Alice", TAKEN),
    ("aIice", TAKEN),
    ("\N{CYRILLIC SMALL LETTER A}lice", TAKEN),
    ("Peter", TAKEN),
    ("peter", TAKEN),
    ("server", RESERVED),
    ("NICKNAME", RESERVED),
    ("Guest-1", RESERVED),
    ("[USERS]:a", NOT_ALLOWED),
    ("a,b", NOT_ALLOWED),
    ("a b", NOT_ALLOWED),
    ("#tea", NOT_ALLOWED),
    ("~Paul", NOT_ALLOWED),
    ("\N{RIGHT-TO-LEFT OVERRIDE}bob", NOT_ALLOWED),
    ("\x1b[2Jbob", NOT_ALLOWED),
    ("x" * 33, "That nickname is too long.*"),
]


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_names_that_are_not_to_be_had(house: House, door: str) -> None:
    await house.lets_in("plain_lines", "Peter")
    for name, reason in REFUSED:
        somebody = house.guest(door, name)
        await somebody.connects()
        await somebody.gives_name(name)
        await somebody.is_refused(reason)
    assert house.stage.present() == {"~Peter"}


@pytest.mark.parametrize("door", ["plain_lines", "nickname_lines"])
async def test_another_name_on_the_same_connection(house: House, door: str) -> None:
    somebody = house.guest(door, "alice")
    await somebody.connects()
    await somebody.gives_name("alice")
    await somebody.is_refused(TAKEN)
    bob = await house.joins_lobby(house.person("native", "bob"))
    await somebody.types("Paula")
    somebody.is_called("Paula", believes="alice")
    await somebody.is_in()
    await bob.saw_coming(somebody)
    await somebody.says_to_all("hello")
    await bob.heard(somebody, "hello")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_name_is_free_when_its_owner_has_gone(house: House, door: str) -> None:
    for _ in range(2):
        somebody = await house.lets_in(door)
        await somebody.leaves()
        await house.all_gone()


@pytest.mark.parametrize("name", [b" ", b"\n", b"\t \r\n"])
async def test_no_name_becomes_one(house: House, name: bytes) -> None:
    (alice,) = await house.gathers("native")
    nobody = house.guest("plain_lines")
    await nobody.connects()
    await nobody.sends(name)
    nobody.is_called(f"Guest-{nobody.sock.getsockname()[1]}")
    await nobody.sees(f"You are {nobody.name}.")
    await alice.saw_coming(nobody)
    await nobody.says_to_all("who am I")
    await alice.heard(nobody, "who am I")


@pytest.mark.parametrize("name", ["~Paul", "Paul"])
async def test_a_guest_is_nobody_who_can_log_in(house: House, name: str) -> None:
    await house.lets_in("plain_lines")
    wire = await house.stage.connects("duologue/1 login_socket", name)
    if name == "Paul":
        await wire.hears("PASSWORD")
        await wire.says("anything")
    await wire.hears_like("AUTH_DENIED .*")


@pytest.mark.parametrize("typed", [b"alice: hello", b"Nils: alice: hello"])
async def test_nobody_speaks_under_another_name(house: House, typed: bytes) -> None:
    """A client of system 003 writes its name into the text, and could write any."""
    bob, paul = await house.gathers("native:bob", "plain_lines")
    nils = house.guest("nickname_lines")
    await house.joins_lobby(nils, bob, paul)
    await nils.sends(typed)
    for listener in (bob, paul):
        await listener.heard(nils, "alice: hello")
