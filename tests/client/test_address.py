"""Every way in which a server cannot be reached, in words."""

from __future__ import annotations

import asyncio
import socket
import ssl
from datetime import UTC, datetime, timedelta

import pytest
import trustme

from duologue.client.address import Address, reason_of
from duologue.client.errors import CannotConnect


def test_an_address_as_people_write_it() -> None:
    assert str(Address("example.org", 1)) == "example.org:1"
    assert str(Address("::1", 12345)) == "[::1]:12345"


async def reason(address: Address) -> str:
    with pytest.raises(CannotConnect) as error:
        await address.connect()
    return str(error.value)


async def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        assert await reason(Address("127.0.0.1", taken.getsockname()[1])) == "connection refused"


@pytest.mark.parametrize("host", ["no.such.host.invalid", "x" * 70 + ".invalid", "a..b"])
async def test_no_such_host(host: str) -> None:
    assert await reason(Address(host, 1)) == "there is no host of that name"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError(), "no answer"),
        (ConnectionResetError(), "the connection was reset"),
        (OSError(113, "No route to host"), "no route to host"),
        (OSError("odd"), "odd"),
        (OSError(), "oserror"),
    ],
)
def test_reasons(error: OSError, words: str) -> None:
    assert reason_of(error) == words


async def tls_server(context: ssl.SSLContext | None) -> tuple[asyncio.Server, int]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"ERROR unknown_first_line No.\n")
        await reader.read(1)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    return server, server.sockets[0].getsockname()[1]


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


async def server_certified_for(name: str, authority: trustme.CA) -> tuple[asyncio.Server, int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return await tls_server(context)


def who_trusts(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def test_certificates_that_are_not_trusted_say_what_to_do(authority: trustme.CA) -> None:
    server, port = await server_certified_for("other.example", authority)
    unknown = await reason(Address("127.0.0.1", port, ssl.create_default_context()))
    wrong_name = await reason(Address("127.0.0.1", port, who_trusts(authority)))
    server.close()
    assert unknown.startswith("its certificate is not trusted: ")
    assert unknown.endswith("; --tls-ca FILE names one to trust")
    assert "mismatch" in wrong_name
    assert wrong_name.endswith("; connect by a name that it is for")


@pytest.mark.parametrize(
    ("begins", "ends", "remedy"),
    [(-2, -1, "whoever runs the server has to renew it"), (1, 2, "is the clock of this machine right?")],
)
async def test_nobody_is_told_to_trust_a_certificate_whose_time_is_another(
    authority: trustme.CA, begins: int, ends: int, remedy: str
) -> None:
    now = datetime.now(UTC)
    issued = authority.issue_cert(
        "127.0.0.1", not_before=now + timedelta(days=begins), not_after=now + timedelta(days=ends)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issued.configure_cert(context)
    server, port = await tls_server(context)
    words = await reason(Address("127.0.0.1", port, who_trusts(authority)))
    server.close()
    assert words.startswith("its certificate is not trusted: ")
    assert words.endswith(f"; {remedy}")


async def test_a_server_without_tls_is_told_from_one_with_a_bad_certificate() -> None:
    server, port = await tls_server(None)
    words = await reason(Address("127.0.0.1", port, ssl.create_default_context()))
    server.close()
    assert words == "it does not speak TLS, or none that this client accepts"


async def test_a_trusted_certificate_lets_bytes_through(authority: trustme.CA) -> None:
    server, port = await server_certified_for("127.0.0.1", authority)
    reader, writer = await Address("127.0.0.1", port, who_trusts(authority)).connect()
    assert await reader.readline() == b"ERROR unknown_first_line No.\n"
    sock = writer.get_extra_info("socket")
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    writer.transport.abort()
    server.close()
