"""The server's certificate, reread when its files change. Open sessions keep the one that they began with."""

from __future__ import annotations

import logging
import os
import ssl
import time
from collections.abc import Callable
from datetime import UTC, datetime
from math import inf
from pathlib import Path

from duologue.server.access import AccessError, Use, Used, check_access
from duologue.server.net.validity import validity_of

log = logging.getLogger(__name__)

CIPHERS = ":".join(
    (
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "ECDHE-RSA-CHACHA20-POLY1305",
    )
)
"""Ciphers for TLS 1.2: those of Mozilla's intermediate profile that are also in Python's own list. The CBC suites and
finite-field DH are left out. TLS 1.3 has none but good ones.
"""

GROUPS = "X25519:prime256v1:secp384r1"
"""The profile's curves, where Python can set a list (3.15); before that, OpenSSL's own list is used, which has more."""


WARN_BEFORE = 14 * 86400.0
"""Seconds before the end of a certificate. Renewal is due a month before (certbot: 30 days), so by then it has failed
for two weeks.
"""

WARN_EVERY = 86400.0

_IN_WORDS = {
    "KEY_VALUES_MISMATCH": "the key is that of another certificate",
    "NO_START_LINE": "one of them is not a PEM file",
}
"""OpenSSL's reasons that an operator meets."""


class CertificateError(Exception):
    """Raised for certificate files that cannot be used; the message names them and says why."""


class Certificate:
    """A certificate. `context` serves TLS 1.2 or newer from the first byte, and `ends` is the end of its validity, in
    seconds since 1970, if it is known. Raises CertificateError for files that cannot be used.

    One that has expired is still served, as clients may be told to accept it: the log says so, each day.
    """

    def __init__(self, cert: Path, key: Path, wall_clock: Callable[[], float] = time.time) -> None:
        self._files = cert, key
        self._wall_clock = wall_clock
        self._warned = -inf
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        restrict(self.context)
        self._seen = self._stamp()
        self.ends = self._load(self.context)
        self._warn()

    def refresh(self) -> None:
        """Load the files again if they have changed. While they cannot be used, the certificate before stays."""
        self._load_if_changed()
        self._warn()

    def _load_if_changed(self) -> None:
        stamp = self._stamp()
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            # A new certificate whose key is not there yet must not get into the context that serves.
            self._load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
            self.ends = self._load(self.context)
        except CertificateError as error:
            log.warning("certificate not reread", extra={"reason": str(error)})
        else:
            self._warned = -inf
            log.info("certificate reread")

    def _load(self, context: ssl.SSLContext) -> float | None:
        """Load the files into `context`; return when the certificate ends."""
        cert, _ = self._files
        _load(context, *self._files)
        validity = validity_of(cert.read_text("ascii", errors="replace"))
        if validity and validity.begins > self._wall_clock():
            raise CertificateError(
                f"The certificate {cert} is valid from {_date(validity.begins)} only. Is this machine's clock right?"
            )
        return validity.ends if validity else None

    def _warn(self) -> None:
        """Warn once a day, before anybody is locked out and after."""
        now = self._wall_clock()
        if self.ends is None or self.ends - now > WARN_BEFORE or now - self._warned < WARN_EVERY:
            return
        self._warned = now
        has_expired = self.ends <= now
        log.log(
            logging.ERROR if has_expired else logging.WARNING,
            "certificate has expired: clients refuse it; renew it"
            if has_expired
            else "certificate ends soon; renew it",
            extra={"path": str(self._files[0]), "ends": _date(self.ends)},
        )

    def _stamp(self) -> list[tuple[int, int]]:
        """Return a stamp that changes when the files do; a file that is missing for a moment is one more change."""
        return [(stat.st_mtime_ns, stat.st_size) for stat in (path.stat() for path in self._files if path.exists())]


def restrict(context: ssl.SSLContext) -> None:
    """Allow TLS 1.2 or newer, with nothing that has been found weak."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    set_groups = getattr(context, "set_groups", None)
    if set_groups:
        set_groups(GROUPS)


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def _load(context: ssl.SSLContext, cert: Path, key: Path) -> None:
    for path in (cert, key):
        if not os.path.lexists(path):
            raise CertificateError(f"There is no file {path}; --tls-cert and --tls-key name those of the certificate.")
    try:
        used = Used(cert, "the certificate", Use.READS), Used(key, "the certificate's private key", Use.READS)
        check_access(used)
        context.load_cert_chain(cert, key, password=_no_passphrase)
    except AccessError as error:
        raise CertificateError(str(error)) from error
    except (OSError, CertificateError) as error:  # ssl.SSLError is an OSError
        text = _IN_WORDS.get(getattr(error, "reason", ""), error)
        raise CertificateError(f"The certificate {cert} with the key {key} does not serve: {text}") from error


def _no_passphrase() -> str:
    """Give no passphrase, instead of asking at the terminal, which would stop the server until somebody comes."""
    raise CertificateError("the key has a passphrase; store it without one, readable by the server's user only")
