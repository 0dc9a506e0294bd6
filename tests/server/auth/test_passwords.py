"""Passwords: argon2id at OWASP's cost, the same work for everyone, and never more of it than is bounded."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import argon2
import pytest
from argon2.low_level import Type

from duologue.server.auth import passwords
from duologue.server.auth.passwords import PASSWORD_LENGTH, BadPassword, PasswordPool, hash_password
from duologue.server.fair_pool import PoolFull
from tests.bound import BOUND


@pytest.fixture
def pool() -> Iterator[PasswordPool]:
    pool = PasswordPool()
    yield pool
    pool.close()


class CountingHasher:
    """Stands before the real hasher and counts what it is asked to check."""

    def __init__(self) -> None:
        self.checked: list[str] = []
        self.may_go = threading.Event()
        self.may_go.set()
        self.began = threading.Event()

    def hash(self, password: bytes) -> str:
        return passwords_hasher.hash(password)

    def verify(self, password_hash: str, password: bytes) -> bool:
        self.began.set()
        assert self.may_go.wait(30)
        self.checked.append(password_hash)
        return passwords_hasher.verify(password_hash, password)


passwords_hasher = passwords._HASHER


@pytest.fixture
def hasher(monkeypatch: pytest.MonkeyPatch) -> CountingHasher:
    hasher = CountingHasher()
    monkeypatch.setattr(passwords, "_HASHER", hasher)
    return hasher


def test_a_hash_has_owasps_parameters_and_a_salt_of_its_own() -> None:
    parameters = argon2.extract_parameters(hash_password("correct horse"))
    assert (parameters.type, parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (
        Type.ID,
        19 * 1024,
        2,
        1,
    )
    assert hash_password("correct horse") != hash_password("correct horse")


@pytest.mark.parametrize(
    ("chosen", "typed", "same"),
    [
        ("correct horse", "correct horse", True),
        ("correct horse", "Correct horse", False),
        ("correct horse", "", False),
        ("caf\u00e9", "cafe\u0301", True),  # two keyboards
        ("correct\u00a0horse", "correct horse", True),  # a no-break space that nobody saw
        ("\uff41bc", "abc", False),  # width tells passwords apart, RFC 8265 section 4.2.2
        ("p" * PASSWORD_LENGTH, "p" * PASSWORD_LENGTH, True),
        ("p" * PASSWORD_LENGTH, "p" * (PASSWORD_LENGTH + 1), False),
        ("x", "\ud800", False),
    ],
)
async def test_only_the_password_that_was_hashed_is_right(
    pool: PasswordPool, chosen: str, typed: str, same: bool
) -> None:
    assert await pool.verify(hash_password(chosen), typed, "who") is same


@pytest.mark.parametrize("text", ["", "p" * (PASSWORD_LENGTH + 1), "\ud800"])
def test_what_cannot_be_a_password_is_not_hashed(text: str) -> None:
    with pytest.raises(BadPassword) as refusal:
        hash_password(text)
    assert refusal.value.code == "bad_password"


@pytest.mark.parametrize("password", ["correct horse", "", "p" * 1000])
async def test_an_unknown_user_costs_one_check_too(hasher: CountingHasher, pool: PasswordPool, password: str) -> None:
    assert await pool.verify(None, password, "who") is False
    assert [argon2.extract_parameters(checked).memory_cost for checked in hasher.checked] == [19 * 1024]


async def test_a_known_user_costs_one_check_even_for_a_password_too_long(
    hasher: CountingHasher, pool: PasswordPool
) -> None:
    assert await pool.verify(hash_password("x"), "p" * 1000, "who") is False
    assert len(hasher.checked) == 1


async def test_a_damaged_hash_is_nobodys_password(pool: PasswordPool) -> None:
    assert await pool.verify("$argon2id$v=19$m=1,t=1,p=9$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA", "x", "who") is False
    assert await pool.verify("rubbish", "x", "who") is False


async def test_past_the_most_that_may_wait_a_check_is_refused_and_then_welcome_again(
    hasher: CountingHasher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "MOST_WAITING", 2)
    pool = PasswordPool()
    hasher.may_go.clear()
    waiting = [asyncio.create_task(pool.verify(None, "x", number)) for number in range(3)]
    await asyncio.to_thread(hasher.began.wait, 30)
    async with asyncio.timeout(BOUND):
        with pytest.raises(PoolFull, match="try again"):
            await pool.verify(None, "x", "late")
    for task in waiting[1:]:
        task.cancel()
    hasher.may_go.set()
    assert await waiting[0] is False
    await asyncio.gather(*waiting, return_exceptions=True)
    assert await pool.verify(None, "x", "late") is False
    assert len(hasher.checked) == 2  # those who left cost nothing
    pool.close()


async def test_nobody_has_a_second_check_before_everybody_had_one(hasher: CountingHasher, pool: PasswordPool) -> None:
    hasher.may_go.clear()
    hashes = {name: hash_password(name) for name in ("mallory", "alice")}
    tasks = [asyncio.create_task(pool.verify(hashes["mallory"], "guess", "mallory")) for _ in range(20)]
    await asyncio.to_thread(hasher.began.wait, 30)
    tasks.append(asyncio.create_task(pool.verify(hashes["alice"], "alice", "alice")))
    await asyncio.sleep(0)
    hasher.may_go.set()
    await tasks[-1]
    assert hasher.checked.index(hashes["alice"]) <= 2  # the one that was on its way, and the one of this round
    for task in tasks:
        task.cancel()


def test_as_many_may_wait_as_a_server_has_connections() -> None:
    """Each of them has one password at most that waits, so nobody is refused for want of a place."""
    assert passwords.MOST_WAITING >= 20_000


async def test_the_loop_goes_on_while_a_password_is_checked(hasher: CountingHasher, pool: PasswordPool) -> None:
    hasher.may_go.clear()
    task = asyncio.create_task(pool.verify(None, "x", "who"))
    await asyncio.to_thread(hasher.began.wait, 30)
    assert not task.done()
    hasher.may_go.set()
    assert await task is False


async def test_a_closed_pool_checks_nothing(pool: PasswordPool) -> None:
    pool.close()
    with pytest.raises(RuntimeError):
        await pool.verify(None, "x", "who")
