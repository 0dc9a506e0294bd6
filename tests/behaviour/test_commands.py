"""What is typed with a slash is never sent by mistake: one line says how it is meant, and `/help` fits into a read."""

from __future__ import annotations

import pytest

from tests.behaviour.house import DOORS, GUEST_DOORS, House


@pytest.mark.parametrize("door", DOORS)
async def test_an_unknown_command_is_help_in_one_line(house: House, door: str) -> None:
    bystander, somebody = await house.gathers("native:bob", door)
    for word in ("/nothing", "/NOTHING", "/x"):
        await somebody.types(word)
        await somebody.is_told_of_no_such_command(word)
    await bystander.heard_nothing()


async def test_an_unknown_command_in_json(house: House) -> None:
    rosa = house.rosa()
    await rosa.comes_in()
    await rosa.commands("DANCE", "now")
    await rosa.sees("ERROR There is no command DANCE. The commands are JOIN, MSG, LEAVE and LIST.")
    await rosa.commands("\x1b[2J" * 30)
    await rosa.sees_like(r"ERROR There is no command (␛\[2J)+…\. .*")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_help_is_one_message(house: House, door: str) -> None:
    guest = house.guest(door)
    await guest.comes_in()
    await guest.types("/help")
    text = await guest.next()
    for word in ("/chat NAME", "yes to NAME", guest.end, "/msg NAME TEXT", "/join ROOM [PASSWORD]", "/exit"):
        assert word in text
    assert "\x1b" not in text
    await guest.heard_nothing()


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_a_command_with_the_wrong_words_is_explained(house: House, door: str) -> None:
    guest = house.guest(door)
    await guest.comes_in()
    for typed, usage in (
        ("/chat", "/chat NAME"),
        ("/chat a b", "/chat NAME"),
        ("/msg bob", "/msg NAME TEXT"),
        (f"{guest.end} now", guest.end),
        ("/join", "/join ROOM [PASSWORD]"),
        ("/history many", "/history [COUNT]"),
    ):
        await guest.types(typed)
        await guest.is_told(f"Usage: {guest.before}{usage}")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_two_slashes_make_a_text(house: House, door: str) -> None:
    alice, guest = await house.gathers("native", door)
    await guest.types("//etc/passwd")
    await alice.heard(guest, "/etc/passwd")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_the_word_that_leaves_a_chat_leaves_nothing_else(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await guest.types(guest.end)
    await guest.sees_like(".*You are in no chat[.] .* leaves the server[.]")
    await guest.says_to_all("still here")
    await alice.heard(guest, "still here")


@pytest.mark.parametrize("door", GUEST_DOORS)
async def test_exit(house: House, door: str) -> None:
    alice = await house.alice()
    guest = house.guest(door)
    await house.joins_lobby(guest, alice)
    await guest.types("/exit")
    await guest.is_told("Goodbye!")
    await guest.is_out()
    await alice.saw_going(guest)
