"""The server's certificate and when it is read; what it does on a wire stands in tests/scenes/test_tls.py."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from duologue.server.net.tls import CIPHERS, GROUPS, Certificate, CertificateError, restrict
from tests.second_user import SERVICE, as_service, needs_root, owned


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "cert.pem", tmp_path / "key.pem"


def issue(files: tuple[Path, Path], not_before: datetime | None = None, not_after: datetime | None = None) -> None:
    leaf = trustme.CA().issue_cert("localhost", not_before=not_before, not_after=not_after)
    files[0].write_bytes(leaf.cert_chain_pems[0].bytes())
    files[1].write_bytes(leaf.private_key_pem.bytes())


def test_tls_1_2_or_newer(files: tuple[Path, Path]) -> None:
    """Whatever Python begins with: since 3.10 that is the same, and could be less again."""
    issue(files)
    assert Certificate(*files).context.minimum_version is ssl.TLSVersion.TLSv1_2
    older = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    older.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    restrict(older)
    assert older.minimum_version is ssl.TLSVersion.TLSv1_2


def test_nothing_weak_is_offered(files: tuple[Path, Path]) -> None:
    """Of TLS 1.2, forward secrecy and an authenticated cipher only."""
    issue(files)
    of_1_2 = [suite for suite in Certificate(*files).context.get_ciphers() if suite["protocol"] != "TLSv1.3"]
    assert {suite["name"] for suite in of_1_2} == {*CIPHERS.split(":")}
    assert all(suite["aead"] and suite["name"].startswith("ECDHE-") for suite in of_1_2)


def test_the_curves_are_set_where_they_can_be() -> None:
    """From Python 3.15 on."""
    told: list[str] = []

    class Newer(ssl.SSLContext):
        def set_groups(self, groups: str) -> None:
            told.append(groups)

    restrict(Newer(ssl.PROTOCOL_TLS_SERVER))
    assert told == [GROUPS]


def test_files_that_are_not_there(files: tuple[Path, Path]) -> None:
    with pytest.raises(CertificateError, match=r"cert\.pem"):
        Certificate(*files)


@pytest.mark.parametrize("broken", [0, 1], ids=["certificate", "key"])
def test_files_that_do_not_serve(files: tuple[Path, Path], broken: int) -> None:
    issue(files)
    files[broken].write_text("nonsense", encoding="ascii")
    with pytest.raises(CertificateError, match=r"cert\.pem"):
        Certificate(*files)


def test_a_key_of_another_certificate(files: tuple[Path, Path]) -> None:
    issue(files)
    certificate = files[0].read_bytes()
    issue(files)
    files[0].write_bytes(certificate)
    with pytest.raises(CertificateError, match=r"cert\.pem.*the key is that of another certificate"):
        Certificate(*files)


@needs_root
def test_a_key_that_the_services_user_cannot_read_is_named(tmp_path: Path) -> None:
    """That of a certificate for the whole machine is root's, and mostly stays that."""
    files = owned(tmp_path / "etc") / "cert.pem", tmp_path / "etc" / "key.pem"
    issue(files)
    files[0].chmod(0o644)
    files[1].chmod(0o600)
    said = as_service(lambda: Certificate(*files))
    assert f"{files[1]}, the certificate's private key, cannot be read by user {SERVICE}" in said
    assert f"chgrp {SERVICE} '{files[1]}' && chmod g+r '{files[1]}'" in said


# When it ends

DAY = timedelta(days=1)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Calendar:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now.timestamp()


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [f"{record.levelname} {record.getMessage()} {vars(record)['ends']}" for record in caplog.records]


@pytest.mark.parametrize(
    ("ends", "warning"),
    [
        (15 * DAY, []),
        (13 * DAY, ["WARNING certificate ends soon; renew it 2026-03-14T12:00:00Z"]),
        (-DAY, ["ERROR certificate has expired: clients refuse it; renew it 2026-02-28T12:00:00Z"]),
    ],
)
def test_the_start_says_that_a_certificate_ends(
    files: tuple[Path, Path], caplog: pytest.LogCaptureFixture, ends: timedelta, warning: list[str]
) -> None:
    issue(files, not_before=NOON - 90 * DAY, not_after=NOON + ends)
    certificate = Certificate(*files, Calendar())
    assert certificate.ends == (NOON + ends).timestamp()
    assert said(caplog) == warning


def test_it_is_said_each_day_until_it_is_renewed(files: tuple[Path, Path], caplog: pytest.LogCaptureFixture) -> None:
    issue(files, not_before=NOON - 90 * DAY, not_after=NOON + 15 * DAY)
    calendar = Calendar()
    certificate = Certificate(*files, calendar)
    for _ in range(17 * 24):
        calendar.now += DAY / 24
        certificate.refresh()
    levels = [record.levelname for record in caplog.records]
    assert levels == ["WARNING"] * 14 + ["ERROR"] * 3
    caplog.clear()
    issue(files, not_before=NOON, not_after=NOON + 90 * DAY)
    certificate.refresh()
    assert caplog.records == []
    assert certificate.ends == (NOON + 90 * DAY).timestamp()


def test_one_that_is_not_valid_yet_does_not_serve(files: tuple[Path, Path], caplog: pytest.LogCaptureFixture) -> None:
    """Neither at the start nor in the place of one that does."""
    issue(files, not_before=NOON - DAY, not_after=NOON + 90 * DAY)
    certificate = Certificate(*files, Calendar())
    issue(files, not_before=NOON + DAY, not_after=NOON + 90 * DAY)
    with pytest.raises(CertificateError, match=r"cert\.pem is valid from 2026-03-02T12:00:00Z only.*clock"):
        Certificate(*files, Calendar())
    certificate.refresh()
    assert [record.getMessage() for record in caplog.records] == ["certificate not reread"]


def test_what_has_not_changed_is_not_read_again(files: tuple[Path, Path], caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    issue(files)
    certificate = Certificate(*files)
    certificate.refresh()
    assert caplog.text == ""
    issue(files)
    certificate.refresh()
    certificate.refresh()
    assert [record.getMessage() for record in caplog.records] == ["certificate reread"]


def test_a_file_that_has_gone_is_said_once(files: tuple[Path, Path], caplog: pytest.LogCaptureFixture) -> None:
    issue(files)
    certificate = Certificate(*files)
    files[1].unlink()
    for _ in range(3):
        certificate.refresh()
    assert [record.getMessage() for record in caplog.records] == ["certificate not reread"]
