"""When certificates are valid, as another library reads it too."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
import trustme

from duologue.server.net.validity import Validity, validity_of

YEARS = ((1950, 1951), (1999, 2000), (2026, 2049), (2026, 2050), (2055, 9999))


def pem(begins: int, ends: int) -> str:
    leaf = trustme.CA().issue_cert(
        "localhost",
        not_before=datetime(begins, 1, 2, 3, 4, 5, tzinfo=UTC),
        not_after=datetime(ends, 6, 7, 8, 9, 10, tzinfo=UTC),
    )
    return leaf.cert_chain_pems[0].bytes().decode()


def expected(begins: int, ends: int) -> Validity:
    dates = datetime(begins, 1, 2, 3, 4, 5, tzinfo=UTC), datetime(ends, 6, 7, 8, 9, 10, tzinfo=UTC)
    return Validity(*(date.timestamp() for date in dates))


@pytest.mark.parametrize(("begins", "ends"), YEARS)
def test_both_dates(begins: int, ends: int) -> None:
    """In both of the forms that a certificate has for them: the year 2050 is the first of the second."""
    assert validity_of(f"Notes before it.\n{pem(begins, ends)}") == expected(begins, ends)


def test_a_chain_is_valid_while_all_of_it_is() -> None:
    assert validity_of(pem(2020, 2030) + pem(2021, 2029)) == Validity(expected(2021, 1).begins, expected(1, 2029).ends)


@pytest.mark.parametrize("text", ["", "nonsense", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_what_cannot_be_read_says_nothing(text: str) -> None:
    assert validity_of(text) is None


@pytest.mark.parametrize("length", range(0, 600, 7))
def test_half_a_certificate_says_nothing_or_the_truth(length: int) -> None:
    lines = pem(2026, 2027).splitlines()
    der = base64.b64decode("".join(lines[1:-1]))[:length]
    cut = f"{lines[0]}\n{base64.b64encode(der).decode()}\n{lines[-1]}\n"
    assert validity_of(cut) in (None, expected(2026, 2027))
