"""The server's certificate, reread when its files change. Sessions that are open keep the one that they began with."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

log = logging.getLogger(__name__)


class CertificateError(Exception):
    """The certificate's files do not serve; the message names them and says why."""


class Certificate:
    """`context` serves TLS 1.2 or newer from the first byte. Raises CertificateError when the files do not serve."""

    def __init__(self, cert: Path, key: Path) -> None:
        self._files = cert, key
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_2
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


def _load(context: ssl.SSLContext, cert: Path, key: Path) -> None:
    try:
        context.load_cert_chain(cert, key, password=_no_passphrase)
    except (OSError, CertificateError) as error:  # ssl.SSLError is an OSError
        raise CertificateError(f"The certificate {cert} with the key {key} does not serve: {error}") from error


def _no_passphrase() -> str:
    """Asked for instead of the terminal, which would stop the server until somebody comes."""
    raise CertificateError("the key has a passphrase; store it without one, readable by the server's user only")
