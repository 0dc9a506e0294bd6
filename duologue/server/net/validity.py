"""The validity of certificates, read from their file: Python's ssl tells that of a peer's only.

A certificate is DER (X.690) in the form of RFC 5280, section 4.1; only the way to its two dates is followed.
"""

from __future__ import annotations

import re
import ssl
from datetime import UTC, datetime
from typing import NamedTuple

_PEM = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_VERSION, _UTC_TIME = 0xA0, 0x17
_BEFORE_THE_DATES = 3
"""Fields before the dates: serial number, algorithm and issuer."""
_PIVOT = 50
"""Years of two digits from here on are of the 20th century (RFC 5280, 4.1.2.5.1)."""


class Validity(NamedTuple):
    """The two ends of a validity, in seconds since 1970."""

    begins: float
    ends: float


class _Element(NamedTuple):
    tag: int
    content: bytes


def validity_of(pem: str) -> Validity | None:
    """Return when all certificates of a file are valid, its own and those of its chain; None where
    that cannot be read.
    """
    try:
        found = [_validity(ssl.PEM_cert_to_DER_cert(text)) for text in _PEM.findall(pem)]
        return Validity(max(one.begins for one in found), min(one.ends for one in found))
    except (ValueError, IndexError):
        return None


def _validity(der: bytes) -> Validity:
    [certificate] = _elements(der)
    signed = _elements(_elements(certificate.content)[0].content)
    has_version = signed[0].tag == _VERSION
    begins, ends = _elements(signed[has_version + _BEFORE_THE_DATES].content)
    return Validity(_time(begins), _time(ends))


def _elements(data: bytes) -> list[_Element]:
    found, at = [], 0
    while at < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            more = length & 0x7F
            length, at = int.from_bytes(data[at : at + more], "big"), at + more
        found.append(_Element(tag, data[at : at + length]))
        at += length
    return found


def _time(element: _Element) -> float:
    text = element.content.decode("ascii")
    if element.tag == _UTC_TIME:
        text = f"{'19' if int(text[:2]) >= _PIVOT else '20'}{text}"
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC).timestamp()
