"""People come by a proxy on this machine (docs/web.md, section 7): each is met as if they had come by themselves, and
nobody else is believed to be one.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from duologue.core.names import Account
from duologue.server.auth.passwords import hash_password
from tests.browser import Tab, asks, sends
from tests.stage import Stage, opened, until

PROTOCOLS = ("native", "web")
HASH = hash_password("right")
ERIN, OWNER = Account("erin", HASH), Account("owner")
HERS, HIS = "192.0.2.1", "198.51.100.7"


def behind_a_proxy(tmp_path: Path, **settings: Any) -> AbstractAsyncContextManager[Stage]:
    proxies = {"trusted_proxies": ("127.0.0.1/32",), "protocols": PROTOCOLS, **settings}
    return opened(tmp_path, accounts=[ERIN, OWNER], **proxies)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with behind_a_proxy(tmp_path) as stage:
        yield stage


async def comes(stage: Stage, *forwarded: str, **how: Any) -> Tab:
    headers = [("X-Forwarded-For", line) for line in forwarded]
    return await Tab.opens(stage, additional_headers=headers, **how)


async def guesses_wrong(stage: Stage, *forwarded: str) -> str:
    tab = await comes(stage, *forwarded)
    await tab.says("give_nickname", nickname="erin")
    await tab.hears("password_wanted")
    await tab.says("give_password", password="wrong")
    return str((await tab.hears("login_denied"))["code"])


async def test_who_guesses_does_not_lock_out_the_owner(stage: Stage) -> None:
    assert [await guesses_wrong(stage, HIS) for _ in range(4)] == [*("denied",) * 3, "throttled"]
    await (await comes(stage, HERS)).logs_in("erin", "right")


async def test_nor_with_a_header_of_their_own(stage: Stage) -> None:
    """The proxy adds the true address at the end, whatever came."""
    codes = [await guesses_wrong(stage, f"203.0.113.{number}, {HIS}") for number in range(4)]
    assert codes == [*("denied",) * 3, "throttled"]
    assert await guesses_wrong(stage, f"{HERS}, {HIS}") == "throttled"
    await (await comes(stage, HERS)).logs_in("erin", "right")


async def test_a_header_of_somebody_who_is_no_proxy_says_nothing(tmp_path: Path) -> None:
    async with behind_a_proxy(tmp_path, trusted_proxies=("192.0.2.200/32",)) as stage:
        codes = [await guesses_wrong(stage, f"203.0.113.{number}") for number in range(4)]
        assert codes == [*("denied",) * 3, "throttled"]


async def test_the_next_request_may_be_somebody_elses_and_comes_on_another_connection(stage: Stage) -> None:
    of_hers, of_his = (f"GET / HTTP/1.1\r\nX-Forwarded-For: {address}\r\n\r\n".encode() for address in (HERS, HIS))
    found = await sends(stage, of_hers + of_his)
    assert found.count(b"HTTP/1.1 200 OK\r\n") == found.count(b"Connection: close\r\n") == 1


async def test_the_table_shows_who_it_is(stage: Stage) -> None:
    await (await comes(stage, f"{HIS}, {HERS}")).logs_in("erin", "right")
    [(address, nickname, *_)] = (await stage.asks_server("who"))["rows"]
    assert re.fullmatch(rf"{HERS} by 127\.0\.0\.1:\d+ erin", f"{address} {nickname}")


@pytest.mark.parametrize("forwarded", [(HERS,), ("127.0.0.1",), ("::1",), ("unknown",), ("127.0.0.1, nonsense",), ()])
async def test_nobody_comes_in_without_a_password(stage: Stage, forwarded: tuple[str, ...]) -> None:
    """That is for this machine, and the proxy lets in others."""
    tab = await comes(stage, *forwarded)
    await tab.says("give_nickname", nickname="owner")
    await tab.hears("password_wanted")


async def test_at_its_own_port_this_machine_is_this_machine(stage: Stage) -> None:
    await stage.enters("owner")


async def test_places_are_counted_for_each_address(tmp_path: Path) -> None:
    async with behind_a_proxy(tmp_path, limits={"clients_per_address": 1}) as stage:
        tabs = [await comes(stage, HERS) for _ in range(7)]
        with pytest.raises(InvalidStatus) as refused:
            await comes(stage, HERS)
        assert refused.value.response.status_code == 429
        assert (await asks(stage, "/", f"X-Forwarded-For: {HERS}", method="HEAD")).status == 429
        await comes(stage, HIS)
        tabs[0].breaks()
        await until(lambda: len(stage.server._listeners[1]._open) == 7)
        await comes(stage, HERS)
    assert not stage.server._listeners[1]._admission._open
    assert not stage.server._listeners[1]._unnamed


async def test_the_proxy_itself_has_no_limit_for_what_it_passes_on(tmp_path: Path) -> None:
    async with behind_a_proxy(tmp_path, limits={"clients_per_address": 1, "new_clients_per_address": 1}) as stage:
        for number in range(40):
            await comes(stage, f"192.0.2.{number}")


async def test_who_is_not_named_counts_as_one_and_that_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with behind_a_proxy(tmp_path, limits={"clients_per_address": 1}) as stage:
        for said in ((), ("127.0.0.1",), ("unknown",), (), (), (), ()):
            await comes(stage, *said)
        with pytest.raises(InvalidStatus):
            await comes(stage)
    assert caplog.text.count("sends no X-Forwarded-For") == 1


async def test_what_is_asked_before_a_login_is_paid_by_who_asks(stage: Stage) -> None:
    """Of one address all together, and nobody else's."""
    for address in (HIS, HERS, HIS):
        await comes(stage, address)
    buckets = {(connection.address, connection.bucket) for connection in stage.server._listeners[1]._open}
    assert sorted(address for address, _ in buckets) == [HERS, HIS]


async def test_the_metrics_are_not_for_who_comes_by_a_proxy(stage: Stage) -> None:
    host = f"Host: 127.0.0.1:{stage.ports['web']}"
    assert (await asks(stage, "/metrics", host)).status == 403
    assert (await asks(stage, "/metrics", host, "X-Forwarded-For: 127.0.0.1")).status == 403


async def test_a_proxy_that_nobody_named_is_warned_of(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    origins = ("https://chat.example.org",)
    for trusted, warnings in (((), 1), (("127.0.0.1/32",), 0)):
        caplog.clear()
        async with opened(tmp_path, accounts=[ERIN], protocols=PROTOCOLS, web_origins=origins, trusted_proxies=trusted):
            assert caplog.text.count("--trusted-proxies tells them apart") == warnings
