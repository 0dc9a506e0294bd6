"""Messages are counted (docs/protocol.md, section 7), here without a history: stored is what the partner has."""

from __future__ import annotations

from tests.scenes.conftest import says_and_is_heard
from tests.stage import Actor, Stage


async def hears_of(actor: Actor, stream: str, *states: str) -> None:
    """PONGs of `stream` with these numbers, one after the other; each may come twice, and others in between."""
    for state in states:
        while (line := await actor.check.line()) != f"PONG {state} {stream}":
            assert not line.endswith(f" {stream}") or line.split()[1:3] <= state.split(), line


async def test_what_bob_has_received_is_acknowledged_to_alice(stage: Stage) -> None:
    """7.2 and 7.3."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, "one", "two", "three")
    await alice.check.says(f"PING 0 {chat}")
    await alice.check.hears(f"PONG 0 0 {chat}")
    await bob.check.says(f"PING 2 {chat}")
    await alice.check.hears(f"PONG 2 2 {chat}")
    await bob.check.hears(f"PONG 0 0 {chat}")
    await bob.check.says(f"PING 3 {chat}")
    await alice.check.hears(f"PONG 3 3 {chat}")


async def test_each_direction_has_its_own_count(stage: Stage) -> None:
    """7.1."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, "one", "two")
    await says_and_is_heard(bob, alice, "eins")
    await alice.check.says(f"PING 1 {chat}")
    await bob.check.hears(f"PONG 1 1 {chat}")
    await alice.check.hears(f"PONG 0 0 {chat}")
    await bob.check.says(f"PING 2 {chat}")
    await bob.check.hears(f"PONG 1 1 {chat}")
    await alice.check.hears(f"PONG 2 2 {chat}")


async def test_several_within_a_moment_are_one(stage: Stage) -> None:
    """7.4: the numbers are cumulative, so the last says all."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, *"abcdefgh")
    await bob.check.says(*(f"PING {count} {chat}" for count in range(1, 9)))
    await alice.check.hears(f"PONG 8 8 {chat}")
    await alice.check.says("PING 0")
    await alice.check.hears(f"PONG 8 8 {chat}")
    await bob.check.hears(f"PONG 0 0 {chat}")
    await bob.check.says("PING 8")
    await bob.check.hears(f"PONG 0 0 {chat}")


async def test_a_ping_without_a_chat_is_about_the_chat_that_is_on(stage: Stage) -> None:
    """7.2."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, "one")
    await bob.check.says("PING 1")
    await alice.check.hears(f"PONG 1 1 {chat}")


async def test_outside_a_chat_there_is_nothing_to_count(stage: Stage) -> None:
    """7.2."""
    alice = await stage.enters("alice")
    for line in ("PING 0", "PING"):
        await alice.check.says(line)
        await alice.check.hears("PONG 0 0")


async def test_a_late_ping_of_an_old_chat_acknowledges_there_and_not_in_the_new_one(stage: Stage) -> None:
    """7.2 and 7.4: alice hears what arrived after the end of the old chat too."""
    alice, bob, old = await stage.chat_between("alice", "bob")
    await says_and_is_heard(alice, bob, "one", "two")
    await alice.says("/quit")
    await alice.hears("chat_ended bob you_left")
    await bob.hears("chat_ended alice left")
    _, _, new = await stage.start_chat(alice, bob)
    assert new != old

    await bob.check.says(f"PING 2 {old}")
    await hears_of(alice, old, "2 2")
    await says_and_is_heard(alice, bob, "eins")
    await alice.check.says("PING 0")
    await hears_of(alice, new, "0 0")
    await bob.check.says(f"PING 1 {new}")
    await hears_of(alice, new, "1 1")


async def test_messages_with_a_command_among_them_are_counted_once(stage: Stage) -> None:
    """The slow path and the fast one share a count."""
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await alice.says(":one", "/nonsense", ":two", ":three")
    await bob.hears(":one", ":two", ":three")
    await says_and_is_heard(alice, bob, "four")
    await bob.check.says("PING 4")
    await alice.check.hears(f"PONG 4 4 {chat}")


async def test_who_leaves_owing_an_answer_keeps_nobody_elses(stage: Stage) -> None:
    """7.4: a PONG that is due to one who has just gone does not take the others' with it."""
    names = ("alice", "bob", "carol", "dave")
    people = {name: await stage.enters(name) for name in names}
    for _ in range(5):
        for person in people.values():
            person.check.writer.write(b"PING 0\n")
        people["alice"].check.breaks()
        for name in names[1:]:
            await people[name].check.hears("PONG 0 0")
        people["alice"] = await stage.enters("alice")
