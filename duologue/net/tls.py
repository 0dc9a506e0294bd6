"""The server's certificate, reread when its files change. Sessions that are open keep the one that they began with."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

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
"""Of TLS 1.2: those of Mozilla's intermediate profile that Python's own list has too. What is left out of that are the
CBC suites, and finite-field DH. TLS 1.3 has no others than good ones.
"""

GROUPS = "X25519:prime256v1:secp384r1"
"""The profile's curves, where Python can set a list (3.15); before, OpenSSL's own list stands, which has more."""


class CertificateError(Exception):
    """The certificate's files do not serve; the message names them and says why."""


class Certificate:
    """`context` serves TLS 1.2 or newer from the first byte. Raises CertificateError when the files do not serve."""

    def __init__(self, cert: Path, key: Path) -> None:
        self._files = cert, key
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        restrict(self.context)
        self._seen = self._stamp()
        _load(self.context, cert, key)

    def refresh(self) -> None:
        """Load the files again if they have changed. While they do not serve, the certificate before stays."""
        stamp = self._stamp()
        if stamp == self._seen:
            return
        self._seen = stamp
        try:
            # A new certificate whose key is not there yet must not get into the context that serves.
            _load(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), *self._files)
            _load(self.context, *self._files)
        except CertificateError as error:
            log.warning("certificate not reread", extra={"reason": str(error)})
        else:
            log.info("certificate reread")

    def _stamp(self) -> list[tuple[int, int]]:
        """What changes when the files do; a file that is missing for a moment is one more change."""
        return [(stat.st_mtime_ns, stat.st_size) for stat in (path.stat() for path in self._files if path.exists())]


def restrict(context: ssl.SSLContext) -> None:
    """TLS 1.2 or newer, with nothing that has been found weak."""
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    set_groups = getattr(context, "set_groups", None)
    if set_groups:
        set_groups(GROUPS)


def _load(context: ssl.SSLContext, cert: Path, key: Path) -> None:
    try:
        context.load_cert_chain(cert, key, password=_no_passphrase)
    except (OSError, CertificateError) as error:  # ssl.SSLError is an OSError
        raise CertificateError(f"The certificate {cert} with the key {key} does not serve: {error}") from error


def _no_passphrase() -> str:
    """Asked for instead of the terminal, which would stop the server until somebody comes."""
    raise CertificateError("the key has a passphrase; store it without one, readable by the server's user only")
