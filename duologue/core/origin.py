"""The origin of a page, in the one spelling that browsers use (RFC 6454, 6.2; WHATWG URL, 4.5)."""

from __future__ import annotations

import re
import unicodedata
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import SplitResult, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
"""Ports that are left out of an origin."""

_DOTS = re.compile("[\u3002\uff0e\uff61]")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_LIKE = "an origin is like https://chat.example.org"


class BadOrigin(ValueError):
    """Raised for text that is no origin; the message says why, and what would be one."""


def origin_of(typed: str) -> str:
    """Return the origin, as browsers spell it, of the page with the address `typed`. Raises BadOrigin."""
    try:
        parts = urlsplit(typed.strip())
        port = parts.port
    except ValueError as error:
        raise BadOrigin(f"{_LIKE}: {typed!r} ({error})") from error
    scheme = parts.scheme.lower()
    if scheme not in DEFAULT_PORTS or not parts.hostname or port == 0:
        raise BadOrigin(f"{_LIKE}, or http:// without TLS: {typed!r}")
    _check_rest(parts, typed)
    host = _host(parts.hostname, typed)
    return f"{scheme}://{host}" if port in (None, DEFAULT_PORTS[scheme]) else f"{scheme}://{host}:{port}"


def _check_rest(parts: SplitResult, typed: str) -> None:
    has_more = parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc
    if has_more:
        raise BadOrigin(f"{_LIKE}, with nothing before or after the host and its port: {typed!r}")


def _host(name: str, typed: str) -> str:
    if ":" in name:
        try:
            return f"[{IPv6Address(name)}]"
        except AddressValueError as error:
            raise BadOrigin(f"{_LIKE}: {typed!r} ({error})") from error
    labels = [_ascii(label) for label in _DOTS.sub(".", unicodedata.normalize("NFKC", name)).lower().split(".")]
    if not all(map(_LABEL.fullmatch, labels[:-1] if labels[-1] == "" else labels)):
        raise BadOrigin(f"{_LIKE}, with the name of a host: {typed!r}")
    return ".".join(labels)


def _ascii(label: str) -> str:
    """Encode a label as browsers do: they keep ß and its like (IDNA 2008); Python's own codec is that of 2003."""
    return label if label.isascii() else f"xn--{label.encode('punycode').decode()}"
