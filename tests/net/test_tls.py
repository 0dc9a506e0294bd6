"""The server's certificate and when it is read; what it does on a wire stands in tests/scenes/test_tls.py."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from duologue.net.tls import CIPHERS, GROUPS, Certificate, CertificateError, restrict


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "cert.pem", tmp_path / "key.pem"


def issue(files: tuple[Path, Path]) -> None:
    leaf = trustme.CA().issue_cert("localhost")
    files[0].write_bytes(leaf.cert_chain_pems[0].bytes())
    files[1].write_bytes(leaf.private_key_pem.bytes())


def test_tls_1_2_or_newer(files: tuple[Path, Path]) -> None:
    issue(files)
    assert Certificate(*files).context.minimum_version is ssl.TLSVersion.TLSv1_2


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
    with pytest.raises(CertificateError, match=r"cert\.pem"):
        Certificate(*files)


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
