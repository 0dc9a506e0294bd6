"""One account on several devices (docs/protocol.md, section 3 and 10): who is told what, and who holds a chat."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from duologue.core.devices import DEVICE_LENGTH
from duologue.core.limits import REQUESTS_TO_ONE, SESSIONS
from duologue.core.names import Account
from duologue.server.auth.passwords import hash_password
from tests.browser import Tab
from tests.scenes.conftest import acknowledges, exits, hears_pong, says_and_is_heard
from tests.stage import CAST, Actor, Stage, opened, until

STREAM, OTHER = "AbCd-_123456", "zzzzzzzzzzz2"
SECRET, ANOTHER = hash_password("secret"), hash_password("another")
TAKEN_OVER = "disconnected taken_over You have logged in from somewhere else; this session is over."
TOO_MANY = (
    "disconnected taken_over "
    "You have logged in on more devices than an account may have; this one was used longest ago."
)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=True) as stage:
        yield stage


@pytest.fixture
async def forgetful(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=False) as stage:
        yield stage


@pytest.fixture
async def with_pages(tmp_path: Path) -> AsyncIterator[Stage]:
    async with opened(tmp_path, history=True, protocols=("native", "web")) as stage:
        yield stage


def here(stage: Stage, nickname: str) -> list[str]:
    """The devices that somebody is logged in on."""
    return [session.device for session in stage.server.hub.directory.sessions_of(nickname)]


async def devices(stage: Stage, nickname: str, *names: str) -> list[Actor]:
    return [await stage.enters(nickname, device=name) for name in names]


@dataclass(frozen=True, slots=True)
class Four:
    """A chat of alice and bob, each on two devices, of which the first holds it."""

    desk: Actor
    phone: Actor
    his_desk: Actor
    his_phone: Actor
    chat: str

    @property
    def all(self) -> tuple[Actor, Actor, Actor, Actor]:
        return self.desk, self.phone, self.his_desk, self.his_phone


async def four(stage: Stage) -> Four:
    desk, phone = await devices(stage, "alice", "desk", "phone")
    his_desk, his_phone = await devices(stage, "bob", "desk", "phone")
    chat = await start(desk, his_desk, besides=[phone], and_besides=[his_phone])
    return Four(desk, phone, his_desk, his_phone, chat)


async def start(asker: Actor, target: Actor, *, besides: list[Actor], and_besides: list[Actor]) -> str:
    """Start a chat of two devices; the others of their people hear of it as they should."""
    her, him = asker.nickname, target.nickname
    await asker.says(f"/chat {him}")
    for actor in (target, *and_besides):
        await actor.hears(f"want_chat_with_you {her} 120")
    await asker.hears(f"chat_requested {him} 120")
    await target.says("yes")
    await asker.hears(f"requests_ended {him}")
    await target.hears(f"requests_ended {her}")
    started = await asker.hears_like(rf"start_chat {him} (\S+)")
    await target.hears(f"start_chat {her} {started[1]}")
    for other in besides:
        await other.hears(f"requests_ended {him}", f"chat_held {him} {started[1]}")
    for other in and_besides:
        await other.hears(f"chat_request_ended {her} accepted", f"requests_ended {her}")
        await other.hears(f"chat_held {her} {started[1]}")
    return started[1]


async def nobody_heard_anything(*actors: Actor) -> None:
    for actor in actors:
        await actor.heard_nothing()


async def takes(actor: Actor, partner: str, chat: str, received: int = 0, *, told: Actor | None = None) -> None:
    """Take a chat that nobody of theirs holds: what is said here goes in a stream of its own, and the partner who is
    `told` hears of that.
    """
    await actor.says(f"/resume {chat} - 0 {chat} {received}")
    await actor.hears(f"chat_resumed {partner} {chat} 0 {chat}.2 0")
    await actor.hears(f"stream_begins {partner} {chat} {received + 1}")
    if told:
        await told.hears(f"stream_begins {actor.nickname} {chat}.2 1")


# Coming and going


async def test_another_device_is_added_and_the_first_one_stays(stage: Stage) -> None:
    first, second = await devices(stage, "alice", "d1", "d2")
    await nobody_heard_anything(first, second)
    assert here(stage, "alice") == ["d1", "d2"]


async def test_the_same_device_again_ends_its_earlier_session_and_no_other(stage: Stage) -> None:
    first, other = await devices(stage, "alice", "d1", "d2")
    again = await stage.enters("alice", device="d1")
    await first.is_out_after(TAKEN_OVER)
    await nobody_heard_anything(other, again)
    assert here(stage, "alice") == ["d2", "d1"]


async def test_of_one_device_that_comes_fifty_times_and_twice_at_once_one_session_is_left(stage: Stage) -> None:
    for _ in range(25):
        await asyncio.gather(stage.enters("alice", device="d1"), stage.enters("alice", device="d1"))
        assert here(stage, "alice") == ["d1"]
    await until(lambda: len(stage.server.hub.connections.connection_table) == 1)


async def test_one_more_than_there_may_be_ends_the_one_that_was_used_longest_ago(stage: Stage) -> None:
    """Everybody answers PING, so silence says nothing; what counts is that somebody asked for something."""
    actors = await devices(stage, "alice", *(f"d{number}" for number in range(SESSIONS)))
    stage.passes(1)
    for actor in (*actors[:3], *actors[4:]):
        await actor.says("/requests")
        await actor.hears("requests")
    await actors[3].check.says("PING 0")
    await actors[3].check.hears("PONG 0 0")
    await stage.enters("alice", device="one-more")
    await actors[3].is_out_after(TOO_MANY)
    assert len(here(stage, "alice")) == SESSIONS


async def test_who_is_in_a_chat_is_the_last_to_go(stage: Stage) -> None:
    bob = await stage.enters("bob")
    holder, *others = await devices(stage, "alice", *(f"d{number}" for number in range(SESSIONS)))
    await start(holder, bob, besides=others, and_besides=[])
    stage.passes(1)
    for other in others[1:]:
        await other.says("/requests")
        await other.hears("requests")
    await stage.enters("alice", device="one-more")
    await others[0].is_out_after(TOO_MANY)
    await says_and_is_heard(holder, bob, "still here")


async def test_a_client_without_a_device_is_beside_one_with_and_alone_of_its_kind(stage: Stage) -> None:
    with_device = await stage.enters("alice", device="d1")
    older = await stage.enters("alice")
    assert here(stage, "alice") == ["d1", ""]
    newer = await stage.enters("alice")
    await older.is_out_after(TAKEN_OVER)
    await nobody_heard_anything(with_device, newer)


async def test_a_client_without_a_device_hears_nothing_that_it_would_not_know(stage: Stage) -> None:
    holder, bob = await stage.enters("alice", device="d1"), await stage.enters("bob")
    plain = await stage.enters("alice")
    await holder.says("/chat bob")
    await bob.hears("want_chat_with_you alice 120")
    await bob.says("yes")
    await plain.hears("requests_ended bob")
    await holder.hears("chat_requested bob 120", "requests_ended bob")
    started = await holder.hears_like(r"start_chat bob (\S+)")
    await plain.says(f"/resume {started[1]}")
    await plain.hears(f"chat_ended bob lost {started[1]} 0")
    await holder.vanishes()
    await until(lambda: here(stage, "alice") == [""])
    await plain.heard_nothing()


async def test_letters_are_pushed_to_a_client_without_a_device_only(stage: Stage) -> None:
    """Who names a device follows, and would hear a letter out of its order."""
    bob = await stage.enters("bob")
    with_device, plain = await stage.enters("alice", device="d1"), await stage.enters("alice")
    await bob.says(f"/msg alice {STREAM} 1 :hello")
    await plain.hears_like(rf"message_from bob \d+ {STREAM} 1 :hello")
    await with_device.heard_nothing()


async def test_letters_that_wait_are_pushed_to_a_client_without_a_device_only(stage: Stage) -> None:
    bob = await stage.enters("bob")
    await bob.says(f"/msg alice {STREAM} 1 :hello")
    await bob.hears(f"kept_for alice {STREAM} 1")
    with_device = await stage.enters("alice", device="d1")
    await with_device.heard_nothing()
    plain = await stage.enters("alice")
    await plain.hears_like(rf"message_from bob \d+ {STREAM} 1 :hello")
    await with_device.heard_nothing()


@pytest.mark.parametrize("name", ["two words", "d.1", "d/1", "x" * (DEVICE_LENGTH + 1), "é"])
async def test_a_device_with_a_name_that_is_none_does_not_come_in(stage: Stage, name: str) -> None:
    wire = await stage.connects(f"duologue/1 login_socket {name}")
    await wire.hears_like("ERROR (bad_device|unknown_first_line) .+" if " " in name else "ERROR bad_device .+")
    await wire.is_closed()


async def test_a_page_may_name_its_device_too(with_pages: Stage) -> None:
    tab = await Tab.opens(with_pages)
    await tab.says("give_nickname", nickname="alice", device="d 1")
    await tab.hears("refused", code="bad_device")
    await tab.says("give_nickname", nickname="alice", device="tab-1")
    await tab.is_in()
    beside = await with_pages.enters("alice", device="desk")
    assert here(with_pages, "alice") == ["tab-1", "desk"]
    await beside.heard_nothing()
    newer = await Tab.opens(with_pages)
    await newer.says("give_nickname", nickname="alice", device="tab-1")
    await newer.is_in()
    await tab.skips_to("disconnected", code="taken_over")


async def test_a_page_names_its_device_with_its_token(tmp_path: Path) -> None:
    people = [Account("alice", SECRET)]
    async with opened(tmp_path, history=True, protocols=("native", "web"), accounts=people) as stage:
        tab = await (await Tab.opens(stage)).logs_in("alice", "secret")
        newer = await Tab.opens(stage)
        await newer.says("give_pass", token=tab.token, device="tab 1")
        await newer.hears("refused", code="bad_device")
        await newer.says("give_pass", token=tab.token, device="tab-1")
        await newer.is_in()
        assert here(stage, "alice") == ["", "tab-1"]


async def test_without_a_history_an_account_has_one_session(forgetful: Stage) -> None:
    first = await forgetful.enters("alice", device="d1")
    second = await forgetful.enters("alice", device="d2")
    await first.is_out_after(TAKEN_OVER)
    await second.heard_nothing()
    assert here(forgetful, "alice") == [""]


async def test_a_guest_has_one_session(tmp_path: Path) -> None:
    """Who says the same name again is somebody else."""
    async with opened(tmp_path, history=True, protocols=("native", "simplechat", "plain_lines")) as stage:
        for _ in range(2):
            _, writer = await asyncio.open_connection("127.0.0.1", stage.ports["plain_lines"])
            stage.leaving.append(writer.close)
            writer.write(b"Zoe")
            await until(lambda: len(stage.present()) > 0)
        guests = [name for name in stage.present() if name.startswith("~")]
        assert all(here(stage, name) == [""] for name in guests)


async def test_in_order_out_of_one_device_is_not_out_of_the_others(stage: Stage) -> None:
    first, second = await devices(stage, "alice", "d1", "d2")
    await exits(first)
    await second.heard_nothing()
    assert stage.present() == {"alice"}


# Requests


async def test_a_request_reaches_all_devices_and_the_first_answer_counts(stage: Stage) -> None:
    talk = await four(stage)
    await nobody_heard_anything(*talk.all)
    await talk.his_phone.says("yes")  # too late, and harmless
    await nobody_heard_anything(*talk.all)


async def test_one_device_declines_and_the_others_hear_it(stage: Stage) -> None:
    alice = await stage.enters("alice", device="d1")
    desk, phone = await devices(stage, "bob", "desk", "phone")
    await alice.says("/chat bob")
    await alice.hears("chat_requested bob 120")
    for actor in (desk, phone):
        await actor.hears("want_chat_with_you alice 120")
    await phone.says("no")
    await desk.hears("chat_request_ended alice declined")
    await alice.hears("bob decline chat")
    await desk.says("yes")
    await desk.hears("ERROR no_request Nobody has asked you for a chat.")
    await nobody_heard_anything(alice, desk, phone)


async def test_the_answer_goes_to_the_device_that_asked_and_what_cannot_be_too(stage: Stage) -> None:
    desk, phone = await devices(stage, "alice", "desk", "phone")
    await desk.says("/chat bob")
    await desk.hears("bob is offline")
    await desk.says("/chat alice")
    await desk.hears_like("ERROR yourself .+")
    await desk.says("/whois bob", "/blocked", "/allow")
    await desk.hears_like("whois bob offline.*")
    await desk.hears("blocked_list", "may_ask everyone")
    await nobody_heard_anything(desk, phone)


async def test_a_device_that_comes_later_hears_of_the_request_that_waits(stage: Stage) -> None:
    alice, desk = await stage.enters("alice"), await stage.enters("bob", device="desk")
    await alice.says("/chat bob")
    await alice.hears("chat_requested bob 120")
    await desk.hears("want_chat_with_you alice 120")
    stage.passes(20)
    phone = await stage.enters("bob", device="phone")
    await phone.hears("want_chat_with_you alice 100")
    await start_waiting(alice, phone, desk)


async def start_waiting(asker: Actor, target: Actor, other: Actor) -> None:
    await target.says("yes")
    await other.hears(f"chat_request_ended {asker.nickname} accepted", f"requests_ended {asker.nickname}")
    await asker.hears(f"requests_ended {target.nickname}")
    started = await asker.hears_like(rf"start_chat {target.nickname} (\S+)")
    await target.hears(f"requests_ended {asker.nickname}", f"start_chat {asker.nickname} {started[1]}")
    await other.hears(f"chat_held {asker.nickname} {started[1]}")


async def test_the_device_that_asked_last_holds_the_chat(stage: Stage) -> None:
    desk, phone = await devices(stage, "alice", "desk", "phone")
    bob = await stage.enters("bob", device="desk")
    await desk.says("/chat bob")
    await desk.hears("chat_requested bob 120")
    await bob.hears("want_chat_with_you alice 120")
    await phone.says("/chat bob")
    await phone.hears("chat_requested bob 120")
    await bob.says("yes")
    await desk.hears("requests_ended bob")
    await phone.hears("requests_ended bob")
    started = await phone.hears_like(r"start_chat bob (\S+)")
    await desk.hears(f"chat_held bob {started[1]}")
    await bob.hears("requests_ended alice", f"start_chat alice {started[1]}")


async def test_the_request_of_a_device_ends_with_it_and_of_the_others_it_does_not(stage: Stage) -> None:
    desk, phone = await devices(stage, "alice", "desk", "phone")
    bob, carol = await stage.enters("bob"), await stage.enters("carol")
    for asker, asked in ((desk, bob), (phone, carol)):
        await asker.says(f"/chat {asked.nickname}")
        await asker.hears(f"chat_requested {asked.nickname} 120")
        await asked.hears("want_chat_with_you alice 120")
    await desk.vanishes()
    await bob.hears("chat_request_ended alice cancelled")
    await nobody_heard_anything(phone, carol)


async def test_open_requests_and_how_often_one_is_asked_are_the_accounts(tmp_path: Path) -> None:
    async with opened(tmp_path, history=True, limits={"pending_requests": 1}) as stage:
        desk, phone = await devices(stage, "alice", "desk", "phone")
        bob, _carol = await stage.enters("bob"), await stage.enters("carol")
        await desk.says("/chat bob")
        await desk.hears("chat_requested bob 120")
        await phone.says("/chat carol")
        await phone.hears_like("ERROR too_many_requests .+")
        for asks in range(1, REQUESTS_TO_ONE + 1):
            await phone.says("/cancel")
            for actor in (desk, phone):
                await actor.hears("bob is no longer asked")
            asker = (desk, phone)[asks % 2]
            await asker.says("/chat bob")
            await asker.hears("chat_requested bob 120" if asks < REQUESTS_TO_ONE else "bob was asked several times")
        assert bob.login.has_more


async def test_the_rate_is_the_accounts(stage: Stage) -> None:
    desk, phone = await devices(stage, "alice", "desk", "phone")
    bob = await stage.enters("bob", device="desk")
    hub = stage.server.hub
    hers = {id(socket.bucket) for session in hub.directory.sessions_of("alice") for socket in session.sockets}
    his = {id(socket.bucket) for session in hub.directory.sessions_of("bob") for socket in session.sockets}
    assert (len(hers), len(his), len(hers | his)) == (1, 1, 2)
    await nobody_heard_anything(desk, phone, bob)


# A chat, and who holds it


async def test_a_chat_is_between_the_device_that_asked_and_the_one_that_accepted(stage: Stage) -> None:
    talk = await four(stage)
    await says_and_is_heard(talk.desk, talk.his_desk, "hello")
    await says_and_is_heard(talk.his_desk, talk.desk, "hello you")
    await acknowledges(talk.desk, 1, talk.chat, talk.his_desk)
    await nobody_heard_anything(*talk.all)


async def test_who_does_not_hold_a_chat_says_nothing_in_it(stage: Stage) -> None:
    talk = await four(stage)
    await talk.phone.says(":from the phone")
    await talk.phone.hears_like("ERROR no_chat .+")
    await nobody_heard_anything(*talk.all)
    await talk.desk.says(":from the desk")
    await talk.his_desk.hears(":from the desk")


async def test_a_device_that_comes_later_hears_that_another_holds_the_chat(stage: Stage) -> None:
    talk = await four(stage)
    third = await stage.enters("alice", device="tablet")
    await third.hears(f"chat_held bob {talk.chat}")
    await nobody_heard_anything(third, *talk.all)


async def test_the_partner_hears_of_no_pause_while_a_device_is_left(stage: Stage) -> None:
    talk = await four(stage)
    talk.desk.check.breaks()
    await talk.phone.hears(f"chat_free bob {talk.chat} 60")
    await nobody_heard_anything(talk.phone, talk.his_desk, talk.his_phone)
    stage.passes(20)
    await talk.phone.vanishes()
    await talk.his_desk.hears("chat_paused alice 40")
    await nobody_heard_anything(talk.his_desk, talk.his_phone)


async def test_a_device_that_does_not_hold_the_chat_goes_and_nobody_hears_of_it(stage: Stage) -> None:
    talk = await four(stage)
    await talk.phone.vanishes()
    await until(lambda: here(stage, "alice") == ["desk"])
    await nobody_heard_anything(talk.desk, talk.his_desk, talk.his_phone)
    await talk.desk.vanishes()
    await talk.his_desk.hears("chat_paused alice 60")


async def test_another_device_takes_the_chat_and_goes_on_in_a_stream_of_its_own(stage: Stage) -> None:
    talk = await four(stage)
    await says_and_is_heard(talk.desk, talk.his_desk, "one", "two")
    await says_and_is_heard(talk.his_desk, talk.desk, "eins")
    talk.desk.check.breaks()
    await talk.phone.hears(f"chat_free bob {talk.chat} 60")
    await talk.his_desk.says(":zwei")
    await takes(talk.phone, "bob", talk.chat, received=1, told=talk.his_desk)
    await talk.phone.hears(":zwei")
    await talk.phone.says(":three")
    await talk.his_desk.hears(":three")
    await says_and_is_heard(talk.his_desk, talk.phone, "drei")
    await acknowledges(talk.his_desk, 1, f"{talk.chat}.2", talk.phone)
    await nobody_heard_anything(talk.phone, talk.his_desk, talk.his_phone)


async def test_of_two_that_take_it_at_once_one_does_and_the_other_hears_so(stage: Stage) -> None:
    desk, *phones = await devices(stage, "alice", "desk", "p1", "p2")
    bob = await stage.enters("bob", device="desk")
    chat = await start(desk, bob, besides=phones, and_besides=[])
    desk.check.breaks()
    for phone in phones:
        await phone.hears(f"chat_free bob {chat} 60")
    await asyncio.gather(*(phone.says(f"/resume {chat} - 0 {chat} 0") for phone in phones))
    answers = [await phone.chat.line() for phone in phones]
    assert sorted(answers) == [f"chat_elsewhere bob {chat} 0", f"chat_resumed bob {chat} 0 {chat}.2 0"]
    winner, loser = sorted(zip(answers, phones, strict=True), key=lambda pair: pair[0], reverse=True)
    await loser[1].hears(f"chat_held bob {chat}")
    await winner[1].hears(f"stream_begins bob {chat} 1")
    await bob.hears(f"stream_begins alice {chat}.2 1")
    await nobody_heard_anything(*phones, bob)


async def test_the_holder_of_before_hears_that_the_chat_is_elsewhere_and_what_is_stored(stage: Stage) -> None:
    talk = await four(stage)
    await talk.desk.says(":one", ":two")
    await talk.his_desk.hears(":one", ":two")
    await hears_pong(talk.desk, f"PONG 2 0 {talk.chat}")
    talk.desk.check.breaks()
    await talk.phone.hears(f"chat_free bob {talk.chat} 60")
    await takes(talk.phone, "bob", talk.chat, told=talk.his_desk)
    desk = await stage.enters("alice", device="desk")
    await desk.hears(f"chat_held bob {talk.chat}")
    await desk.says(f"/resume {talk.chat} {talk.chat} 1 {talk.chat} 0")
    await desk.hears(f"chat_elsewhere bob {talk.chat} 2")
    await nobody_heard_anything(desk, talk.his_desk, talk.his_phone)
    await talk.phone.says(":mine still")
    await talk.his_desk.hears(":mine still")


async def test_the_holder_itself_comes_back_first_and_goes_on_in_its_own_stream(stage: Stage) -> None:
    talk = await four(stage)
    await says_and_is_heard(talk.desk, talk.his_desk, "one")
    desk = await stage.enters("alice", device="desk")
    await talk.desk.is_out_after(TAKEN_OVER)
    await talk.phone.hears(f"chat_free bob {talk.chat} 60")
    await desk.hears(f"chat_waits bob {talk.chat} 60")
    await desk.says(f"/resume {talk.chat} {talk.chat} 0 {talk.chat} 0")
    await desk.hears(f"chat_resumed bob {talk.chat} 1 {talk.chat} 1", f"stream_begins bob {talk.chat} 1")
    await talk.phone.hears(f"chat_held bob {talk.chat}")
    await says_and_is_heard(desk, talk.his_desk, "two")
    await nobody_heard_anything(desk, talk.phone, talk.his_desk, talk.his_phone)


async def test_who_was_told_of_the_pause_is_told_of_the_return_whichever_device_it_is(stage: Stage) -> None:
    talk = await four(stage)
    await talk.phone.vanishes()
    await until(lambda: here(stage, "alice") == ["desk"])
    await talk.desk.vanishes()
    await talk.his_desk.hears("chat_paused alice 60")
    third = await stage.enters("alice", device="tablet")
    await third.hears(f"chat_waits bob {talk.chat} 60")
    await talk.his_desk.heard_nothing()
    await takes(third, "bob", talk.chat, told=talk.his_desk)
    await talk.his_desk.hears(f"chat_resumed alice {talk.chat}")
    await nobody_heard_anything(third, talk.his_desk, talk.his_phone)


async def test_who_holds_a_chat_does_not_take_it_again(stage: Stage) -> None:
    talk = await four(stage)
    await talk.desk.says(f"/resume {talk.chat} - 0 {talk.chat} 0")
    await talk.desk.hears_like("ERROR not_paused .+")
    await says_and_is_heard(talk.desk, talk.his_desk, "still here")


@pytest.mark.parametrize("which", ["desk", "phone"])
async def test_either_device_ends_the_chat_for_all(stage: Stage, which: str) -> None:
    talk = await four(stage)
    await getattr(talk, which).says("/quit")
    await talk.desk.hears("chat_ended bob you_left")
    await talk.phone.hears(f"chat_free bob {talk.chat} 0")
    await talk.his_desk.hears("chat_ended alice left")
    await talk.his_phone.hears(f"chat_free alice {talk.chat} 0")
    await nobody_heard_anything(*talk.all)


async def test_a_chat_that_nobody_holds_ends_for_all_who_wait_for_it(stage: Stage) -> None:
    talk = await four(stage)
    talk.desk.check.breaks()
    await talk.phone.hears(f"chat_free bob {talk.chat} 60")
    stage.passes(30)
    await nobody_heard_anything(talk.phone, talk.his_desk, talk.his_phone)
    stage.passes(30)
    await talk.phone.hears("chat_ended bob lost")
    await talk.his_desk.hears("chat_ended alice lost")
    await talk.his_phone.hears(f"chat_free alice {talk.chat} 0")
    await nobody_heard_anything(talk.phone, talk.his_desk, talk.his_phone)


async def test_a_holder_that_leaves_in_order_leaves_the_chat_to_the_others(stage: Stage) -> None:
    talk = await four(stage)
    await exits(talk.desk)
    await talk.phone.hears(f"chat_free bob {talk.chat} 60")
    await talk.his_desk.heard_nothing()
    await exits(talk.phone)
    await talk.his_desk.hears("chat_ended alice left")
    await talk.his_phone.hears(f"chat_free alice {talk.chat} 0")


async def test_who_does_not_hold_speaks_by_letter_in_the_middle_of_the_chat(stage: Stage) -> None:
    talk = await four(stage)
    await talk.phone.says(f"/msg bob {STREAM} 1 :from the phone")
    await hears_pong(talk.phone, f"PONG 1 0 {STREAM}")
    await says_and_is_heard(talk.desk, talk.his_desk, "and live")


async def test_both_change_their_device_one_after_the_other(stage: Stage) -> None:
    talk = await four(stage)
    talk.desk.check.breaks()
    await talk.phone.hears(f"chat_free bob {talk.chat} 60")
    talk.his_desk.check.breaks()
    await talk.his_phone.hears(f"chat_free alice {talk.chat} 60")
    await takes(talk.phone, "bob", talk.chat)
    await talk.phone.heard_nothing()
    await talk.his_phone.says(f"/resume {talk.chat} - 0 {talk.chat} 0")
    await talk.his_phone.hears(f"chat_resumed alice {talk.chat} 0 {talk.chat}.2 0")
    await talk.his_phone.hears(f"stream_begins alice {talk.chat} 1", f"stream_begins alice {talk.chat}.2 1")
    await talk.phone.hears(f"stream_begins bob {talk.chat}.2 1")
    await says_and_is_heard(talk.phone, talk.his_phone, "her phone")
    await says_and_is_heard(talk.his_phone, talk.phone, "his phone")
    await nobody_heard_anything(talk.phone, talk.his_phone)


# Presence, blocks and rooms


async def test_how_somebody_is_is_told_to_all_devices_and_ends_with_the_last(stage: Stage) -> None:
    bob = await stage.enters("bob")
    desk, phone = await devices(stage, "alice", "desk", "phone")
    await desk.says("/away lunch")
    for actor in (desk, phone):
        await actor.hears("you_are away :lunch")
    await desk.vanishes()
    await until(lambda: here(stage, "alice") == ["phone"])
    await bob.says("/whois alice")
    await bob.hears_like(r"whois alice away \d+ account :lunch")
    await phone.vanishes()
    await until(lambda: stage.present() == {"bob"})
    again = await stage.enters("alice", device="desk")
    await bob.says("/whois alice")
    await bob.hears_like(r"whois alice online \d+ account")
    await again.heard_nothing()


async def test_a_further_device_changes_nothing_of_how_somebody_is(stage: Stage) -> None:
    desk, bob = await stage.enters("alice", device="desk"), await stage.enters("bob")
    await desk.says("/dnd")
    await desk.hears("you_are dnd")
    phone = await stage.enters("alice", device="phone")
    await phone.hears("you_are dnd")
    await bob.says("/whois alice")
    await bob.hears_like(r"whois alice dnd \d+ account")


async def test_who_watches_hears_of_the_first_device_and_of_the_last(stage: Stage) -> None:
    bob = await stage.enters("bob")
    await bob.says("/watch on")
    await bob.hears("presence bob online")
    first = await stage.enters("alice", device="d1")
    await bob.hears("presence alice online")
    second = await stage.enters("alice", device="d2")
    await first.vanishes()
    await until(lambda: here(stage, "alice") == ["d2"])
    await bob.heard_nothing()
    await second.vanishes()
    await bob.hears("presence alice offline")


async def test_a_block_on_one_device_is_told_to_all_and_ends_the_chat_on_all(stage: Stage) -> None:
    talk = await four(stage)
    await talk.phone.says("/block bob")
    await talk.desk.hears("chat_ended bob you_left")
    await talk.phone.hears(f"chat_free bob {talk.chat} 0")
    for actor in (talk.desk, talk.phone):
        await actor.hears("blocked bob")
    await talk.his_desk.hears("chat_ended alice left")
    await talk.his_phone.hears(f"chat_free alice {talk.chat} 0")
    await talk.desk.says("/unblock bob")
    for actor in (talk.desk, talk.phone):
        await actor.hears("unblocked bob")
    await nobody_heard_anything(*talk.all)


async def test_who_may_ask_is_told_to_all(stage: Stage) -> None:
    desk, phone = await devices(stage, "alice", "desk", "phone")
    await desk.says("/allow known")
    for actor in (desk, phone):
        await actor.hears("may_ask known")
    await nobody_heard_anything(desk, phone)


async def test_what_one_device_says_in_a_room_is_heard_on_the_others(stage: Stage) -> None:
    desk, phone = await devices(stage, "alice", "desk", "phone")
    bob = await stage.enters("bob")
    await bob.says("/join #tea")
    await bob.hears("room_entered #tea 1 :")
    await desk.says("/join #tea")
    for actor in (desk, phone):
        await actor.hears("room_entered #tea 2 :")
    await bob.hears("room_joined #tea alice")
    await desk.says(f"/msg #tea {STREAM} 1 :hello")
    for actor in (phone, bob):
        await actor.hears_like(r"room_said #tea alice \d+ \d+ :hello")
    await hears_pong(desk, f"PONG 1 1 {STREAM}")
    await bob.says(f"/msg #tea {OTHER} 1 :hello you")
    for actor in (desk, phone):
        await actor.hears_like(r"room_said #tea bob \d+ \d+ :hello you")
    await nobody_heard_anything(desk, phone, bob)


async def test_a_further_device_is_told_which_rooms_it_is_in_and_others_hear_nothing(stage: Stage) -> None:
    desk, bob = await stage.enters("alice", device="desk"), await stage.enters("bob")
    for room in ("#tea", "#cake"):
        await bob.says(f"/join {room}", f"/topic {room} :sweet")
        await bob.hears(f"room_entered {room} 1 :", f"room_topic {room} bob :sweet")
        await desk.says(f"/join {room}")
        await desk.hears(f"room_entered {room} 2 :sweet")
        await bob.hears(f"room_joined {room} alice")
    phone = await stage.enters("alice", device="phone")
    await phone.hears("room_entered #tea 2 :sweet", "room_entered #cake 2 :sweet")
    await nobody_heard_anything(desk, phone, bob)
    await bob.says(f"/msg #tea {STREAM} 1 :for both")
    for actor in (desk, phone):
        await actor.hears_like(r"room_said #tea bob \d+ \d+ :for both")
    await desk.vanishes()
    await until(lambda: here(stage, "alice") == ["phone"])
    await bob.says(f"/msg #tea {STREAM} 2 :for one")
    await phone.hears_like(r"room_said #tea bob \d+ \d+ :for one")
    await bob.heard_nothing()


async def test_who_leaves_a_room_on_one_device_leaves_it_on_all(stage: Stage) -> None:
    desk, phone = await devices(stage, "alice", "desk", "phone")
    bob = await stage.enters("bob")
    await desk.says("/join #tea")
    for actor in (desk, phone):
        await actor.hears("room_entered #tea 1 :")
    await bob.says("/join #tea")
    await bob.hears("room_entered #tea 2 :")
    for actor in (desk, phone):
        await actor.hears("room_joined #tea bob")
    await phone.says("/part #tea")
    for actor in (desk, phone):
        await actor.hears("room_exited #tea")
    await bob.hears("room_left #tea alice")
    await nobody_heard_anything(desk, phone, bob)


async def test_a_room_is_left_with_the_last_device(stage: Stage) -> None:
    desk, phone = await devices(stage, "alice", "desk", "phone")
    bob = await stage.enters("bob")
    await bob.says("/join #tea")
    await bob.hears("room_entered #tea 1 :")
    await phone.says("/join #tea")
    for actor in (desk, phone):
        await actor.hears("room_entered #tea 2 :")
    await bob.hears("room_joined #tea alice")
    await phone.vanishes()
    await until(lambda: here(stage, "alice") == ["desk"])
    await bob.heard_nothing()
    await desk.vanishes()
    await bob.hears("room_left #tea alice")


# All devices at once


async def test_an_account_that_is_removed_goes_from_all_devices(stage: Stage) -> None:
    talk = await four(stage)
    await stage.registers(Account("bob"))
    for actor in (talk.desk, talk.phone):
        await actor.is_out_after("disconnected removed Your account was removed or disabled.")
    await talk.his_desk.hears("chat_ended alice removed")
    await talk.his_phone.hears(f"chat_free alice {talk.chat} 0")


async def test_another_password_ends_all_sessions_and_the_chat_waits(tmp_path: Path) -> None:
    async with opened(tmp_path, history=True, accounts=[Account("alice", SECRET), Account("bob")]) as stage:
        desk = await stage.enters("alice", "secret", device="desk")
        phone = await stage.enters("alice", "secret", device="phone")
        bob = await stage.enters("bob")
        chat = await start(desk, bob, besides=[phone], and_besides=[])
        await stage.registers(Account("alice", ANOTHER), Account("bob"))
        for actor in (desk, phone):
            await actor.is_out_after(
                "disconnected password_changed The password of your account was changed. Log in anew."
            )
        await bob.hears("chat_paused alice 60")
        newer = await stage.enters("alice", "another", device="phone")
        await newer.hears(f"chat_waits bob {chat} 60")


async def test_a_server_that_starts_again_waits_for_any_device_of_both(tmp_path: Path) -> None:
    """Killed, as far as the store can tell: nobody has left the chat."""
    async with opened(tmp_path, history=True) as stage:
        talk = await four(stage)
        await talk.desk.says(":one", ":two")
        await talk.his_desk.says(":eins")
        await hears_pong(talk.desk, f"PONG 2 0 {talk.chat}")
        await hears_pong(talk.his_desk, f"PONG 1 0 {talk.chat}")
        chat = talk.chat
    async with opened(tmp_path, history=True) as stage:
        desk, phone = await devices(stage, "alice", "desk", "phone")
        his_desk, his_phone = await devices(stage, "bob", "desk", "phone")
        for actor, partner in ((desk, "bob"), (phone, "bob"), (his_desk, "alice"), (his_phone, "alice")):
            await actor.hears(f"chat_waits {partner} {chat} 60")
        await takes(phone, "bob", chat)
        await phone.hears("chat_paused bob 60", ":eins")
        await desk.hears(f"chat_held bob {chat}")
        await desk.says(f"/resume {chat} {chat} 0 {chat} 0")
        await desk.hears(f"chat_elsewhere bob {chat} 2")
        await his_desk.says(f"/resume {chat} {chat} 1 {chat} 2")
        await his_desk.hears(f"chat_resumed alice {chat} 1 {chat} 1", f"stream_begins alice {chat} 3")
        await his_desk.hears(f"stream_begins alice {chat}.2 1")
        await his_phone.hears(f"chat_held alice {chat}")
        await phone.hears(f"chat_resumed bob {chat}")
        await says_and_is_heard(phone, his_desk, "three")
        await says_and_is_heard(his_desk, phone, "zwei")
        await nobody_heard_anything(desk, phone, his_desk, his_phone)


async def test_nothing_is_left_of_devices_that_have_gone(stage: Stage) -> None:
    actors = [actor for name in CAST for actor in await devices(stage, name, "d1", "d2", "")]
    for actor in actors:
        await actor.vanishes()
    await until(lambda: not stage.present())
    hub = stage.server.hub
    assert not hub.directory.sessions
    assert not hub._registry._in_row
    assert not hub.switchboard._people
