"""A nickname is given again, and the next to have it is somebody else (docs/protocol.md 2.4, decision 0047)."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from duologue.core.names import Account
from duologue.server.files import store_path
from tests.browser import Tab
from tests.scenes.conftest import acknowledges, says_and_is_heard
from tests.scenes.test_history import are_stored, recalls
from tests.scenes.test_letters import LETTER, OTHER, THIRD, hands_over, reads, writes
from tests.stage import Actor, Stage, opened, until

OTHERS = Account("alice"), Account("bob")
OLD = Account("gina", created="2026-12-01T11:42:33Z")
NEW = Account("gina", created="2026-12-01T11:42:34Z")
REMOVED = "disconnected removed Your account was removed or disabled."


@pytest.fixture(params=[True, False], ids=["history", "no_history"])
async def stage(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with opened(tmp_path, accounts=[*OTHERS, OLD], history=request.param) as stage:
        yield stage


@pytest.fixture
async def keeping(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path, accounts=[*OTHERS, OLD], history=True) as stage:
        yield stage


async def becomes(stage: Stage, gina: Account | None) -> None:
    """The operator replaces gina's account, or removes it."""
    await stage.registers(*OTHERS, *([gina] if gina else []))


async def talk(stage: Stage) -> tuple[Actor, Actor, str]:
    """Gina and bob have a chat in which each has said something, and all of it is stored."""
    gina, bob, chat = await stage.chat_between("gina", "bob")
    await says_and_is_heard(gina, bob, "a secret")
    await says_and_is_heard(bob, gina, "kept secret")
    await acknowledges(bob, 1, chat, gina, stored=1)
    await acknowledges(gina, 1, chat, bob, stored=1)
    return gina, bob, chat


# What was said


async def test_she_reads_nothing_of_it_and_her_partner_keeps_what_he_was_told(keeping: Stage) -> None:
    _, bob, _ = await talk(keeping)
    await becomes(keeping, NEW)
    await bob.hears("chat_ended gina removed")
    gina = await keeping.enters("gina")
    assert await recalls(gina, "/history bob 10") == ([], None)
    assert await recalls(gina, "/search secret") == ([], None)
    assert await recalls(gina, "/search ??") == ([], None)
    said = [("gina", "a secret"), ("bob", "kept secret")]
    assert await recalls(bob, "/history gina 10") == (said, None)
    assert await recalls(bob, "/search secret") == (said[::-1], None)

    await keeping.start_chat(bob, gina)
    await bob.says(":a new secret")
    await gina.hears(":a new secret")
    await are_stored(bob, 1)
    assert await recalls(gina, "/history bob 10") == ([("bob", "a new secret")], None)
    assert await recalls(gina, "/search secret") == ([("bob", "a new secret")], None)


async def test_nor_does_she_after_restarts_and_all_that_is_hers_is_there(tmp_path: Path) -> None:
    """Also where no message was said between the birth and the restart."""
    async with opened(tmp_path, accounts=[*OTHERS, OLD], history=True) as stage:
        await talk(stage)
        await becomes(stage, NEW)
    async with opened(tmp_path, accounts=[*OTHERS, NEW], history=True) as stage:
        bob, gina, _ = await stage.chat_between("bob", "gina")
        assert await recalls(gina, "/history bob 10") == ([], None)
        await bob.says(":hello")
        await are_stored(bob, 1)
    async with opened(tmp_path, accounts=[*OTHERS, NEW], history=True) as stage:
        gina = await stage.enters("gina")
        await gina.hears_like("chat_waits bob .*")
        assert await recalls(gina, "/history bob 10") == ([("bob", "hello")], None)


async def test_replaced_while_the_server_was_down_she_reads_nothing_and_the_chat_is_over(tmp_path: Path) -> None:
    async with opened(tmp_path, accounts=[*OTHERS, OLD], history=True) as stage:
        _, _, chat = await talk(stage)
    async with opened(tmp_path, accounts=[*OTHERS, NEW], history=True) as stage:
        gina, bob = await stage.enters("gina"), await stage.enters("bob")
        await gina.says(f"/resume {chat} {chat} 1 {chat} 1")
        await gina.hears(f"chat_unknown {chat}")
        await bob.says(f"/resume {chat} {chat} 1 {chat} 1")
        await bob.hears(f"chat_ended gina removed {chat} 1")
        assert await recalls(gina, "/history bob 10") == ([], None)
        await gina.heard_nothing()


async def test_an_update_takes_nothing_from_those_who_are_there_at_its_first_start(tmp_path: Path) -> None:
    """A store of an earlier version knows nobody, however long they have been there."""
    async with opened(tmp_path, accounts=[*OTHERS, OLD], history=True) as stage:
        _, bob, chat = await talk(stage)
        await bob.says("/block alice")
        await bob.hears("blocked alice")
        store = store_path(stage.settings)
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("DELETE FROM account")
    async with opened(tmp_path, accounts=[*OTHERS, OLD], history=True) as stage:
        gina = await stage.enters("gina")
        await gina.hears(f"chat_waits bob {chat} 60")
        assert await recalls(gina, "/history bob 10") == ([("gina", "a secret"), ("bob", "kept secret")], None)
        bob = await stage.enters("bob")
        await bob.hears(f"chat_waits gina {chat} 60")
        await bob.says("/blocked")
        await bob.hears("blocked_list alice")
        await becomes(stage, NEW)
        assert await recalls(await stage.enters("gina"), "/history bob 10") == ([], None)


async def test_what_a_room_said_is_read_by_whoever_is_in_it(keeping: Stage) -> None:
    gina, bob = await keeping.enters("gina"), await keeping.enters("bob")
    for actor in (gina, bob):
        await actor.says("/join tea")
        await actor.hears_like("room_entered #tea .*")
    await bob.says(f"/msg #tea {LETTER} 1 :tea is ready")
    await becomes(keeping, NEW)
    await gina.is_out_after(REMOVED)
    again = await keeping.enters("gina")
    await again.says("/names #tea")
    await again.hears("room_members #tea bob")
    assert await recalls(again, "/search ready") == ([], None)
    await again.says("/join tea")
    await again.hears_like("room_entered #tea .*")
    assert await recalls(again, "/history #tea 10") == ([("bob", "tea is ready")], None)


async def test_rooms_that_wait_for_the_one_before_are_not_held_by_her(tmp_path: Path) -> None:
    async with opened(tmp_path, accounts=[*OTHERS, OLD], limits={"rooms_per_client": 1}) as stage:
        gina = await stage.enters("gina")
        await gina.says("/join tea")
        await gina.hears_like("room_entered #tea .*")
        await gina.vanishes()
        await until(lambda: stage.present() == set())
        await becomes(stage, NEW)
        again = await stage.enters("gina")
        await again.says("/join coffee")
        await again.hears_like("room_entered #coffee .*")


# What waits


async def test_letters_to_the_one_before_are_not_hers(stage: Stage) -> None:
    alice = await stage.enters("alice")
    await writes(stage, alice, "gina", "for her alone")
    await becomes(stage, NEW)
    gina = await stage.enters("gina")
    await gina.heard_nothing()
    await hands_over(alice, gina, "for the new one", OTHER)


async def test_a_full_mailbox_is_empty_for_her(tmp_path: Path) -> None:
    async with opened(tmp_path, accounts=[*OTHERS, OLD], history=True, limits={"mailbox": 1}) as stage:
        alice = await stage.enters("alice")
        await writes(stage, alice, "gina", "for her alone")
        await becomes(stage, NEW)
        await writes(stage, alice, "gina", "for the new one", OTHER)
        await reads(await stage.enters("gina"), "alice", "for the new one", OTHER)


async def test_what_was_left_of_a_chat_is_not_hers_nor_what_is_handed_in_late(stage: Stage) -> None:
    gina, bob, chat = await stage.chat_between("gina", "bob")
    await gina.vanishes()
    await bob.hears("chat_paused gina 60")
    await bob.says(":too late for her")
    await bob.says("/quit")
    await bob.hears("chat_ended gina you_left")
    await becomes(stage, NEW)
    again = await stage.enters("gina")
    await bob.says(f"/msg gina {chat} 2 :later still")
    await bob.hears_like(rf"not_kept gina {chat} 2 (unknown|bad_number) .+")
    await again.heard_nothing()
    await hands_over(bob, again, "for the new one")


async def test_a_stream_of_the_one_before_does_not_go_on(stage: Stage) -> None:
    """Nor is anything told of it: neither to her, nor to him by what she says."""
    gina, bob = await stage.enters("gina"), await stage.enters("bob")
    await hands_over(gina, bob, "mine")
    await hands_over(bob, gina, "his", OTHER)
    await becomes(stage, NEW)
    await gina.is_out_after(REMOVED)
    again = await stage.enters("gina")
    await again.says(f"/msg bob {LETTER} 2 :mine too?")
    await again.hears_like(rf"not_kept bob {LETTER} 2 bad_number .+")
    await again.says(f"/msg bob {LETTER} 1 :mine")
    await again.hears_like(rf"not_kept bob {LETTER} 1 bad_number .+")
    await again.check.says(f"PING 0 {LETTER}", f"PING 1 {OTHER}")
    await bob.check.says(f"PING 1 {LETTER}", f"PING 0 {OTHER}")
    await bob.check.hears_like(r"PONG \d 0 zzz.*")
    await hands_over(again, bob, "hers", THIRD)
    await bob.check.says(f"PING 1 {THIRD}")
    heard = {await again.check.line()}
    while not any(THIRD in line for line in heard):
        heard.add(await again.check.line())
    assert not any(stream in line for line in heard for stream in (LETTER, OTHER))


# Chats and sessions


async def test_her_session_and_chat_end_though_the_password_is_the_same(stage: Stage) -> None:
    gina, bob, chat = await stage.chat_between("gina", "bob")
    await becomes(stage, NEW)
    await gina.is_out_after(REMOVED)
    await bob.hears("chat_ended gina removed")
    again = await stage.enters("gina")
    await again.says(f"/resume {chat} {chat} 0 {chat} 0")
    await again.hears(f"chat_unknown {chat}")


async def test_a_chat_that_waited_for_the_one_before_is_over(stage: Stage) -> None:
    gina, bob, chat = await stage.chat_between("gina", "bob")
    await gina.vanishes()
    await bob.hears("chat_paused gina 60")
    await becomes(stage, NEW)
    await bob.hears("chat_ended gina removed")
    again = await stage.enters("gina")
    await again.says(f"/resume {chat} {chat} 0 {chat} 0")
    await again.hears(f"chat_unknown {chat}")
    await bob.says(f"/resume {chat} {chat} 0 {chat} 0")
    await bob.hears(f"chat_ended gina removed {chat} 0")


async def test_a_login_that_was_begun_for_the_one_before_is_not_for_her(stage: Stage) -> None:
    _, token = await stage.knocks("gina")
    await becomes(stage, NEW)
    chat = await stage.connects(f"duologue/1 chat_socket {token}")
    await chat.hears_like("ERROR bad_token .+")


# Who hears whom


async def test_blocks_by_and_of_the_one_before_are_gone(stage: Stage) -> None:
    gina, alice, bob = [await stage.enters(nickname) for nickname in ("gina", "alice", "bob")]
    await gina.says("/block alice", "/allow nobody")
    await gina.hears("blocked alice", "may_ask nobody")
    await bob.says("/block gina")
    await bob.hears("blocked gina")
    await becomes(stage, NEW)
    await gina.is_out_after(REMOVED)
    again = await stage.enters("gina")
    await again.says("/blocked", "/allow")
    await again.hears("blocked_list", "may_ask everyone")
    await bob.says("/blocked")
    await bob.hears("blocked_list")
    await hands_over(alice, again, "to her")
    await hands_over(again, bob, "from her", OTHER)


async def test_blocks_are_gone_after_a_restart_too(tmp_path: Path) -> None:
    async with opened(tmp_path, accounts=[*OTHERS, OLD], history=True) as stage:
        gina, bob = await stage.enters("gina"), await stage.enters("bob")
        await gina.says("/block alice", "/allow nobody")
        await gina.hears("blocked alice", "may_ask nobody")
        await bob.says("/block gina")
        await bob.hears("blocked gina")
        await becomes(stage, NEW)
        await gina.is_out_after(REMOVED)
    async with opened(tmp_path, accounts=[*OTHERS, NEW], history=True) as stage:
        gina, bob = await stage.enters("gina"), await stage.enters("bob")
        await gina.says("/blocked", "/allow")
        await gina.hears("blocked_list", "may_ask everyone")
        await bob.says("/blocked")
        await bob.hears("blocked_list")


async def test_who_knew_the_one_before_does_not_know_her(stage: Stage) -> None:
    gina, bob, _ = await stage.chat_between("gina", "bob")
    await bob.says("/allow known")
    await bob.hears("may_ask known")
    await gina.says("/quit")
    await bob.hears("chat_ended gina left")
    await gina.hears("chat_ended bob you_left")
    await gina.says("/chat bob")
    await bob.hears_like("want_chat_with_you gina .*")
    await becomes(stage, NEW)
    await bob.hears_like("chat_request_ended gina .*")
    again = await stage.enters("gina")
    await again.says("/chat bob")
    await again.hears("chat_requested bob 120")
    await bob.heard_nothing()


# Who is the same


@pytest.mark.parametrize(
    "readings",
    [
        [OLD],
        [None, OLD],
        [Account("gina"), OLD],
        [Account("gina", created="01.12.2026 11:42")],
        [Account("gina", disabled=True, created=OLD.created), OLD],
    ],
    ids=["reread", "gone for a while", "without the column", "as a spreadsheet has it", "disabled for a while"],
)
async def test_the_same_account_keeps_what_is_its_own(keeping: Stage, readings: list[Account | None]) -> None:
    gina, bob, _ = await talk(keeping)
    await gina.says("/quit")
    await bob.hears("chat_ended gina left")
    for account in readings:
        await becomes(keeping, account)
    again = await keeping.enters("gina")
    assert await recalls(again, "/history bob 10") == ([("gina", "a secret"), ("bob", "kept secret")], None)


@pytest.mark.parametrize(
    "readings",
    [
        [Account("gina", created="2026-12-01")],
        [Account("gina", created="2020-01-01T00:00:00Z")],
        [None, Account("gina")],
        [None, NEW],
        [NEW, NEW],
        [NEW, Account("gina"), NEW],
    ],
    ids=["a date", "by a clock that was set back", "seen to go", "gone and new", "twice", "and a column less"],
)
async def test_another_account_begins_with_nothing(keeping: Stage, readings: list[Account | None]) -> None:
    await talk(keeping)
    for gina in readings:
        await becomes(keeping, gina)
    again = await keeping.enters("gina")
    assert await recalls(again, "/history bob 10") == ([], None)


async def test_a_damaged_file_lets_nobody_be_born(keeping: Stage) -> None:
    gina, bob, _ = await talk(keeping)
    keeping.settings.users.write_text(f"clientID,created\nbob,\ngina,{NEW.created}\nno name\n", encoding="utf-8")
    assert "keeps the users that it has" in await keeping.asks_server("reload")
    await says_and_is_heard(gina, bob, "still here")


# Session tokens


@pytest.mark.parametrize("history", [True, False])
async def test_a_token_of_the_one_before_does_not_let_her_in(tmp_path: Path, history: bool) -> None:
    how: dict[str, Any] = {"protocols": ("native", "web"), "history": history}
    async with opened(tmp_path, accounts=[*OTHERS, OLD], **how) as stage:
        tab = await (await Tab.opens(stage)).logs_in("gina")
        await (await Tab.opens(stage)).shows(tab.token)
        await becomes(stage, NEW)
        other = await Tab.opens(stage)
        await other.says("give_pass", token=tab.token)
        await other.hears("login_denied", code="bad_pass")
    async with opened(tmp_path, accounts=[*OTHERS, NEW], **how) as stage:
        other = await Tab.opens(stage)
        await other.says("give_pass", token=tab.token)
        await other.hears("login_denied", code="bad_pass")
