"""TLS from the first byte (docs/protocol.md, 1.3): the whole conversation, and what does not get through."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import warnings
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.bound import BOUND
from tests.scenes.conftest import long_lines
from tests.stage import Stage, descriptors, opened, until

QUICK = {"login_timeout": 0.5, "write_stall": 0.3}


@dataclass(frozen=True)
class Identity:
    """A certificate authority, and where the server finds what it issued."""

    authority: trustme.CA
    cert: Path
    key: Path

    def issue(self) -> bytes:
        """Put a new certificate in place; its DER form."""
        leaf = self.authority.issue_cert("127.0.0.1")
        self.key.write_bytes(leaf.private_key_pem.bytes())
        self.cert.write_bytes(b"".join(blob.bytes() for blob in leaf.cert_chain_pems))
        return ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode())

    @property
    def settings(self) -> dict[str, Any]:
        return {"tls_cert": self.cert, "tls_key": self.key}

    def client(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        self.authority.configure_trust(context)
        return context


@pytest.fixture
def identity(tmp_path: Path) -> Identity:
    made = Identity(trustme.CA(), tmp_path / "cert.pem", tmp_path / "key.pem")
    made.issue()
    return made


@pytest.fixture
async def stage(tmp_path: Path, identity: Identity) -> AsyncIterator[Stage]:
    """Sweeps come every tenth of a second here, and so do looks at the certificate."""
    async with opened(tmp_path, tls=identity.client(), heartbeat=0.4, limits=QUICK, **identity.settings) as stage:
        yield stage


async def bare(stage: Stage) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(stage.settings.host, stage.settings.port)


async def heard_until_the_close(reader: asyncio.StreamReader) -> bytes:
    """All that comes. A reset is a close too."""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(BOUND):
            return await reader.read(-1)
    return b""


async def test_a_whole_conversation(stage: Stage) -> None:
    alice, bob, chat = await stage.chat_between("alice", "bob")
    await alice.says(":hello", ":" + "x" * 8000)
    await bob.hears(":hello", ":" + "x" * 8000)
    await bob.check.says(f"PING 2 {chat}")
    await alice.check.hears(f"PONG 2 2 {chat}")
    await alice.says("/exit")
    await bob.hears("chat_ended alice left")
    await alice.is_out_after("disconnected bye Goodbye!")


async def test_a_plain_client_is_refused_without_harm(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    alice = await stage.enters("alice")
    reader, writer = await bare(stage)
    writer.write(b"duologue/1 login_socket\nbob\n")
    assert b"AUTH" not in await heard_until_the_close(reader)
    writer.close()
    await alice.heard_nothing()
    assert stage.present() == {"alice"}
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_version_before_1_2_is_refused(stage: Stage, identity: Identity) -> None:
    old = identity.client()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old.minimum_version = ssl.TLSVersion.TLSv1
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")  # or this client would not even try
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await asyncio.open_connection(stage.settings.host, stage.settings.port, ssl=old)
    new = identity.client()
    new.maximum_version = ssl.TLSVersion.TLSv1_2
    _, writer = await asyncio.open_connection(stage.settings.host, stage.settings.port, ssl=new)
    assert writer.get_extra_info("ssl_object").version() == "TLSv1.2"
    writer.close()


async def shown_certificate(stage: Stage) -> bytes:
    wire = await stage.connects()
    shown: bytes = wire.writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    await wire.leaves()
    return shown


async def is_taken(stage: Stage, new: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """The server has noticed that certificate, and shows it from now on."""
    await until(lambda: "certificate reread" in caplog.text)
    assert await shown_certificate(stage) == new


async def is_not_taken(stage: Stage, before: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """The server has noticed what lies there now, and shows the certificate of before."""
    await until(lambda: "certificate not reread" in caplog.text)
    assert await shown_certificate(stage) == before


async def test_a_new_certificate_is_for_new_connections(
    stage: Stage, identity: Identity, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    alice, bob, _ = await stage.chat_between("alice", "bob")
    before = await shown_certificate(stage)
    new = await asyncio.to_thread(identity.issue)
    assert new != before
    await is_taken(stage, new, caplog)
    await alice.says(":still here")
    await bob.hears(":still here")


async def test_a_damaged_certificate_changes_nothing(
    stage: Stage, identity: Identity, caplog: pytest.LogCaptureFixture
) -> None:
    """The one before stays, the operator is told once, and the next good one is taken."""
    caplog.set_level("INFO")
    before = await shown_certificate(stage)
    identity.cert.write_text("-----BEGIN CERTIFICATE-----\nnonsense\n", encoding="ascii")
    await is_not_taken(stage, before, caplog)
    await asyncio.sleep(0.35)  # three more looks
    said = [record for record in caplog.records if record.getMessage() == "certificate not reread"]
    assert len(said) == 1

    new = await asyncio.to_thread(identity.issue)
    await is_taken(stage, new, caplog)


async def test_a_certificate_without_its_key_waits_for_it(
    stage: Stage, identity: Identity, caplog: pytest.LogCaptureFixture
) -> None:
    """The two files are replaced one after the other; between them nobody meets half of each."""
    caplog.set_level("INFO")
    before = await shown_certificate(stage)
    old_key = identity.key.read_bytes()
    new = await asyncio.to_thread(identity.issue)
    new_key = identity.key.read_bytes()
    identity.key.write_bytes(old_key)
    await is_not_taken(stage, before, caplog)
    identity.key.write_bytes(new_key)
    await is_taken(stage, new, caplog)


async def test_a_handshake_that_never_ends_is_cut(stage: Stage) -> None:
    """Section 3 of reliability.md: absolute deadlines on every socket."""
    alice = await stage.enters("alice")
    before = descriptors()
    reader, writer = await bare(stage)
    writer.write(b"\x16\x03\x01")
    assert await heard_until_the_close(reader) == b""
    writer.close()
    await until(lambda: descriptors() == before)
    await alice.heard_nothing()


async def test_the_server_stops_in_the_middle_of_a_handshake(stage: Stage) -> None:
    alice = await stage.enters("alice")
    _, writer = await bare(stage)
    writer.write(b"\x16\x03\x01")
    await until(lambda: len(stage.server._listeners[0]._open) == 4)
    await asyncio.wait_for(stage.server.stop(), BOUND)
    await alice.is_out_after("disconnected shutting_down Server is shutting down. Goodbye!")
    writer.close()


async def test_a_half_open_client_gives_its_descriptors_back(stage: Stage) -> None:
    """Section 2 of reliability.md. Who is gone does not say goodbye in TLS either, and nobody waits for that."""

    def logs_in() -> ssl.SSLSocket:
        sock = socket.create_connection((stage.settings.host, stage.settings.port), BOUND)
        silent = stage._tls.wrap_socket(sock, server_hostname=stage.settings.host)  # type: ignore[union-attr]
        silent.sendall(b"duologue/1 login_socket\nalice\n")
        silent.recv(200)
        return silent

    with await asyncio.to_thread(logs_in):
        open_sockets = stage.server._listeners[0]._open
        await until(lambda: len(open_sockets) == 1)
        stage.passes(1)
        await until(lambda: not open_sockets)


async def test_bob_stops_reading_over_tls(tmp_path: Path, identity: Identity) -> None:
    """9.2 holds here too: bounded, in order, complete."""
    limits = {"message_rate": float("inf"), "message_burst": float("inf")}
    async with opened(tmp_path, tls=identity.client(), history=True, limits=limits, **identity.settings) as stage:
        alice, bob = await stage.enters("alice"), await stage.enters("bob", buffer=8192)
        await stage.start_chat(alice, bob)
        data = long_lines(12 * 1024)
        for start in range(0, len(data), 1 << 16):
            alice.chat.writer.write(data[start : start + (1 << 16)])
            await asyncio.sleep(0.001)
        for _ in range(50):
            await asyncio.sleep(0.005)
            assert stage.queued() <= 3 * 128 * 1024 + 256 * 1024
        async with asyncio.timeout(BOUND):
            assert await bob.chat.reader.readexactly(len(data)) == data


async def test_a_handshake_that_fails_says_why(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    for first in (b"", b"\x16\x03\x01", b"duologue/1 login_socket\n", b"GET / HTTP/1.1\r\n\r\n"):
        _, writer = await asyncio.open_connection(stage.settings.host, stage.settings.port)
        writer.write(first)
        writer.close()
    await until(lambda: caplog.text.count("handshake failed") == 4)
    reasons = [vars(record)["reason"] for record in caplog.records if record.getMessage() == "handshake failed"]
    assert all(reasons)
